// What goes wrong with rolls in a company's first week on AWS, reproduced with AWS's own errors, and what drover says about it.

import { AttachLoadBalancerTargetGroupsCommand, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { CreateTargetGroupCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateGrantCommand, CreateKeyCommand } from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFleetCheck } from '../../pipeline/roll/index.ts'
import { aPolicy, aRelease, aStage, aTarget, minuteMs, scanCounts } from '../support/factories.ts'
import { key, openWorld, spied, stage, token, value, type World } from './local-world.ts'

const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']

let world: World

beforeEach(async () => {
  world = await openWorld()
})

afterEach(async () => {
  await world.local.close()
})

/** The group's machines behind a target group that asks each for `/healthz`. */
async function behindLoadBalancer(healthCheckType: 'EC2' | 'ELB'): Promise<string> {
  const { ec2, autoScaling, loadBalancing } = world.clients
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
  const { TargetGroups = [] } = await loadBalancing.send(
    new CreateTargetGroupCommand({
      Name: 'web',
      Port: 8080,
      Protocol: 'HTTP',
      VpcId: Vpcs[0]?.VpcId,
      HealthCheckPath: '/healthz',
      HealthCheckIntervalSeconds: 10,
    }),
  )
  const arn = TargetGroups[0]?.TargetGroupArn ?? ''
  await autoScaling.send(new AttachLoadBalancerTargetGroupsCommand({ AutoScalingGroupName: 'web', TargetGroupARNs: [arn] }))
  await autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', HealthCheckType: healthCheckType }))
  await world.clock.pause(minuteMs)
  return arn
}

async function targetStates(arn: string): Promise<readonly (string | undefined)[]> {
  const { TargetHealthDescriptions = [] } = await world.clients.loadBalancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: arn }),
  )
  return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State)
}

describe('machines that are healthy for EC2 and dead for their load balancer', () => {
  it('are never counted as ready where the group listens to it: the roll goes back and says whose check failed', async () => {
    const arn = await behindLoadBalancer('ELB')
    const { events } = await world.roll(world.cloud, world.images.erring)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(
        /^new instances start but are not healthy: an instance was taken out of service in response to an ELB system health check failure/,
      ),
      undone: true,
    })
    expect(await world.runningImages()).toEqual([world.images.old, world.images.old])
    expect(await targetStates(arn)).toEqual(['healthy', 'healthy'])
  })

  it('pass a roll where the group asks EC2 alone: that is for the tests of the soak to find', async () => {
    const arn = await behindLoadBalancer('EC2')
    const { events } = await world.roll(world.cloud, world.images.erring)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished' })
    await world.clock.pause(minuteMs)
    expect(await targetStates(arn)).toEqual(['unhealthy', 'unhealthy'])
  })
})

describe('insufficient capacity', () => {
  const faults = (lacking: readonly string[]) => lacking.map((zone) => ({ kind: 'insufficient-capacity' as const, zone }))

  it.each(zones)('in %s alone is gone round: the machines come in the other zones', async (zone) => {
    await world.local.admin.call('set-faults', { faults: faults([zone]) })
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished', replaced: 2 })
    const { instances } = await world.group()
    expect(instances.map((instance) => instance.zone)).not.toContain(zone)
  })

  it('in every zone takes the group back, in AWS’s words', async () => {
    await world.local.admin.call('set-faults', { faults: faults(zones) })
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(
        /^AWS has no capacity for the instance type: We currently do not have sufficient t3\.small capacity in the Availability Zone/,
      ),
      undone: true,
    })
    expect(await world.runningImages()).toEqual([world.images.old, world.images.old])
  })
})

describe('a key that the service-linked role has no grant on', () => {
  it('keeps machines from starting, and the roll says what is missing; with the grant the same roll ends', async () => {
    // Its policy lets the account in, as that of every new key does; the service-linked role is let in by nobody.
    const { KeyMetadata } = await world.clients.kms.send(new CreateKeyCommand({}))
    const kmsKeyId = KeyMetadata?.Arn ?? ''
    const { imageId } = value(
      await world.at.copyImage({
        sourceImageId: world.images.new,
        sourceRegion: key.region,
        name: 'encrypted',
        description: '',
        kmsKeyId,
        tags: {},
        clientToken: token,
      }),
    )
    await world.clock.pause(5 * minuteMs)
    const { events } = await world.roll(world.cloud, imageId)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(/service-linked role needs a grant on the image's KMS key/),
      undone: true,
    })
    await world.clients.kms.send(
      new CreateGrantCommand({
        KeyId: kmsKeyId,
        GranteePrincipal: `arn:aws:iam::${stage.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
        Operations: [
          'Encrypt',
          'Decrypt',
          'ReEncryptFrom',
          'ReEncryptTo',
          'GenerateDataKeyWithoutPlaintext',
          'DescribeKey',
          'CreateGrant',
        ],
      }),
    )
    const again = await world.roll(world.cloud, imageId, {}, [], 'e'.repeat(32))
    expect(again.events.at(-1)).toMatchObject({ type: 'roll.finished', replaced: 2 })
  })
})

describe('an alarm that has no data yet', () => {
  it('refuses the roll before anything moves, with the alarm’s name', async () => {
    const alarm = {
      AlarmName: 'web-5xx',
      Namespace: 'web',
      MetricName: 'errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    } as const
    await world.clients.cloudWatch.send(new PutMetricAlarmCommand(alarm))
    const { events } = await world.roll(world.cloud, world.images.new, { alarms: ['web-5xx'] })
    expect(events).toEqual([
      expect.objectContaining({ type: 'roll.refused', cause: expect.stringMatching(/web-5xx .*INSUFFICIENT_DATA/) }),
    ])
    expect(await world.refreshes()).toEqual([])
  })
})

describe('a session that AWS ends', () => {
  it('in the middle of a roll is taken anew, and the roll goes on', async () => {
    let ended = 0
    const cut = spied(world.cloud, async (verb, when) => {
      if (when === 'before' && ['createTemplateVersion', 'startRefresh', 'describeRefreshes'].includes(verb))
        ended += (await world.local.admin.call('end-sessions', {})).ended
    })
    const { events } = await world.roll(cut, world.images.new)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished', replaced: 2 })
    expect(ended).toBeGreaterThan(2)
  })
})

describe('Terraform', () => {
  it('that puts the old template back after the roll makes the next machine an old one, and the fleet check says so', async () => {
    await world.roll(world.cloud, world.images.new)
    await world.clients.autoScaling.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: 'web',
        LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
        DesiredCapacity: 3,
      }),
    )
    await world.clock.pause(5 * minuteMs)
    const region = { region: key.region, architecture: 'x86_64' as const }
    const release = aRelease([
      { type: 'bake.intended', token },
      {
        type: 'bake.finished',
        images: [{ ...region, region: aPolicy().home.region, imageId: 'ami-home', name: 'web' }],
        before: scanCounts(),
        after: scanCounts(),
        evidence: [],
      },
      { type: 'copy.intended', ...region, token },
      { type: 'copy.finished', ...region, imageId: world.images.new },
    ])
    const stages = [aStage('prod', { waves: [{ name: 'all', groups: [aTarget('eu-west-1/web')] }] })]
    const lines: string[] = []
    const request = { ...world.request({ kind: 'check-fleet', stages }, [], lines), release }
    const [event] = await createFleetCheck({ cloud: world.cloud })(request)
    expect(event).toMatchObject({
      type: 'fleet.checked',
      exposed: [{ imageId: world.images.old }],
      reverted: [{ group: key, imageId: world.images.old, version: '1' }],
    })
    const once = { ...world.request({ kind: 'check-fleet', stages, templatesOnly: true }, [], lines), release }
    expect(await createFleetCheck({ cloud: world.cloud })(once)).toMatchObject([{ exposed: [], reverted: [{ group: key }] }])
    expect(lines.at(-1)).toBe(
      `eu-west-1/web: somebody put version 1 of its template back, which launches ${world.images.old}: let Terraform leave it alone`,
    )
  })
})

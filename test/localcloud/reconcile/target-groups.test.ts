// Target groups: what their health checks find, and what a group and an instance refresh make of it.

import { describe, expect, test } from 'vitest'
import type { MachineSpec } from '../../../pipeline/localcloud/machines/types.ts'
import { minute, second } from '../simulated-cloud.ts'
import { census, group, type WebGroup, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }

interface Balanced extends WebGroup {
  readonly arn: string
  health(): Promise<Record<string, string>>
}

/** The group behind a target group; `status` is what the application of a machine answers. */
async function balanced(desired: number, status: (spec: MachineSpec) => number, healthCheckType = 'ELB'): Promise<Balanced> {
  const web = await webGroup(desired, {
    cloud: { healthCheck: (spec) => ({ kind: 'answered', status: status(spec) }) },
  })
  const { Vpcs } = await web.ask('ec2', 'DescribeVpcs')
  const { TargetGroups } = await web.ask('elasticloadbalancing', 'CreateTargetGroup', {
    Name: 'web',
    Port: 8080,
    VpcId: Vpcs[0].VpcId,
    HealthCheckPath: '/healthz',
    HealthCheckIntervalSeconds: 10,
  })
  const arn = TargetGroups[0].TargetGroupArn
  await web.ask('autoscaling', 'AttachLoadBalancerTargetGroups', { ...named, TargetGroupARNs: [arn] })
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', {
    ...named,
    HealthCheckType: healthCheckType,
    HealthCheckGracePeriod: 60,
  })
  return {
    ...web,
    arn,
    health: async () => {
      const { TargetHealthDescriptions } = await web.ask('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: arn })
      const counted: Record<string, number> = {}
      for (const { TargetHealth } of TargetHealthDescriptions)
        counted[TargetHealth.State] = (counted[TargetHealth.State] ?? 0) + 1
      return Object.fromEntries(Object.entries(counted).map(([state, count]) => [state, String(count)]))
    },
  }
}

test('instances in service are registered, and healthy after one good answer', async () => {
  const web = await balanced(2, () => 200)
  await web.advance(5 * second)
  expect(await web.health()).toEqual({ healthy: '2' })
  const { LoadBalancerTargetGroups } = await web.ask('autoscaling', 'DescribeLoadBalancerTargetGroups', named)
  expect(LoadBalancerTargetGroups).toEqual([{ LoadBalancerTargetGroupARN: web.arn, State: 'InService' }])
  await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 1 })
  await web.advance(minute)
  expect(await web.health()).toEqual({ healthy: '1' })
})

describe('an application that answers with an error', () => {
  test('is told with its code', async () => {
    const web = await balanced(1, () => 503, 'EC2')
    await web.advance(minute)
    const { TargetHealthDescriptions } = await web.ask('elasticloadbalancing', 'DescribeTargetHealth', {
      TargetGroupArn: web.arn,
    })
    expect(TargetHealthDescriptions[0]).toMatchObject({
      HealthCheckPort: '8080',
      TargetHealth: {
        State: 'unhealthy',
        Reason: 'Target.ResponseCodeMismatch',
        Description: 'Health checks failed with these codes: [503]',
      },
    })
  })

  test('makes the group replace the instance where it listens to its load balancer', async () => {
    const ill = new Set<string>()
    const web = await balanced(1, ({ id }) => (ill.has(id) ? 500 : 200))
    await web.advance(2 * minute)
    const id = (await web.group()).Instances[0]?.InstanceId ?? ''
    ill.add(id)
    await web.advance(2 * minute)
    expect((await web.group()).Instances.map(({ InstanceId }) => InstanceId)).not.toContain(id)
    const { Activities } = await web.ask('autoscaling', 'DescribeScalingActivities', named)
    expect(Activities.map(({ Cause }: { Cause: string }) => Cause)).toContainEqual(
      expect.stringContaining('in response to an ELB system health check failure.'),
    )
  })

  test('is nothing to a group that asks EC2 alone: healthy, and dead', async () => {
    const web = await balanced(1, () => 500, 'EC2')
    const before = (await web.group()).Instances
    await web.advance(10 * minute, undefined, 5 * second)
    expect((await web.group()).Instances).toEqual(before)
    expect(await web.health()).toEqual({ unhealthy: '1' })
  })

  test('keeps an instance refresh from counting the replacement as ready', async () => {
    let layer = ''
    const web = await balanced(2, (spec) => (spec.layers.includes(layer) ? 500 : 200))
    await web.advance(minute)
    const { LaunchTemplateVersions } = await web.ask('ec2', 'DescribeLaunchTemplateVersions', {
      LaunchTemplateId: web.templateId,
      Versions: ['2'],
    })
    expect(LaunchTemplateVersions[0].LaunchTemplateData.ImageId).toBe(web.newImageId)
    const launched = await web.ask('ec2', 'RunInstances', { ImageId: web.newImageId, MinCount: 1, MaxCount: 1 })
    await web.advance(minute)
    layer = web.machines.specs().find(({ id }) => id === launched.Instances[0].InstanceId)?.layers[0] ?? ''
    await web.start({ MinHealthyPercentage: 50, InstanceWarmup: 0 })
    await web.advance(10 * minute, undefined, 5 * second)
    expect(await web.refresh()).toMatchObject({ Status: 'InProgress', PercentageComplete: 0 })
    expect(census(await web.group())['InService v1']).toBe(1)
  })
})

test('a target group in use is not deleted', async () => {
  const web = await balanced(0, () => 200)
  expect(await web.refusal('elasticloadbalancing', 'DeleteTargetGroup', { TargetGroupArn: web.arn })).toMatchObject({
    code: 'ResourceInUse',
  })
  await web.ask('autoscaling', 'DetachLoadBalancerTargetGroups', { ...named, TargetGroupARNs: [web.arn] })
  await web.ask('elasticloadbalancing', 'DeleteTargetGroup', { TargetGroupArn: web.arn })
  expect((await web.ask('elasticloadbalancing', 'DescribeTargetGroups')).TargetGroups).toEqual([])
})

test.each([
  [{ HealthCheckIntervalSeconds: 1 }, "Health check interval '1' must be between 5 and 300"],
  [{ HealthCheckPath: 'healthz' }, "Health check path 'healthz' is not valid"],
  [{ HealthCheckPath: '/a b' }, "Health check path '/a b' is not valid"],
  [{ Matcher: { HttpCode: 'ok' } }, "HTTP code 'ok' is not valid"],
])('a health check %j is refused', async (asked, message) => {
  const web = await balanced(0, () => 200)
  expect(await web.refusal('elasticloadbalancing', 'ModifyTargetGroup', { TargetGroupArn: web.arn, ...asked })).toEqual({
    code: 'ValidationError',
    message,
  })
})

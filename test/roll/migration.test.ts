// A group leaves its launch configuration on the local cloud: what its machines are, before and after; runners that stop; the first roll.

import { SetDesiredCapacityCommand, StartInstanceRefreshCommand } from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateCommand, DescribeInstancesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterEach, describe, expect, test } from 'vitest'
import type { Cloud, CloudAt, LaunchConfiguration } from '../../pipeline/ports/index.ts'
import { type MigrationPlan, migrateGroup, planMigration } from '../../pipeline/roll/index.ts'
import { obstacles } from '../../pipeline/roll/migration/obstacles.ts'
import { aGroup, aRefresh } from './groups.ts'
import { inService, openWorld, spied, value, type World } from './local-world.ts'
import { configurationName, putOnConfiguration, userData } from './on-configuration.ts'

const open: World[] = []
afterEach(async () => {
  for (const world of open.splice(0)) await world.local.close()
})

async function onConfiguration(more: Parameters<typeof putOnConfiguration>[1] = {}): Promise<World> {
  const world = await openWorld()
  open.push(world)
  await putOnConfiguration(world, more)
  return world
}

async function planOf({ at }: Pick<World, 'at'>): Promise<Extract<MigrationPlan, { kind: 'to-do' }>> {
  const plan = value(await planMigration(at, 'web'))
  if (plan?.kind !== 'to-do') throw new Error(`there is nothing to do: ${JSON.stringify(plan)}`)
  return plan
}

/** What the machines are, member by member, apart from their IDs, addresses and ages. */
async function machinesOf({ clients: { ec2 } }: World, ids: readonly string[]): Promise<readonly unknown[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [...ids] }))
  return Promise.all(
    Reservations.flatMap(({ Instances = [] }) => Instances).map(async (instance) => {
      const { ImageId, InstanceType, KeyName, SecurityGroups, IamInstanceProfile, EbsOptimized, Monitoring } = instance
      const { MetadataOptions, BlockDeviceMappings = [], InstanceId = '' } = instance
      const attached = [{ Name: 'attachment.instance-id', Values: [InstanceId] }]
      const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters: attached }))
      const devices = BlockDeviceMappings.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.DeleteOnTermination])
      const volumes = Volumes.map(({ Size, VolumeType, Encrypted }) => [Size, VolumeType, Encrypted]).toSorted()
      const said = { ImageId, InstanceType, KeyName, SecurityGroups, IamInstanceProfile, EbsOptimized, Monitoring }
      return { ...said, MetadataOptions, devices, volumes }
    }),
  )
}

describe('a group on a launch configuration', () => {
  test('is switched to a template of its own; its machines stay, and the next ones are just the same', async () => {
    const world = await onConfiguration()
    const before = await world.group()
    const ids = before.instances.map(({ id }) => id)
    const plan = await planOf(world)
    expect(plan).toMatchObject({ refusals: [], configuration: { name: configurationName, userData } })
    expect(plan.templateName).toMatch(/^web-[0-9a-f]{8}$/)
    const template = value(await migrateGroup(world.at, 'web', plan))
    expect(template.version).toBe(1)
    await world.clock.pause(600_000)
    const after = await world.group()
    expect(after.launchSource).toMatchObject({ kind: 'template', templateId: template.templateId, version: '1' })
    expect(after.instances.map(({ id }) => id)).toEqual(ids)
    await world.clients.autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity: 3 }))
    for (let looks = 0; looks < 50 && inService(await world.group()) < 3; looks++) await world.clock.pause(15_000)
    const [fresh = ''] = (await world.group()).instances.map(({ id }) => id).filter((id) => !ids.includes(id))
    expect(fresh).not.toBe('')
    const [old] = await machinesOf(world, ids)
    expect(old).toMatchObject({ KeyName: 'operators', EbsOptimized: true, devices: expect.arrayContaining([['/dev/sdf', true]]) })
    expect(await machinesOf(world, [fresh])).toEqual([old])
  })

  test('is rolled by the next release like any other, and taken back to its own image', async () => {
    const world = await onConfiguration()
    const { templateId } = value(await migrateGroup(world.at, 'web', await planOf(world)))
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished', replaced: 2 })
    expect(events[0]).toMatchObject({ type: 'roll.intended', previous: { templateId, version: 1, imageId: world.images.old } })
    expect(await world.runningImages()).toEqual([world.images.new, world.images.new])
    const back = await world.roll(world.cloud, world.images.dying, {}, [], 'd'.repeat(32))
    expect(back.events.at(-1)).toMatchObject({ type: 'roll.failed', undone: true })
  })

  test('is refused by a roll, which names the command', async () => {
    const world = await onConfiguration()
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.refused',
      cause: expect.stringContaining(`launches from the launch configuration ${configurationName}`),
      hint: expect.stringContaining('drover migrate eu-west-1/web --stage prod'),
    })
  })
})

describe('a runner that stops', () => {
  /** The cloud at the group's place, which dies with that verb, before it or behind it. */
  const dyingAt = (world: World, verb: keyof CloudAt, when: 'before' | 'after'): CloudAt => {
    const cloud: Cloud = spied(world.cloud, async (asked, at) => {
      if (asked === verb && at === when) throw new Error('killed')
    })
    return cloud.at(world.at.place)
  }

  test.each([
    ['createTemplate', 'after'],
    ['launchFrom', 'before'],
  ] as const)('at %s, %s it, is gone on with: the one template is found', async (verb, when) => {
    const world = await onConfiguration()
    const plan = await planOf(world)
    await expect(migrateGroup(dyingAt(world, verb, when), 'web', plan)).rejects.toThrow('killed')
    expect(await planOf(world)).toEqual(plan)
    const template = value(await migrateGroup(world.at, 'web', await planOf(world)))
    expect((await world.group()).launchSource).toMatchObject({ templateName: plan.templateName, templateId: template.templateId })
    expect(value(await world.at.listTemplateVersions(template.templateId))).toHaveLength(1)
  })

  test('behind the switch has left a group whose template says where it is from', async () => {
    const world = await onConfiguration()
    await expect(migrateGroup(dyingAt(world, 'launchFrom', 'after'), 'web', await planOf(world))).rejects.toThrow('killed')
    expect(value(await planMigration(world.at, 'web'))).toMatchObject({ kind: 'done', from: configurationName })
  })
})

test('a template of that name that says anything else is left alone, and so is the group', async () => {
  const world = await onConfiguration()
  const plan = await planOf(world)
  const LaunchTemplateData = { ImageId: world.images.new, InstanceType: 't3.small' as const }
  await world.clients.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: plan.templateName, LaunchTemplateData }))
  const outcome = await migrateGroup(world.at, 'web', plan)
  expect(outcome).toMatchObject({ ok: false, kind: 'conflict', code: 'TemplateDiffers' })
  expect((await world.group()).launchSource).toEqual({ kind: 'launch-configuration', name: configurationName })
})

test('a group that is on a template has nothing to do, and one that is not there is not', async () => {
  const world = await openWorld()
  open.push(world)
  expect(value(await planMigration(world.at, 'web'))).toEqual({
    kind: 'done',
    template: { templateId: expect.stringMatching(/^lt-/), version: 1 },
  })
  expect(value(await planMigration(world.at, 'batch'))).toBeUndefined()
})

test('obstacles are seen where they stand: a kernel, names for a public address, a refresh under way', async () => {
  const odd = { KernelId: 'aki-1', RamdiskId: 'ari-1', ClassicLinkVPCId: 'vpc-1', SecurityGroups: ['default'] }
  const world = await openWorld()
  open.push(world)
  await expect(putOnConfiguration(world, odd)).rejects.toThrow('not replaced')
  const causes = (await planOf(world)).refusals.map(({ cause }) => cause)
  expect(causes).toEqual([
    expect.stringMatching(/^an instance refresh is running on web/),
    expect.stringContaining('names the kernel aki-1 and the RAM disk ari-1'),
    expect.stringContaining('links its machines to vpc-1 (ClassicLink)'),
    expect.stringContaining('names security groups by name (default) and says whether machines get public addresses'),
  ])
  const again = new StartInstanceRefreshCommand({ AutoScalingGroupName: 'web' })
  await expect(world.clients.autoScaling.send(again)).rejects.toThrow('already in progress')
})

describe('an obstacle', () => {
  const configuration: LaunchConfiguration = {
    name: 'web-2019',
    arn: 'arn:aws:autoscaling:eu-west-1:444444444444:launchConfiguration:1:launchConfigurationName/web-2019',
    imageId: 'ami-00000000000000001',
    instanceType: 't3.small',
    securityGroups: ['sg-1'],
    devices: [],
    detailedMonitoring: true,
    ebsOptimized: false,
  }
  const judge = (over: Partial<LaunchConfiguration>, tags = {}, refreshes: ReturnType<typeof aRefresh>[] = []) =>
    obstacles({ group: aGroup({ tags }), configuration: { ...configuration, ...over }, refreshes }).map(({ cause }) => cause)

  test('there is none in what a template can say', () => {
    expect(judge({})).toEqual([])
    expect(judge({ securityGroups: ['default'] })).toEqual([])
    expect(judge({ publicAddress: true })).toEqual([])
    expect(judge({}, { 'drover:roll': 'by-hand' }, [aRefresh({ status: 'Successful' })])).toEqual([])
  })

  test.each<readonly [string, Partial<LaunchConfiguration>, object, string]>([
    ['a RAM disk alone', { ramdiskId: 'ari-1' }, {}, 'names the RAM disk ari-1'],
    ['ClassicLink', { classicLinkVpcId: 'vpc-1' }, {}, 'ClassicLink'],
    ['names and IDs', { securityGroups: ['sg-1', 'default'] }, {}, 'some security groups by name (default) and others by ID'],
    ['no public address, by name', { securityGroups: ['default'], publicAddress: false }, {}, 'takes IDs only'],
    ['EKS', {}, { 'eks:nodegroup-name': 'pool' }, 'belongs to the EKS managed node group pool'],
    ['CloudFormation', {}, { 'aws:cloudformation:stack-name': 'shop' }, 'web is written by CloudFormation (shop)'],
    ['Terraform', {}, { ManagedBy: 'terraform' }, 'web is written by Terraform (ManagedBy = terraform)'],
    ['a tag', {}, { 'drover:roll': 'never' }, 'web is tagged drover:roll = never'],
  ])('of %s', (_, over, tags, cause) => {
    expect(judge(over, tags)).toEqual([expect.stringContaining(cause)])
  })

  test('of a refresh under way', () => {
    expect(judge({}, {}, [aRefresh({ status: 'Baking' })])).toEqual([
      expect.stringContaining('an instance refresh is running on web'),
    ])
  })
})

// Where a group's instances stand: zones, mixed types, replacing before ending.

import { describe, expect, test } from 'vitest'
import { minute, second } from '../simulated-cloud.ts'
import { census, group, type WebGroup, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }

async function perZone(web: WebGroup): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { AvailabilityZone: zone } of (await web.group()).Instances) counts[zone] = (counts[zone] ?? 0) + 1
  return counts
}

describe('zones', () => {
  test('are levelled again when one has capacity again: first launched, then ended', async () => {
    const web = await webGroup(0)
    await web.cloud.admin.call('set-faults', { faults: [{ kind: 'insufficient-capacity', zone: 'eu-central-1a' }] })
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 4 })
    await web.advance(10 * minute, undefined, 5 * second)
    expect(await perZone(web)).toEqual({ 'eu-central-1b': 2, 'eu-central-1c': 2 })
    await web.cloud.admin.call('set-faults', { faults: [] })
    let fewest = 4
    await web.advance(
      15 * minute,
      async () => {
        const serving = (await web.group()).Instances.filter(({ LifecycleState }) => LifecycleState === 'InService')
        fewest = Math.min(fewest, serving.length)
      },
      5 * second,
    )
    expect(Object.values(await perZone(web)).sort()).toEqual([1, 1, 2])
    expect(fewest).toBe(4)
    const { Activities } = await web.ask('autoscaling', 'DescribeScalingActivities', named)
    expect(Activities.map(({ Cause }: { Cause: string }) => Cause)).toContainEqual(
      expect.stringContaining(
        "had 0 2 2 instances respectively. An instance was launched to aid in balancing the group's zones.",
      ),
    )
  })

  test('that are taken from the group are left', async () => {
    const web = await webGroup(3)
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, AvailabilityZones: ['eu-central-1a', 'eu-central-1b'] })
    await web.advance(3 * minute)
    expect(await perZone(web)).toEqual({ 'eu-central-1a': 2, 'eu-central-1b': 1 })
  })

  test('stay as they are while AZRebalance is suspended', async () => {
    const web = await webGroup(3)
    await web.ask('autoscaling', 'SuspendProcesses', { ...named, ScalingProcesses: ['AZRebalance'] })
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, AvailabilityZones: ['eu-central-1a', 'eu-central-1b'] })
    await web.advance(3 * minute)
    expect(await perZone(web)).toMatchObject({ 'eu-central-1c': 1 })
  })
})

describe('a maintenance policy above 100 %', () => {
  test('launches the replacement of an unhealthy instance before it ends it', async () => {
    const web = await webGroup(2)
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', {
      ...named,
      InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 },
    })
    const id = (await web.group()).Instances[0]?.InstanceId
    await web.ask('autoscaling', 'SetInstanceHealth', { InstanceId: id, HealthStatus: 'Unhealthy' })
    await web.advance(5 * second)
    expect(census(await web.group())).toEqual({ 'InService v1': 2, 'Pending v1': 1 })
    await web.advance(minute)
    const after = (await web.group()).Instances
    expect(after.map(({ LifecycleState }) => LifecycleState)).toEqual(['InService', 'InService'])
    expect(after.map(({ InstanceId }) => InstanceId)).not.toContain(id)
  })
})

test.each([
  [{ MinHealthyPercentage: 100 }, 'Both MinHealthyPercentage and MaxHealthyPercentage must be specified.'],
  [{ MaxHealthyPercentage: 150 }, 'Both MinHealthyPercentage and MaxHealthyPercentage must be specified.'],
  [
    { MinHealthyPercentage: -1, MaxHealthyPercentage: 150 },
    'Both MinHealthyPercentage and MaxHealthyPercentage must be specified.',
  ],
  [{ MinHealthyPercentage: 101, MaxHealthyPercentage: 150 }, 'MinHealthyPercentage must be between 0 and 100.'],
  [{ MinHealthyPercentage: 90, MaxHealthyPercentage: 99 }, 'MaxHealthyPercentage must be between 100 and 200.'],
])('a maintenance policy of %j is refused', async (InstanceMaintenancePolicy, message) => {
  const web = await webGroup(0)
  const update = { ...named, InstanceMaintenancePolicy }
  expect(await web.refusal('autoscaling', 'UpdateAutoScalingGroup', update)).toEqual({ code: 'ValidationError', message })
})

describe('a mixed-instances policy', () => {
  const policy = (web: WebGroup) => ({
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateId: web.templateId, Version: '1' },
        Overrides: [{ InstanceType: 't3.small' }, { InstanceType: 'm5.large' }],
      },
    },
  })

  test('tries its types in their order', async () => {
    const web = await webGroup(0)
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, AvailabilityZones: ['eu-central-1a'], ...policy(web) })
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 1 })
    await web.advance(minute)
    await web.cloud.admin.call('set-faults', {
      faults: [{ kind: 'insufficient-capacity', zone: 'eu-central-1a', instanceType: 't3.small' }],
    })
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 2 })
    await web.advance(minute)
    const described = await web.group()
    expect(described.Instances).toMatchObject([{ InstanceType: 't3.small' }, { InstanceType: 'm5.large' }])
    expect(described).toMatchObject(policy(web))
  })

  test.each([
    [{ OnDemandPercentageAboveBaseCapacity: 50 }, 'OnDemandPercentageAboveBaseCapacity=50'],
    [{ OnDemandAllocationStrategy: 'lowest-price' }, 'OnDemandAllocationStrategy=lowest-price'],
    [{ SpotMaxPrice: '0.05' }, 'SpotMaxPrice'],
    [{ SpotAllocationStrategy: 'cheapest' }, 'SpotAllocationStrategy must be one of'],
    [{ SpotAllocationStrategy: 'capacity-optimized', SpotInstancePools: 2 }, 'SpotInstancePools cannot be specified'],
    [{ SpotInstancePools: 21 }, 'SpotInstancePools must be between 1 and 20'],
  ])('has nothing to do with a spot market, and says so: %j', async (InstancesDistribution, message) => {
    const web = await webGroup(0)
    const MixedInstancesPolicy = { ...policy(web).MixedInstancesPolicy, InstancesDistribution }
    expect(await web.refusal('autoscaling', 'UpdateAutoScalingGroup', { ...named, MixedInstancesPolicy })).toMatchObject({
      message: expect.stringContaining(message),
    })
  })

  test.each([
    [{ InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 0 } }, 'OnDemandPercentageAboveBaseCapacity=0'],
    [{ InstancesDistribution: { OnDemandBaseCapacity: 1 } }, 'without LaunchTemplate.LaunchTemplateSpecification'],
    [{ LaunchTemplate: { Overrides: [{ InstanceType: 'm5.large' }] } }, 'without LaunchTemplate.LaunchTemplateSpecification'],
  ])('that names no template is refused, by an update and by a refresh: %j', async (MixedInstancesPolicy, message) => {
    const web = await webGroup(0)
    const desired = { ...named, DesiredConfiguration: { MixedInstancesPolicy } }
    const said = { message: expect.stringContaining(message) }
    expect(await web.refusal('autoscaling', 'UpdateAutoScalingGroup', { ...named, MixedInstancesPolicy })).toMatchObject(said)
    expect(await web.refusal('autoscaling', 'StartInstanceRefresh', desired)).toMatchObject(said)
  })

  test('keeps what is said of its distribution', async () => {
    const web = await webGroup(0)
    const InstancesDistribution = { OnDemandBaseCapacity: 3, SpotAllocationStrategy: 'price-capacity-optimized' }
    const MixedInstancesPolicy = { ...policy(web).MixedInstancesPolicy, InstancesDistribution }
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, MixedInstancesPolicy })
    expect((await web.group()).MixedInstancesPolicy?.InstancesDistribution).toEqual({
      ...InstancesDistribution,
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandPercentageAboveBaseCapacity: 100,
    })
  })

  test('is kept through a refresh to another version', async () => {
    const web = await webGroup(0)
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, AvailabilityZones: ['eu-central-1a'], ...policy(web) })
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 1 })
    await web.advance(minute)
    const { MixedInstancesPolicy } = policy(web)
    const LaunchTemplateSpecification = { LaunchTemplateId: web.templateId, Version: '2' }
    const LaunchTemplate = { ...MixedInstancesPolicy.LaunchTemplate, LaunchTemplateSpecification }
    await web.start(
      { MinHealthyPercentage: 0, InstanceWarmup: 0 },
      { DesiredConfiguration: { MixedInstancesPolicy: { LaunchTemplate } } },
    )
    await web.advance(3 * minute)
    expect(await web.group()).toMatchObject({
      MixedInstancesPolicy: { LaunchTemplate },
      Instances: [{ InstanceType: 't3.small', LaunchTemplate: { Version: '2' } }],
    })
  })
})

// Which members of a group go when it shrinks: its termination policies, and those that are protected.

import { describe, expect, test } from 'vitest'
import { minute, second } from '../simulated-cloud.ts'
import { group, type WebGroup, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }
const onType = { kind: 'insufficient-capacity' as const, zone: 'eu-central-1a', instanceType: 't3.small' }

const update = (web: WebGroup, changes: object) => web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, ...changes })
const resize = (web: WebGroup, DesiredCapacity: number) =>
  web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity })
const ids = async (web: WebGroup) => (await web.group()).Instances.map(({ InstanceId }) => InstanceId)

/** Three members of one zone, a minute from each other, the one in the middle launched in another way. */
async function threeOf(policy: string, before: (web: WebGroup, isMiddle: boolean) => Promise<unknown> = async () => undefined) {
  const web = await webGroup(0)
  await update(web, { AvailabilityZones: ['eu-central-1a'], TerminationPolicies: [policy] })
  for (const DesiredCapacity of [1, 2, 3]) {
    await before(web, DesiredCapacity === 2)
    await resize(web, DesiredCapacity)
    await web.advance(minute)
  }
  return web
}

async function leftOf(web: WebGroup): Promise<readonly number[]> {
  const all = await ids(web)
  await resize(web, 2)
  await web.advance(minute)
  return (await ids(web)).map((id) => all.indexOf(id))
}

describe('of three in one zone', () => {
  test('NewestInstance ends the last', async () => {
    expect(await leftOf(await threeOf('NewestInstance'))).toEqual([0, 1])
  })

  test('OldestInstance ends the first', async () => {
    expect(await leftOf(await threeOf('OldestInstance'))).toEqual([1, 2])
  })

  test('ClosestToNextInstanceHour ends the one whose hour is nearly over, which need not be the oldest', async () => {
    const web = await threeOf('ClosestToNextInstanceHour')
    await web.advance(57.5 * minute, undefined, 30 * second)
    expect(await leftOf(web)).toEqual([0, 2])
  })

  test('OldestLaunchTemplate ends the one on an older version', async () => {
    const web = await threeOf('OldestLaunchTemplate', (made, isMiddle) =>
      update(made, { LaunchTemplate: { LaunchTemplateId: made.templateId, Version: isMiddle ? '1' : '2' } }),
    )
    expect(await leftOf(web)).toEqual([0, 2])
  })

  test('OldestLaunchConfiguration ends the one that is not on the current configuration', async () => {
    const web = await threeOf('OldestLaunchConfiguration', async (made, isMiddle) => {
      const LaunchConfigurationName = isMiddle ? 'other' : 'current'
      const { LaunchConfigurations } = await made.ask('autoscaling', 'DescribeLaunchConfigurations', {
        LaunchConfigurationNames: [LaunchConfigurationName],
      })
      const written = { LaunchConfigurationName, ImageId: made.imageId, InstanceType: 't3.micro' }
      if (LaunchConfigurations.length === 0) await made.ask('autoscaling', 'CreateLaunchConfiguration', written)
      await update(made, { LaunchConfigurationName })
    })
    expect(await leftOf(web)).toEqual([0, 2])
  })

  test('AllocationStrategy ends the one of the type that comes last', async () => {
    const web = await threeOf('AllocationStrategy', async (made, isMiddle) => {
      const LaunchTemplateSpecification = { LaunchTemplateId: made.templateId, Version: '1' }
      const Overrides = [{ InstanceType: 't3.small' }, { InstanceType: 'm5.large' }]
      await update(made, { MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides } } })
      await made.cloud.admin.call('set-faults', { faults: isMiddle ? [onType] : [] })
    })
    expect((await web.group()).Instances.map(({ InstanceType }) => InstanceType)).toEqual(['t3.small', 'm5.large', 't3.small'])
    expect(await leftOf(web)).toEqual([0, 2])
  })
})

describe('protected members', () => {
  test('are passed over, and a group of none but those does not shrink', async () => {
    const web = await threeOf('OldestInstance')
    const [first, second, third] = await ids(web)
    const protect = (InstanceIds: readonly (string | undefined)[]) =>
      web.ask('autoscaling', 'SetInstanceProtection', { ...named, InstanceIds, ProtectedFromScaleIn: true })
    await protect([first])
    await resize(web, 2)
    await web.advance(minute)
    expect(await ids(web)).toEqual([first, third])
    expect(second).toBeDefined()
    await protect([third])
    await resize(web, 1)
    await web.advance(minute)
    expect(await ids(web)).toEqual([first, third])
  })

  test('are those that a group launches from when it says so', async () => {
    const web = await webGroup(1)
    const [old] = await ids(web)
    await update(web, { NewInstancesProtectedFromScaleIn: true, DesiredCapacity: 2 })
    await web.advance(minute)
    expect((await web.group()).Instances.map(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn)).toEqual([false, true])
    await resize(web, 0)
    await web.advance(minute)
    const left = (await web.group()).Instances
    expect(left).toMatchObject([{ ProtectedFromScaleIn: true, LifecycleState: 'InService' }])
    expect(left[0]?.InstanceId).not.toBe(old)
  })
})

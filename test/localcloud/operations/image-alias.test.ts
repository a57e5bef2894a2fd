// Images named by a parameter: resolved at every launch, published by vendors, and in the way of a rollback.

import { describe, expect, test } from 'vitest'
import { group, webGroup } from '../reconcile/web-group.ts'
import { minute } from '../simulated-cloud.ts'

const published = '/aws/service/debian/release/13/latest/amd64'

async function aliased() {
  const web = await webGroup(1)
  await web.ask('ssm', 'PutParameter', { Name: '/golden/web', Type: 'String', Value: web.imageId })
  const { LaunchTemplateVersion } = await web.ask('ec2', 'CreateLaunchTemplateVersion', {
    LaunchTemplateId: web.templateId,
    LaunchTemplateData: { ImageId: 'resolve:ssm:/golden/web', InstanceType: 't3.micro' },
  })
  const LaunchTemplate = { LaunchTemplateId: web.templateId, Version: String(LaunchTemplateVersion.VersionNumber) }
  return { ...web, LaunchTemplate }
}

test('a launch takes what the parameter says then, and a version can be asked for', async () => {
  const web = await aliased()
  const launched = async (more: object) =>
    (await web.ask('ec2', 'RunInstances', { LaunchTemplate: web.LaunchTemplate, MinCount: 1, MaxCount: 1, ...more })).Instances[0]
      .ImageId
  expect(await launched({})).toBe(web.imageId)
  await web.ask('ssm', 'PutParameter', { Name: '/golden/web', Value: web.newImageId, Overwrite: true })
  expect(await launched({})).toBe(web.newImageId)
  expect(await launched({ ImageId: 'resolve:ssm:/golden/web:1' })).toBe(web.imageId)
})

test('a template shows the alias, or what it stands for when asked', async () => {
  const web = await aliased()
  const shown = async (more: object) =>
    (await web.ask('ec2', 'DescribeLaunchTemplateVersions', { LaunchTemplateId: web.templateId, Versions: ['3'], ...more }))
      .LaunchTemplateVersions[0].LaunchTemplateData.ImageId
  expect(await shown({})).toBe('resolve:ssm:/golden/web')
  expect(await shown({ ResolveAlias: true })).toBe(web.imageId)
})

describe('an instance refresh', () => {
  test('replaces an instance whose alias stands for another image by now, and no other', async () => {
    const web = await aliased()
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: group, LaunchTemplate: web.LaunchTemplate })
    const quick = { MinHealthyPercentage: 0, InstanceWarmup: 0, SkipMatching: true }
    await web.start(quick, {})
    await web.advance(2 * minute)
    const [first] = (await web.group()).Instances
    await web.start(quick, {})
    await web.advance(2 * minute)
    expect((await web.group()).Instances).toEqual([first])
    await web.ask('ssm', 'PutParameter', { Name: '/golden/web', Value: web.newImageId, Overwrite: true })
    await web.start(quick, {})
    await web.advance(2 * minute)
    const [second] = (await web.group()).Instances
    expect(second?.InstanceId).not.toBe(first?.InstanceId)
  })

  test('cannot be rolled back to an alias', async () => {
    const web = await aliased()
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: group, LaunchTemplate: web.LaunchTemplate })
    await web.start()
    expect(await web.refusal('autoscaling', 'RollbackInstanceRefresh', { AutoScalingGroupName: group })).toEqual({
      code: 'IrreversibleInstanceRefresh',
      message: 'The instance refresh cannot be rolled back: the launch template takes its image from a parameter.',
    })
  })
})

test('a parameter that is missing or names no image refuses the launch', async () => {
  const web = await aliased()
  const launch = (ImageId: string) => ({ ImageId, MinCount: 1, MaxCount: 1 })
  expect((await web.refusal('ec2', 'RunInstances', launch('resolve:ssm:/golden/db'))).message).toContain('/golden/db')
  await web.ask('ssm', 'PutParameter', { Name: '/golden/db', Type: 'String', Value: 'debian' })
  expect(await web.refusal('ec2', 'RunInstances', launch('resolve:ssm:/golden/db'))).toMatchObject({
    code: 'InvalidAMIID.Malformed',
  })
})

describe('a public parameter', () => {
  test('names the newest image of a vendor in every account, and nobody writes it', async () => {
    const web = await webGroup(0)
    const seed = (name: string) =>
      web.cloud.admin.call('seed-image', {
        owner: '136693071363',
        name,
        regions: ['eu-central-1'],
        rootDirectory: '/base',
        parameter: published,
      })
    const older = (await seed('debian-13-1')).images['eu-central-1']
    const newer = (await seed('debian-13-2')).images['eu-central-1']
    const value = async (Name: string) => (await web.ask('ssm', 'GetParameter', { Name })).Parameter
    expect(await value(published)).toMatchObject({
      Value: newer,
      Version: 2,
      ARN: `arn:aws:ssm:eu-central-1::parameter${published}`,
    })
    expect(await value(`${published}:1`)).toMatchObject({ Value: older })
    expect((await web.ask('ssm', 'GetParametersByPath', { Path: '/aws/service', Recursive: true })).Parameters).toHaveLength(1)
    const { Instances } = await web.ask('ec2', 'RunInstances', { ImageId: `resolve:ssm:${published}`, MinCount: 1, MaxCount: 1 })
    expect(Instances[0].ImageId).toBe(newer)
    expect(await web.refusal('ssm', 'PutParameter', { Name: published, Type: 'String', Value: 'ami-1' })).toMatchObject({
      code: 'AccessDeniedException',
    })
  })
})

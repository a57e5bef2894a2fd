// Launch templates: numbered versions that never change, aliases, and what may be deleted.

import { describe, expect, test } from 'vitest'
import { type SimulatedCloud, simulateCloud } from '../simulated-cloud.ts'

interface Templated extends SimulatedCloud {
  version(data: object, more?: object): Promise<number>
  describe(
    Versions: readonly string[],
  ): Promise<{ VersionNumber: number; DefaultVersion: boolean; LaunchTemplateData: Record<string, unknown> }[]>
}

const named = { LaunchTemplateName: 'web' }

async function templated(): Promise<Templated> {
  const made = await simulateCloud()
  await made.ask('ec2', 'CreateLaunchTemplate', {
    ...named,
    LaunchTemplateData: { ImageId: made.imageId, InstanceType: 't3.micro', KeyName: 'k' },
  })
  return {
    ...made,
    version: async (data, more = {}) =>
      (await made.ask('ec2', 'CreateLaunchTemplateVersion', { ...named, LaunchTemplateData: data, ...more }))
        .LaunchTemplateVersion.VersionNumber,
    describe: async (Versions) =>
      (await made.ask('ec2', 'DescribeLaunchTemplateVersions', { ...named, Versions })).LaunchTemplateVersions,
  }
}

describe('a version', () => {
  test('made from an earlier one keeps what it does not change', async () => {
    const { version, describe } = await templated()
    expect(await version({ ImageId: 'ami-00000000000000001' }, { SourceVersion: '1' })).toBe(2)
    expect((await describe(['2']))[0]?.LaunchTemplateData).toEqual({
      ImageId: 'ami-00000000000000001',
      InstanceType: 't3.micro',
      KeyName: 'k',
    })
  })

  test('made without one starts from nothing', async () => {
    const { version, describe } = await templated()
    await version({ InstanceType: 't3.small' })
    expect((await describe(['2']))[0]?.LaunchTemplateData).toEqual({ InstanceType: 't3.small' })
  })

  test('with the same client token is the same version', async () => {
    const { version } = await templated()
    const token = { SourceVersion: '1', ClientToken: 'token-1' }
    expect([
      await version({ KeyName: 'x' }, token),
      await version({ KeyName: 'x' }, token),
      await version({ KeyName: 'x' }),
    ]).toEqual([2, 2, 3])
  })

  test('from a version that is not there is refused', async () => {
    const { refusal } = await templated()
    const request = { ...named, SourceVersion: '7', LaunchTemplateData: { KeyName: 'k' } }
    expect(await refusal('ec2', 'CreateLaunchTemplateVersion', request)).toMatchObject({
      code: 'InvalidLaunchTemplateId.VersionNotFound',
    })
  })
})

test('$Latest is the newest, $Default the one that was chosen', async () => {
  const { ask, version, describe } = await templated()
  await version({ KeyName: 'k' }, { SourceVersion: '1' })
  await version({ KeyName: 'k' }, { SourceVersion: '1' })
  await ask('ec2', 'ModifyLaunchTemplate', { ...named, DefaultVersion: '2' })
  expect(
    (await describe(['$Latest', '$Default'])).map(({ VersionNumber, DefaultVersion }) => [VersionNumber, DefaultVersion]),
  ).toEqual([
    [3, false],
    [2, true],
  ])
})

test('versions come newest first, in pages', async () => {
  const { ask, version } = await templated()
  for (let count = 0; count < 4; count++) await version({ KeyName: 'k' }, { SourceVersion: '1' })
  const first = await ask('ec2', 'DescribeLaunchTemplateVersions', { ...named, MaxResults: 3 })
  const second = await ask('ec2', 'DescribeLaunchTemplateVersions', { ...named, MaxResults: 3, NextToken: first.NextToken })
  const numbers = [first, second].map((page) =>
    page.LaunchTemplateVersions.map((one: { VersionNumber: number }) => one.VersionNumber),
  )
  expect(numbers).toEqual([
    [5, 4, 3],
    [2, 1],
  ])
  expect(second.NextToken).toBeUndefined()
})

test('the default version cannot be deleted, and a deleted number is not used again', async () => {
  const { ask, version } = await templated()
  await version({ KeyName: 'k' }, { SourceVersion: '1' })
  const answer = await ask('ec2', 'DeleteLaunchTemplateVersions', { ...named, Versions: ['1', '2', '9'] })
  expect(answer.SuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 2 }])
  expect(answer.UnsuccessfullyDeletedLaunchTemplateVersions).toMatchObject([
    { VersionNumber: 1, ResponseError: { Message: 'The default version of a launch template cannot be deleted' } },
    { VersionNumber: 9, ResponseError: { Code: 'launchTemplateVersionDoesNotExist' } },
  ])
  expect(await version({ KeyName: 'k' }, { SourceVersion: '1' })).toBe(3)
})

test("a launch takes what the template says, and the call's own word over it", async () => {
  const { ask, imageId } = await simulateCloud()
  const LaunchTemplateData = {
    ImageId: imageId,
    InstanceType: 't3.micro',
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'from', Value: 'template' }] }],
  }
  await ask('ec2', 'CreateLaunchTemplate', { ...named, LaunchTemplateData })
  const { Instances } = await ask('ec2', 'RunInstances', {
    LaunchTemplate: named,
    InstanceType: 't3.large',
    MinCount: 1,
    MaxCount: 1,
  })
  expect(Instances[0]).toMatchObject({ ImageId: imageId, InstanceType: 't3.large', Tags: [{ Key: 'from', Value: 'template' }] })
})

test('what a template holds and a launch does not implement is refused at the launch, by name', async () => {
  const { ask, refusal, imageId } = await simulateCloud()
  await ask('ec2', 'CreateLaunchTemplate', {
    ...named,
    LaunchTemplateData: { ImageId: imageId, HibernationOptions: { Configured: true } },
  })
  expect(await refusal('ec2', 'RunInstances', { LaunchTemplate: named, MinCount: 1, MaxCount: 1 })).toEqual({
    code: 'UnsupportedOperation',
    message: 'The local cloud does not implement the launch template parameter HibernationOptions.Configured.',
  })
})

test('of more than 200 versions in one request none is deleted', async () => {
  const { ask, refusal, imageId } = await simulateCloud()
  const LaunchTemplateData = { ImageId: imageId }
  const { LaunchTemplate } = await ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData })
  const { LaunchTemplateId } = LaunchTemplate
  await ask('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId, LaunchTemplateData })
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => String(index + 2))
  const tooMany = { LaunchTemplateId, Versions: upTo(201) }
  expect(await refusal('ec2', 'DeleteLaunchTemplateVersions', tooMany)).toMatchObject({ code: 'InvalidParameterValue' })
  const answer = await ask('ec2', 'DeleteLaunchTemplateVersions', { LaunchTemplateId, Versions: upTo(200) })
  expect(answer.SuccessfullyDeletedLaunchTemplateVersions).toHaveLength(1)
})

test('a client token returns what its request made, and refuses another', async () => {
  const { ask, refusal, imageId } = await simulateCloud()
  const data = (InstanceType: string) => ({ LaunchTemplateData: { ImageId: imageId, InstanceType }, ClientToken: 'token' })
  const named = (type: string) => ({ LaunchTemplateName: 'web', ...data(type) })
  const mismatch = { code: 'IdempotentParameterMismatch' }
  const made = await ask('ec2', 'CreateLaunchTemplate', named('t3.micro'))
  expect(await ask('ec2', 'CreateLaunchTemplate', named('t3.micro'))).toEqual(made)
  expect(await refusal('ec2', 'CreateLaunchTemplate', named('t3.large'))).toMatchObject(mismatch)
  const other = { ...named('t3.micro'), LaunchTemplateName: 'api' }
  expect(await refusal('ec2', 'CreateLaunchTemplate', other)).toMatchObject(mismatch)
  const version = await ask('ec2', 'CreateLaunchTemplateVersion', named('t3.micro'))
  expect(await ask('ec2', 'CreateLaunchTemplateVersion', named('t3.micro'))).toEqual(version)
  expect(await refusal('ec2', 'CreateLaunchTemplateVersion', named('t3.large'))).toMatchObject(mismatch)
})

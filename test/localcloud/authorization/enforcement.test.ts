// A session of a role that somebody made may do what the role's policies say, resource by resource, and is refused in AWS's words.

import { describe, expect, test } from 'vitest'
import { type Asker, account, allowAll, askerWith, cloudWithRoles, region, roleArn, trust } from './cloud-with-roles.ts'

const arn = (type: string, id = '*') =>
  `arn:aws:ec2:${region}:${type === 'image' || type === 'snapshot' ? '' : account}:${type}/${id}`
const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*', Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
})
const deny = (Action: string, Resource = '*', Condition?: object) => ({ ...allow(Action, Resource, Condition), Effect: 'Deny' })

describe('refusals', () => {
  test('of EC2', async () => {
    const { as } = await cloudWithRoles()
    const nobody = await as(allow('s3:*'))
    const me = `arn:aws:sts::${account}:assumed-role/role-1/drover`
    expect(await nobody.refusal('ec2', 'DescribeImages')).toEqual({
      code: 'UnauthorizedOperation',
      status: 403,
      message: `You are not authorized to perform this operation. User: ${me} is not authorized to perform: ec2:DescribeImages because no identity-based policy allows the ec2:DescribeImages action`,
    })
    expect((await nobody.refusal('ec2', 'TerminateInstances', { InstanceIds: ['i-1'] })).message).toContain(
      `is not authorized to perform: ec2:TerminateInstances on resource: ${arn('instance', 'i-1')} because no identity-based policy allows the ec2:TerminateInstances action`,
    )
  })

  test('of the query services and of the JSON ones', async () => {
    const { as } = await cloudWithRoles()
    const nobody = await as(allow('s3:*'))
    expect(await nobody.refusal('autoscaling', 'DescribeAutoScalingGroups')).toMatchObject({ code: 'AccessDenied', status: 403 })
    expect(await nobody.refusal('iam', 'ListRoles')).toMatchObject({ code: 'AccessDenied', status: 403 })
    expect(await nobody.refusal('monitoring', 'DescribeAlarms')).toMatchObject({ code: 'AccessDenied', status: 403 })
    const { message, ...rest } = await nobody.refusal('ssm', 'GetParameter', { Name: '/a' })
    expect(rest).toEqual({ code: 'AccessDeniedException', status: 400 })
    expect(message).toContain(`ssm:GetParameter on resource: arn:aws:ssm:${region}:${account}:parameter/a because`)
  })

  test('of an explicit denial', async () => {
    const { as } = await cloudWithRoles()
    const asker = await as(allowAll, deny('ec2:DescribeImages'))
    expect((await asker.refusal('ec2', 'DescribeImages')).message).toContain('with an explicit deny in an identity-based policy')
  })

  test('with DryRun as without', async () => {
    const { as, imageId } = await cloudWithRoles()
    const dry = { ImageId: imageId, DryRun: true }
    expect((await (await as(allow('s3:*'))).refusal('ec2', 'DeregisterImage', dry)).code).toBe('UnauthorizedOperation')
    const root = await as(allowAll)
    expect((await root.refusal('ec2', 'RunInstances', { ...dry, MinCount: 1, MaxCount: 1 })).code).toBe('DryRunOperation')
  })
})

test('anybody may ask who they are, even where everything is denied', async () => {
  const { as } = await cloudWithRoles()
  expect((await (await as(deny('*'))).ask('sts', 'GetCallerIdentity')).Account).toBe(account)
})

test('a root key and a role nobody made keep doing everything', async () => {
  const { root } = await cloudWithRoles()
  await root.ask('ec2', 'DescribeImages')
  await (await root.assume({ RoleArn: roleArn('nobodys') })).ask('iam', 'ListRoles')
})

test('what a role may do changes with its policies, at once and for sessions there are', async () => {
  const { root, makeRole } = await cloudWithRoles()
  await makeRole('changing')
  const session = await root.assume({ RoleArn: roleArn('changing') })
  await session.refusal('ec2', 'DescribeRegions')
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: allow('ec2:DescribeRegions') })
  const { Policy } = await root.ask('iam', 'CreatePolicy', { PolicyName: 'regions', PolicyDocument })
  await root.ask('iam', 'AttachRolePolicy', { RoleName: 'changing', PolicyArn: Policy.Arn })
  await session.ask('ec2', 'DescribeRegions')
  await root.ask('iam', 'DetachRolePolicy', { RoleName: 'changing', PolicyArn: Policy.Arn })
  await session.refusal('ec2', 'DescribeRegions')
})

describe('a global key', () => {
  test.each([
    ['aws:RequestedRegion', { StringEquals: { 'aws:RequestedRegion': region } }, true],
    ['another region', { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }, false],
    ['aws:PrincipalArn', { ArnLike: { 'aws:PrincipalArn': roleArn('role-*') } }, true],
    ['aws:SourceIp', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, true],
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'true' } }, true],
    ['aws:CurrentTime', { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, true],
    ['an organisation the account is not of', { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, false],
  ])('%s', async (_, condition, isAllowed) => {
    const { as } = await cloudWithRoles()
    const asker = await as(allow('ec2:DescribeRegions', '*', condition))
    if (isAllowed) await asker.ask('ec2', 'DescribeRegions')
    else expect((await asker.refusal('ec2', 'DescribeRegions')).code).toBe('UnauthorizedOperation')
  })
})

describe('RunInstances', () => {
  const whole = ['image', 'instance', 'network-interface', 'security-group', 'subnet', 'volume', 'key-pair', 'launch-template']

  async function cloudToLaunchIn(...statements: readonly object[]) {
    const clouds = await cloudWithRoles()
    await clouds.root.ask('ec2', 'ImportKeyPair', { KeyName: 'ada', PublicKeyMaterial: publicKey })
    const asker = await clouds.as(...statements)
    const run = { ImageId: clouds.imageId, InstanceType: 't3.micro', KeyName: 'ada', MinCount: 1, MaxCount: 1 }
    return { ...clouds, asker, run }
  }

  test.each(whole.slice(0, 7))('is about a %s as well', async (left) => {
    const others = whole.filter((type) => type !== left).map((type) => arn(type))
    const { asker, run } = await cloudToLaunchIn(allow('ec2:RunInstances', others))
    const { code, message } = await asker.refusal('ec2', 'RunInstances', run)
    expect([code, message]).toEqual(['UnauthorizedOperation', expect.stringContaining(`on resource: ${arn(left).slice(0, -1)}`)])
  })

  test('of all that it is about is done', async () => {
    const { asker, run } = await cloudToLaunchIn(
      allow(
        'ec2:RunInstances',
        whole.map((type) => arn(type)),
      ),
    )
    expect((await asker.ask('ec2', 'RunInstances', run)).Instances).toHaveLength(1)
  })

  test.each<[string, string, object, object]>([
    ['its type', 'instance', { StringLike: { 'ec2:InstanceType': 't3.*' } }, { InstanceType: 'm5.large' }],
    ['its tokens', 'instance', { StringEquals: { 'ec2:MetadataHttpTokens': 'required' } }, {}],
    [
      'the volume’s size',
      'volume',
      { NumericLessThanEquals: { 'ec2:VolumeSize': '8' } },
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 9 } }] },
    ],
    [
      'the subnet’s zone',
      'subnet',
      { StringEquals: { 'ec2:AvailabilityZone': `${region}a` } },
      { Placement: { AvailabilityZone: `${region}b` } },
    ],
  ])('is held to %s', async (_, type, condition, wrong) => {
    const others = whole.filter((one) => one !== type).map((one) => arn(one))
    const { asker, run } = await cloudToLaunchIn(
      allow('ec2:RunInstances', others),
      allow('ec2:RunInstances', arn(type), condition),
    )
    const right = { ...run, MetadataOptions: { HttpTokens: 'required' } }
    await asker.ask('ec2', 'RunInstances', right)
    expect((await asker.refusal('ec2', 'RunInstances', { ...run, ...wrong })).code).toBe('UnauthorizedOperation')
  })

  test.each([
    ['136693071363', 'true'],
    ['111122223333', 'true'],
    ['136693071363', 'false'],
  ])('is held to the image’s owner (%s) and whether it is public (%s)', async (owner, isPublic) => {
    const others = whole.filter((one) => one !== 'image').map((one) => arn(one))
    const condition = { StringEquals: { 'ec2:Owner': owner }, Bool: { 'ec2:Public': isPublic } }
    const { asker, run } = await cloudToLaunchIn(
      allow('ec2:RunInstances', others),
      allow('ec2:RunInstances', arn('image'), condition),
    )
    if (owner === '136693071363' && isPublic === 'true') await asker.ask('ec2', 'RunInstances', run)
    else expect((await asker.refusal('ec2', 'RunInstances', run)).code).toBe('UnauthorizedOperation')
  })

  test('with tags needs CreateTags for that action, and the tags it may', async () => {
    const tagging = allow('ec2:CreateTags', arn('instance'), { StringEquals: { 'ec2:CreateAction': 'RunInstances' } })
    const teams = deny('ec2:RunInstances', arn('instance'), { StringNotEquals: { 'aws:RequestTag/team': 'web' } })
    const { asker, run } = await cloudToLaunchIn(allow('ec2:RunInstances'), tagging, teams)
    const tags = (type: string, Value: string) => [{ ResourceType: type, Tags: [{ Key: 'team', Value }] }]
    const { Instances } = await asker.ask('ec2', 'RunInstances', { ...run, TagSpecifications: tags('instance', 'web') })
    expect((await asker.refusal('ec2', 'RunInstances', run)).message).toContain('with an explicit deny')
    expect((await asker.refusal('ec2', 'RunInstances', { ...run, TagSpecifications: tags('instance', 'api') })).code).toBe(
      'UnauthorizedOperation',
    )
    const both = [...tags('instance', 'web'), ...tags('volume', 'web')]
    expect((await asker.refusal('ec2', 'RunInstances', { ...run, TagSpecifications: both })).message).toContain(
      `ec2:CreateTags on resource: ${arn('volume')}`,
    )
    const later = { Resources: [Instances[0].InstanceId], Tags: [{ Key: 'team', Value: 'web' }] }
    expect((await asker.refusal('ec2', 'CreateTags', later)).code).toBe('UnauthorizedOperation')
  })

  test('with a profile needs iam:PassRole for the role in it, and its service', async () => {
    const pass = allow('iam:PassRole', roleArn('machine'), { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } })
    const { asker, run, root, as } = await cloudToLaunchIn(allow('ec2:RunInstances'), pass)
    for (const name of ['machine', 'admin']) {
      await root.ask('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }) })
      await root.ask('iam', 'CreateInstanceProfile', { InstanceProfileName: name })
      await root.ask('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: name, RoleName: name })
    }
    const { Instances } = await asker.ask('ec2', 'RunInstances', { ...run, IamInstanceProfile: { Name: 'machine' } })
    expect(Instances[0].IamInstanceProfile.Arn).toBe(`arn:aws:iam::${account}:instance-profile/machine`)
    expect((await asker.refusal('ec2', 'RunInstances', { ...run, IamInstanceProfile: { Name: 'admin' } })).message).toContain(
      `is not authorized to perform: iam:PassRole on resource: ${roleArn('admin')} because`,
    )
    const withoutPass = await as(allow('ec2:RunInstances'))
    expect(
      (await withoutPass.refusal('ec2', 'RunInstances', { ...run, IamInstanceProfile: { Name: 'machine' } })).message,
    ).toContain('iam:PassRole')
  })

  test('knows what comes from the launch template', async () => {
    const fromTemplate = { Bool: { 'ec2:IsLaunchTemplateResource': 'true' } }
    const { asker, run, root } = await cloudToLaunchIn(
      allow('ec2:RunInstances'),
      deny('ec2:RunInstances', arn('image'), { BoolIfExists: { 'ec2:IsLaunchTemplateResource': 'false' } }),
      allow('ec2:RunInstances', '*', fromTemplate),
    )
    const data = { ImageId: run.ImageId, InstanceType: 't3.micro' }
    await root.ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData: data })
    const launch = { LaunchTemplate: { LaunchTemplateName: 'web' }, MinCount: 1, MaxCount: 1 }
    await asker.ask('ec2', 'RunInstances', launch)
    expect((await asker.refusal('ec2', 'RunInstances', { ...launch, ImageId: run.ImageId })).message).toContain('explicit deny')
  })
})

describe('an image', () => {
  test('may be changed by its tags and its owner', async () => {
    const { root, as, imageId } = await cloudWithRoles()
    const copy = { Name: 'ours', SourceImageId: imageId, SourceRegion: region }
    const { ImageId } = await root.ask('ec2', 'CopyImage', copy)
    const own = { StringEquals: { 'aws:ResourceTag/family': 'web', 'ec2:Owner': account } }
    const asker = await as(allow('ec2:ModifyImageAttribute', arn('image'), own))
    const change = { ImageId, Description: { Value: 'new' } }
    expect((await asker.refusal('ec2', 'ModifyImageAttribute', change)).code).toBe('UnauthorizedOperation')
    await root.ask('ec2', 'CreateTags', { Resources: [ImageId], Tags: [{ Key: 'family', Value: 'web' }] })
    await asker.ask('ec2', 'ModifyImageAttribute', change)
  })

  test('is copied where the source, the copy and its snapshots are allowed', async () => {
    const { as, imageId } = await cloudWithRoles()
    const copy = { Name: 'ours', SourceImageId: imageId, SourceRegion: region }
    const onlySource = await as(allow('ec2:CopyImage', arn('image', imageId)))
    expect((await onlySource.refusal('ec2', 'CopyImage', copy)).message).toContain(`on resource: ${arn('image')}`)
    const whole = await as(allow('ec2:CopyImage', ['arn:aws:ec2:*::image/*', 'arn:aws:ec2:*::snapshot/*']))
    await whole.ask('ec2', 'CopyImage', copy)
  })
})

describe('Auto Scaling', () => {
  async function cloudWithGroup() {
    const clouds = await cloudWithRoles()
    const { root, imageId } = clouds
    const data = { ImageId: imageId, InstanceType: 't3.micro' }
    await root.ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData: data })
    await root.ask('autoscaling', 'CreateAutoScalingGroup', group('web'))
    return clouds
  }

  const group = (name: string) => ({
    AutoScalingGroupName: name,
    LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
    MinSize: 0,
    MaxSize: 2,
    AvailabilityZones: [`${region}a`],
    Tags: [{ Key: 'family', Value: name, PropagateAtLaunch: true }],
  })
  const refresh = {
    AutoScalingGroupName: 'web',
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' } },
  }
  const roll = (asker: Asker) => asker.ask('autoscaling', 'StartInstanceRefresh', refresh)

  test.each<[string, string, object | undefined]>([
    ['by its name', `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/web`, undefined],
    ['by its own tags', '*', { StringEquals: { 'autoscaling:ResourceTag/family': 'web' } }],
    ['by its tags', '*', { StringEquals: { 'aws:ResourceTag/family': 'web' } }],
  ])('rolls a group %s', async (_, resource, condition) => {
    const { as } = await cloudWithGroup()
    await roll(await as(allow('autoscaling:StartInstanceRefresh', resource, condition), allow('ec2:RunInstances')))
  })

  test('rolls no other group', async () => {
    const { as } = await cloudWithGroup()
    const other = `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/api`
    const asker = await as(allow('autoscaling:StartInstanceRefresh', other), allow('ec2:RunInstances'))
    expect((await asker.refusal('autoscaling', 'StartInstanceRefresh', refresh)).message).toMatch(
      /autoscaling:StartInstanceRefresh on resource: \S+:autoScalingGroupName\/web because/,
    )
  })

  test('asks for RunInstances of whoever names a launch template', async () => {
    const { as } = await cloudWithGroup()
    const asker = await as(allow('autoscaling:*'))
    const said = { code: 'AccessDenied', status: 403, message: 'You are not authorized to use launch template: web' }
    expect(await asker.refusal('autoscaling', 'StartInstanceRefresh', refresh)).toEqual(said)
    expect(await asker.refusal('autoscaling', 'CreateAutoScalingGroup', group('api'))).toEqual(said)
    const { Tags: _tags, ...change } = group('web')
    expect(await asker.refusal('autoscaling', 'UpdateAutoScalingGroup', change)).toEqual(said)
    await asker.ask('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: 'web', MaxSize: 3 })
  })

  test('launches by itself: that is the service-linked role’s', async () => {
    const { as, ask, advance } = await cloudWithGroup()
    const asker = await as(allow('autoscaling:SetDesiredCapacity'))
    await asker.ask('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 1 })
    await advance(60_000)
    expect((await ask('autoscaling', 'DescribeAutoScalingGroups')).AutoScalingGroups[0].Instances).toHaveLength(1)
  })
})

describe('Systems Manager', () => {
  test('a command is about its document and each instance', async () => {
    const { root, as, imageId } = await cloudWithRoles()
    const { Instances } = await root.ask('ec2', 'RunInstances', {
      ImageId: imageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'drover', Value: 'verify' }] }],
    })
    const InstanceIds = [Instances[0].InstanceId]
    const command = { DocumentName: 'AWS-RunShellScript', InstanceIds, Parameters: { commands: ['true'] } }
    const document = allow('ssm:SendCommand', `arn:aws:ssm:${region}::document/AWS-RunShellScript`)
    const tagged = (Value: string) =>
      allow('ssm:SendCommand', arn('instance'), { StringEquals: { 'ssm:resourceTag/drover': Value } })
    expect((await (await as(document)).refusal('ssm', 'SendCommand', command)).message).toContain(arn('instance', InstanceIds[0]))
    expect((await (await as(tagged('verify'))).refusal('ssm', 'SendCommand', command)).message).toContain(
      'document/AWS-RunShellScript',
    )
    expect((await (await as(document, tagged('other'))).refusal('ssm', 'SendCommand', command)).code).toBe(
      'AccessDeniedException',
    )
    // Allowed, it is refused for another reason: the machine is not there yet.
    expect((await (await as(document, tagged('verify'))).refusal('ssm', 'SendCommand', command)).code).toBe('InvalidInstanceId')
  })

  test('a parameter is named without its first slash', async () => {
    const { root, as } = await cloudWithRoles()
    await root.ask('ssm', 'PutParameter', { Name: '/drover/a', Value: 'v', Type: 'String' })
    const asker = await as(
      allow(['ssm:GetParameter', 'ssm:GetParametersByPath'], `arn:aws:ssm:${region}:${account}:parameter/drover*`),
    )
    expect((await asker.ask('ssm', 'GetParameter', { Name: '/drover/a' })).Parameter.Value).toBe('v')
    await asker.ask('ssm', 'GetParametersByPath', { Path: '/drover' })
    await asker.refusal('ssm', 'GetParameter', { Name: '/other/a' })
  })
})

test('a template’s parameter is read by EC2 for whoever has it resolved', async () => {
  const { root, as, imageId } = await cloudWithRoles()
  await root.ask('ssm', 'PutParameter', { Name: '/theirs', Value: imageId, Type: 'String' })
  const named = { LaunchTemplateName: 'theirs' }
  await root.ask('ec2', 'CreateLaunchTemplate', { ...named, LaunchTemplateData: { ImageId: 'resolve:ssm:/theirs:1' } })
  const asked = { ...named, Versions: ['1'], ResolveAlias: true }
  const look = allow('ec2:DescribeLaunchTemplateVersions')
  const parameter = `arn:aws:ssm:${region}:${account}:parameter/theirs`
  expect((await (await as(look)).refusal('ec2', 'DescribeLaunchTemplateVersions', asked)).message).toContain(
    `is not authorized to perform: ssm:GetParameters on resource: ${parameter} because`,
  )
  await (await as(look)).ask('ec2', 'DescribeLaunchTemplateVersions', { ...asked, ResolveAlias: false })
  const through = await as(look, allow('ssm:GetParameters', parameter, { Bool: { 'aws:ViaAWSService': 'true' } }))
  const { LaunchTemplateVersions } = await through.ask('ec2', 'DescribeLaunchTemplateVersions', asked)
  expect(LaunchTemplateVersions[0].LaunchTemplateData.ImageId).toBe(imageId)
  await through.refusal('ssm', 'GetParameters', { Names: ['/theirs'] })
})

test('a machine is its role, where that trusts EC2', async () => {
  const { root, cloud, imageId } = await cloudWithRoles()
  const launched = async (name: string, service: string) => {
    await root.ask('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust({ Service: service }) })
    const PolicyDocument = JSON.stringify({ Statement: allow('ssm:GetParameter') })
    await root.ask('iam', 'PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument })
    await root.ask('iam', 'CreateInstanceProfile', { InstanceProfileName: name })
    await root.ask('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: name, RoleName: name })
    const run = { ImageId: imageId, MinCount: 1, MaxCount: 1, IamInstanceProfile: { Name: name } }
    const { Instances } = await root.ask('ec2', 'RunInstances', run)
    return cloud.metadata.instanceAt(Instances[0].PrivateIpAddress)
  }
  expect((await launched('other', 'ssm.amazonaws.com'))?.profile).toBeUndefined()
  const credentials = (await launched('machine', 'ec2.amazonaws.com'))?.profile?.credentials
  expect(credentials).toBeDefined()
  if (credentials === undefined) return
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const machine = askerWith({ cloud }, { accessKeyId, secretAccessKey, sessionToken })
  expect((await machine.refusal('ssm', 'GetParameter', { Name: '/a' })).code).toBe('ParameterNotFound')
  expect((await machine.refusal('ec2', 'DescribeImages')).code).toBe('UnauthorizedOperation')
})

test('an account’s own resources are told from others by aws:ResourceAccount', async () => {
  const { as, root, imageId } = await cloudWithRoles()
  const { ImageId } = await root.ask('ec2', 'CopyImage', { Name: 'ours', SourceImageId: imageId, SourceRegion: region })
  const asker = await as(allow('ec2:DescribeImageAttribute', '*', { StringEquals: { 'aws:ResourceAccount': account } }))
  await asker.ask('ec2', 'DescribeImageAttribute', { ImageId, Attribute: 'description' })
  expect((await asker.refusal('ec2', 'DescribeImageAttribute', { ImageId: imageId, Attribute: 'description' })).code).toBe(
    'UnauthorizedOperation',
  )
})

test('an alarm is asked for by its name, all of them by a star', async () => {
  const { as } = await cloudWithRoles()
  const asker = await as(allow('cloudwatch:DescribeAlarms', `arn:aws:cloudwatch:${region}:${account}:alarm:web-*`))
  await asker.ask('monitoring', 'DescribeAlarms', { AlarmNames: ['web-errors'] })
  expect((await asker.refusal('monitoring', 'DescribeAlarms')).message).toContain('alarm:* because')
})

test('a role may be let manage some roles only', async () => {
  const { root, as } = await cloudWithRoles()
  const asker = await as(allow(['iam:CreateRole', 'iam:AttachRolePolicy'], roleArn('team-*')))
  const AssumeRolePolicyDocument = trust({ AWS: account })
  await asker.ask('iam', 'CreateRole', { RoleName: 'team-a', AssumeRolePolicyDocument })
  expect((await asker.refusal('iam', 'CreateRole', { RoleName: 'admin', AssumeRolePolicyDocument })).code).toBe('AccessDenied')
  const PolicyDocument = JSON.stringify({ Statement: allowAll })
  const { Policy } = await root.ask('iam', 'CreatePolicy', { PolicyName: 'all', PolicyDocument })
  const pinned = await as(allow('iam:AttachRolePolicy', '*', { ArnNotEquals: { 'iam:PolicyARN': Policy.Arn } }))
  expect((await pinned.refusal('iam', 'AttachRolePolicy', { RoleName: 'team-a', PolicyArn: Policy.Arn })).code).toBe(
    'AccessDenied',
  )
})

const publicKey = Buffer.from('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJtE9pTn0Q4PqHlQ1vnd8ZlyEJ3Y1hmIRbT9U1bYqv5L ada')

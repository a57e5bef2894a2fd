// A session is opened where the machine's own role may open its channels, and a command reaches it without.

import { expect, test } from 'vitest'
import { allowAll, cloudWithRoles, policy, trust } from '../authorization/cloud-with-roles.ts'

test('a machine that may register only is sent commands, and no session is opened into it', async () => {
  const { root, imageId, advance } = await cloudWithRoles()
  const role = { RoleName: 'web' }
  const AssumeRolePolicyDocument = trust({ Service: 'ec2.amazonaws.com' }, {}, ['sts:AssumeRole'])
  await root.ask('iam', 'CreateRole', { ...role, AssumeRolePolicyDocument })
  await root.ask('iam', 'CreateInstanceProfile', { InstanceProfileName: 'web' })
  await root.ask('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: 'web', ...role })
  const may = (...actions: readonly string[]) => {
    const PolicyDocument = policy({ ...allowAll, Action: ['ssm:UpdateInstanceInformation', ...actions] })
    return root.ask('iam', 'PutRolePolicy', { ...role, PolicyName: 'agent', PolicyDocument })
  }
  const run = { ImageId: imageId, MinCount: 1, MaxCount: 1, IamInstanceProfile: { Name: 'web' } }
  const { Instances } = await root.ask('ec2', 'RunInstances', run)
  const Target: string = Instances[0].InstanceId
  await advance(60_000)
  const session = { Target, DocumentName: 'AWS-StartSSHSession' }
  await may()
  const { InstanceInformationList } = await root.ask('ssm', 'DescribeInstanceInformation')
  expect(InstanceInformationList).toMatchObject([{ InstanceId: Target, PingStatus: 'Online' }])
  expect((await root.refusal('ssm', 'StartSession', session)).code).toBe('TargetNotConnected')
  await may('ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel')
  expect((await root.refusal('ssm', 'StartSession', session)).code).toBe('TargetNotConnected')
  await may('ssmmessages:*')
  expect(await root.ask('ssm', 'StartSession', session)).toMatchObject({ SessionId: expect.any(String) })
})

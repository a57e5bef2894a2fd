// Instance profiles: made through the operator's door, read through IAM, one to a name and account.

import { expect, test } from 'vitest'
import { simulateCloud } from '../simulated-cloud.ts'

const account = '000000000001'

test('a profile leads to its role', async () => {
  const { ask, cloud, refusal } = await simulateCloud()
  await cloud.admin.call('add-instance-profile', { account, name: 'acme-machine', role: 'acme-role' })
  const { InstanceProfile } = await ask('iam', 'GetInstanceProfile', { InstanceProfileName: 'acme-machine' })
  expect(InstanceProfile).toMatchObject({
    InstanceProfileName: 'acme-machine',
    Arn: `arn:aws:iam::${account}:instance-profile/acme-machine`,
    Roles: [{ RoleName: 'acme-role', Arn: `arn:aws:iam::${account}:role/acme-role`, RoleId: expect.stringMatching(/^AROA/) }],
  })
  expect(await refusal('iam', 'GetInstanceProfile', { InstanceProfileName: 'acme' })).toEqual({
    code: 'NoSuchEntity',
    message: 'Instance Profile acme cannot be found.',
  })
})

test('of another account it is not seen', async () => {
  const { cloud, refusal } = await simulateCloud()
  await cloud.admin.call('add-account', { id: '222222222222' })
  await cloud.admin.call('add-instance-profile', { account: '222222222222', name: 'acme-machine', role: 'acme-role' })
  expect((await refusal('iam', 'GetInstanceProfile', { InstanceProfileName: 'acme-machine' })).code).toBe('NoSuchEntity')
})

// Parameters: versions, secrets, paths.

import { expect, test } from 'vitest'
import { webGroup } from '../reconcile/web-group.ts'
import { simulateCloud } from '../simulated-cloud.ts'

test('a value is replaced only when asked, and earlier versions stay', async () => {
  const { ask, refusal } = await simulateCloud()
  await ask('ssm', 'PutParameter', { Name: '/web/token', Value: 'one', Type: 'String' })
  expect(await refusal('ssm', 'PutParameter', { Name: '/web/token', Value: 'two', Type: 'String' })).toMatchObject({
    code: 'ParameterAlreadyExists',
  })
  expect(await ask('ssm', 'PutParameter', { Name: '/web/token', Value: 'two', Overwrite: true })).toEqual({
    Version: 2,
    Tier: 'Standard',
  })
  const values = await Promise.all(['/web/token', '/web/token:1'].map((Name) => ask('ssm', 'GetParameter', { Name })))
  expect(values.map(({ Parameter }) => [Parameter.Value, Parameter.Version])).toEqual([
    ['two', 2],
    ['one', 1],
  ])
})

test('a secret is sealed unless its decryption is asked for', async () => {
  const { ask } = await simulateCloud()
  await ask('ssm', 'PutParameter', { Name: '/s', Value: 'secret', Type: 'SecureString' })
  expect((await ask('ssm', 'GetParameter', { Name: '/s' })).Parameter.Value).not.toContain('secret')
  expect((await ask('ssm', 'GetParameter', { Name: '/s', WithDecryption: true })).Parameter).toMatchObject({
    Value: 'secret',
    Type: 'SecureString',
    ARN: 'arn:aws:ssm:eu-central-1:000000000001:parameter/s',
  })
})

test('a path gives its own level, or everything below', async () => {
  const { ask } = await simulateCloud()
  for (const Name of ['/a/b', '/a/c/d', '/ab/e']) await ask('ssm', 'PutParameter', { Name, Value: 'v', Type: 'String' })
  const names = async (input: object) =>
    (await ask('ssm', 'GetParametersByPath', input)).Parameters.map(({ Name }: { Name: string }) => Name)
  expect(await names({ Path: '/a' })).toEqual(['/a/b'])
  expect(await names({ Path: '/a/', Recursive: true })).toEqual(['/a/b', '/a/c/d'])
})

test('several at once say which are missing', async () => {
  const { ask, refusal } = await simulateCloud()
  await ask('ssm', 'PutParameter', { Name: 'a', Value: 'v', Type: 'String' })
  expect(await ask('ssm', 'GetParameters', { Names: ['a', 'b'] })).toMatchObject({
    Parameters: [{ Name: 'a' }],
    InvalidParameters: ['b'],
  })
  await ask('ssm', 'DeleteParameter', { Name: 'a' })
  expect(await refusal('ssm', 'DeleteParameter', { Name: 'a' })).toMatchObject({ code: 'ParameterNotFound' })
})

test.each([
  [{ Name: 'a b', Value: 'v', Type: 'String' }, 'ValidationException'],
  [{ Name: 'a', Value: '', Type: 'String' }, 'ValidationException'],
  [{ Name: 'a', Value: 'x'.repeat(4_097), Type: 'String' }, 'ValidationException'],
  [{ Name: 'a', Value: 'v' }, 'ValidationException'],
  [{ Name: 'a', Value: 'v', Type: 'String', Tier: 'Advanced' }, 'UnsupportedOperation'],
  [{ Name: 'a', Value: 'v', Type: 'String', AllowedPattern: '.*' }, 'UnsupportedOperation'],
])('%j is refused as %s', async (input, code) => {
  const { refusal } = await simulateCloud()
  expect(await refusal('ssm', 'PutParameter', input)).toMatchObject({ code })
})

test('an image is looked at after the answer: one that the account cannot launch changes nothing', async () => {
  const web = await webGroup(1)
  const image = { Name: '/image', Type: 'String', DataType: 'aws:ec2:image', Overwrite: true }
  const held = async () => {
    const { Parameter } = await web.ask('ssm', 'GetParameter', { Name: '/image' })
    return [Parameter.Value, Parameter.Version, Parameter.DataType]
  }
  await web.ask('ssm', 'PutParameter', { ...image, Value: web.imageId })
  expect(await web.ask('ssm', 'PutParameter', { ...image, Value: 'ami-0123456789abcdef0' })).toMatchObject({ Tier: 'Standard' })
  expect(await held()).toEqual([web.imageId, 1, 'aws:ec2:image'])
  await web.ask('ssm', 'PutParameter', { ...image, Value: web.newImageId })
  expect(await held()).toEqual([web.newImageId, 2, 'aws:ec2:image'])
  await web.ask('ssm', 'PutParameter', { Name: '/text', Type: 'String', Value: 'anything' })
  expect(await web.refusal('ssm', 'PutParameter', { ...image, Name: '/text', Value: web.imageId })).toMatchObject({
    code: 'ValidationException',
  })
})

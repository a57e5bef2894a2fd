// Who is asking: sessions of roles in other accounts, as long as they last, and no others.

import { describe, expect, test, vi } from 'vitest'
import { answerTo } from '../ask-in-process.ts'
import { simulateCloud } from '../simulated-cloud.ts'
import { send, type TestCredentials } from '../wire/sdk-client.ts'

const stage = '222222222222'
const role = `arn:aws:iam::${stage}:role/drover-promote`
const wish = { RoleArn: role, RoleSessionName: 'drover-test' }

async function cloudWithStage() {
  const simulated = await simulateCloud()
  await simulated.cloud.admin.call('add-account', { id: stage })
  const assume = async (input: object, credentials: TestCredentials = simulated.cloud.credentials) => {
    const answer = await send('sts', 'AssumeRole', input, answerTo(simulated.cloud), { credentials })
    return answer as { Credentials: SessionKeys; AssumedRoleUser: { Arn: string; AssumedRoleId: string } }
  }
  return { ...simulated, assume }
}

interface SessionKeys {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly SessionToken: string
  readonly Expiration: Date
}

function keys({ AccessKeyId, SecretAccessKey, SessionToken }: SessionKeys): TestCredentials {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

test('the owner of the cloud is its home account', async () => {
  const { ask } = await simulateCloud()
  expect(await ask('sts', 'GetCallerIdentity')).toMatchObject({
    Account: '000000000001',
    Arn: expect.stringMatching(/^arn:aws:/),
  })
})

test('a session acts in the role’s account, and says so', async () => {
  const { assume, ask, cloud } = await cloudWithStage()
  const { Credentials, AssumedRoleUser } = await assume(wish)
  expect(AssumedRoleUser.Arn).toBe(`arn:aws:sts::${stage}:assumed-role/drover-promote/drover-test`)
  const credentials = keys(Credentials)
  expect(await send('sts', 'GetCallerIdentity', {}, answerTo(cloud), { credentials })).toEqual({
    Account: stage,
    Arn: AssumedRoleUser.Arn,
    UserId: AssumedRoleUser.AssumedRoleId,
  })
  await send('ssm', 'PutParameter', { Name: '/of-the-stage', Value: 'v', Type: 'String' }, answerTo(cloud), { credentials })
  expect((await ask('ssm', 'GetParameters', { Names: ['/of-the-stage'] })).InvalidParameters).toEqual(['/of-the-stage'])
})

test('a role’s unique ID is the same in every session, the session’s keys are not', async () => {
  const { assume } = await cloudWithStage()
  const sessions = [await assume(wish), await assume(wish), await assume({ ...wish, RoleArn: `${role}-other` })]
  const ids = sessions.map(({ AssumedRoleUser }) => AssumedRoleUser.AssumedRoleId)
  expect(ids[0]).toBe(ids[1])
  expect(ids[2]).not.toBe(ids[0])
  expect(new Set(sessions.map(({ Credentials }) => Credentials.AccessKeyId)).size).toBe(3)
})

describe('a session ends', () => {
  test('by wall time, and is told as expired', async () => {
    const { assume, cloud } = await cloudWithStage()
    const { Credentials } = await assume({ ...wish, DurationSeconds: 900 })
    const credentials = keys(Credentials)
    const ask = () => send('ec2', 'DescribeRegions', {}, answerTo(cloud), { credentials })
    expect(Math.abs(Credentials.Expiration.getTime() - Date.now() - 900_000)).toBeLessThan(60_000)
    await ask()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 901_000 })
    try {
      await expect(ask()).rejects.toMatchObject({ Code: 'RequestExpired' })
    } finally {
      vi.useRealTimers()
    }
  })

  test('and a session without its token, or with another’s, is none', async () => {
    const { assume, cloud } = await cloudWithStage()
    const [mine, other] = [await assume(wish), await assume(wish)].map(({ Credentials }) => keys(Credentials))
    const { sessionToken: _token, ...bare } = mine as TestCredentials
    const mixed = { ...bare, sessionToken: other?.sessionToken ?? '' }
    for (const credentials of [bare, mixed]) {
      await expect(send('ec2', 'DescribeRegions', {}, answerTo(cloud), { credentials })).rejects.toMatchObject({
        Code: 'AuthFailure',
      })
    }
  })
})

describe('refused', () => {
  test.each([
    ['an account this cloud does not know', { ...wish, RoleArn: role.replace(stage, '999999999999') }, 'AccessDenied'],
    ['what is no role', { ...wish, RoleArn: `arn:aws:iam::${stage}:user/ada-lovelace` }, 'ValidationError'],
    ['a session name of odd letters', { ...wish, RoleSessionName: 'drover test' }, 'ValidationError'],
    ['a quarter of an hour less a second', { ...wish, DurationSeconds: 899 }, 'ValidationError'],
    ['half a day and a second', { ...wish, DurationSeconds: 43_201 }, 'ValidationError'],
    ['a session policy that is none', { ...wish, Policy: '{}' }, 'MalformedPolicyDocument'],
    ['a source identity, which is not modelled', { ...wish, SourceIdentity: 'ada' }, 'UnsupportedOperation'],
  ])('%s', async (_, input, code) => {
    const { refusal } = await cloudWithStage()
    expect((await refusal('sts', 'AssumeRole', input)).code).toBe(code)
  })

  test('a chained session of more than an hour, which AWS never gives', async () => {
    const { assume } = await cloudWithStage()
    const first = keys((await assume({ ...wish, DurationSeconds: 43_200 })).Credentials)
    await expect(assume({ ...wish, DurationSeconds: 3_601 }, first)).rejects.toMatchObject({ name: 'ValidationError' })
    await expect(assume({ ...wish, DurationSeconds: 3_600 }, first)).resolves.toBeDefined()
  })
})

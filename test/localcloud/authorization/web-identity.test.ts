// Roles taken with a token of an identity provider: whose tokens count, and what the role's trust policy asks of them.

import { beforeAll, beforeEach, expect, test } from 'vitest'
import { anIssuer, githubIssuer, type Issuer } from '../identity-issuer.ts'
import { account, allowAll, askerWith, type CloudWithRoles, cloudWithRoles, policy, roleArn } from './cloud-with-roles.ts'

const host = githubIssuer.replace('https://', '')
const production = 'repo:acme/images:environment:production'

let clouds: CloudWithRoles
let issuer: Issuer

beforeAll(async () => {
  issuer = await anIssuer()
})

beforeEach(async () => {
  clouds = await cloudWithRoles()
  const { arn } = await clouds.cloud.admin.call('add-identity-provider', {
    account,
    issuer: githubIssuer,
    audiences: ['sts.amazonaws.com'],
    keys: [{ ...issuer.publicKey, kty: 'RSA' }],
  })
  const trusting = policy({
    Effect: 'Allow',
    Principal: { Federated: arn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: production } },
  })
  await clouds.root.ask('iam', 'CreateRole', {
    RoleName: 'prod',
    AssumeRolePolicyDocument: trusting,
    MaxSessionDuration: 14_400,
  })
  await clouds.root.ask('iam', 'PutRolePolicy', { RoleName: 'prod', PolicyName: 'own', PolicyDocument: policy(allowAll) })
})

const wish = { RoleArn: roleArn('prod'), RoleSessionName: 'drover-web-1' }
/** Whoever asks has no key that this cloud knows. */
const stranger = () => askerWith(clouds, { accessKeyId: 'AKIANOBODY', secretAccessKey: 'none' })
const ask = async (more: object) =>
  stranger().ask('sts', 'AssumeRoleWithWebIdentity', { ...wish, WebIdentityToken: await issuer.token(production), ...more })
const refusal = (more: object) =>
  ask(more).then(
    () => expect.unreachable('it was answered'),
    ({ name, message, $metadata }) => ({ code: name, message, status: $metadata.httpStatusCode }),
  )

test('without any key, for the environment that the role trusts', async () => {
  const answer = await ask({})
  expect(answer).toMatchObject({
    SubjectFromWebIdentityToken: production,
    Audience: 'sts.amazonaws.com',
    AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/prod/drover-web-1` },
  })
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = answer.Credentials
  const session = askerWith(clouds, { accessKeyId, secretAccessKey, sessionToken })
  expect((await session.ask('sts', 'GetCallerIdentity')).Account).toBe(account)
})

test('it is no chained session, so it lasts as long as the role allows', async () => {
  const { Credentials: keys } = await ask({ DurationSeconds: 14_400 })
  expect(keys.Expiration.getTime()).toBeGreaterThan(Date.now() + 14_000_000)
  expect(await refusal({ DurationSeconds: 14_401 })).toMatchObject({ code: 'ValidationError' })
})

test('another environment of the same repository is refused, and so is a role that is not there', async () => {
  const denied = { code: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity', status: 403 }
  expect(await refusal({ WebIdentityToken: await issuer.token('repo:acme/images:environment:images') })).toEqual(denied)
  expect(await refusal({ RoleArn: roleArn('nobodys') })).toEqual(denied)
})

test('a token that has expired', async () => {
  const WebIdentityToken = await issuer.token(production, { expiresAt: Date.now() - 1_000 })
  expect(await refusal({ WebIdentityToken })).toMatchObject({ code: 'ExpiredTokenException', status: 400 })
})

test.each<[string, () => Promise<string>, RegExp]>([
  ['that is none', async () => 'gho_token', /not a valid JWT/],
  ['made out to somebody else', () => issuer.token(production, { audience: 'vault' }), /Incorrect token audience/],
  [
    'of an issuer the account does not know',
    () => issuer.token(production, { issuer: 'https://ci.example' }),
    /No OpenIDConnect provider/,
  ],
  ['signed with another key', async () => (await anIssuer()).token(production), /verification key/],
  [
    'changed after it was signed',
    async () => tampered(await issuer.token('repo:acme/images:environment:images')),
    /verification key/,
  ],
])('a token %s', async (_, token, message) => {
  expect(await refusal({ WebIdentityToken: await token() })).toMatchObject({
    code: expect.stringMatching(/^InvalidIdentityToken/),
    message: expect.stringMatching(message),
    status: 400,
  })
})

test('any other action still needs a key', async () => {
  expect((await stranger().refusal('sts', 'GetCallerIdentity')).code).toBe('InvalidClientTokenId')
})

function tampered(token: string): string {
  const [head = '', body = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
  return [head, Buffer.from(JSON.stringify({ ...claims, sub: production })).toString('base64url'), signature].join('.')
}

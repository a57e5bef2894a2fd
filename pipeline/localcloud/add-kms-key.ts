// Makes a customer-managed key under the name a configuration knows it by, with the accounts let in that run what it encrypts.

import { ProblemError } from '../kernel/index.ts'
import type { AdminParsed } from './admin-inputs.ts'
import type { Engine } from './engine.ts'
import { autoScalingRole } from './store/account.ts'
import { isDefaultKey, kmsKeyArn, parsedArn } from './store/key-name.ts'
import { type KmsGrant, keyArn } from './store/kms-key.ts'
import { type Draft, placeKey, placeOf } from './store/state.ts'

/**
 * As a company's Terraform leaves it: the accounts may use the key and make grants on it, and the service-linked role of each one's
 * groups has a grant. The same again
 * changes nothing but that, and AWS's own key is there already. AWS gives out key IDs itself, so one that is written is no API's to make.
 */
export async function addKmsKey(engine: Engine, input: AdminParsed<'add-kms-key'>): Promise<{ readonly arn: string }> {
  return engine.transact((draft) => ({ arn: ensureKey(draft, input, engine.now()) }))
}

function ensureKey(
  draft: Draft,
  { account: asker, region: where, name, accounts }: AdminParsed<'add-kms-key'>,
  now: number,
): string {
  const arn = kmsKeyArn(draft, placeKey(asker, where), name)
  if (isDefaultKey(arn)) return arn
  const { place, id } = parsedArn(arn) ?? {}
  if (place === undefined || id === undefined)
    throw new ProblemError({ code: 'bad-argument', message: `${name} names no KMS key` })
  const { account, region } = placeOf(place)
  const known = draft.get(place, 'kmsKeys', id)
  const users = [...new Set([asker, ...accounts])].filter((user) => user !== account)
  const missing = [account, ...users].filter((user) => !known?.grants.some(({ name: of }) => of === grantName(user)))
  draft.put(place, 'kmsKeys', id, {
    id,
    account,
    region,
    manager: 'CUSTOMER',
    description: name,
    createdAt: now,
    state: 'Enabled',
    tags: {},
    ...known,
    policy: policyFor(account, users),
    grants: [...(known?.grants ?? []), ...missing.map((user) => grantFor(user, draft.mintHex(64), now))],
  })
  const alias = parsedArn(name)?.alias ?? (name.startsWith('alias/') ? name : undefined)
  if (alias !== undefined && draft.get(place, 'kmsAliases', alias) === undefined) {
    draft.put(place, 'kmsAliases', alias, { name: alias, keyId: id, createdAt: now })
  }
  return keyArn({ account, region, id })
}

function policyFor(owner: string, users: readonly string[]): string {
  const statement = (account: string, actions: readonly string[]) => ({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: actions.map((name) => `kms:${name}`),
    Resource: '*',
  })
  const ofUsers = users.map((user) => statement(user, ['DescribeKey', 'CreateGrant', 'ListGrants', 'RevokeGrant', ...used]))
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement(owner, ['*']), ...ofUsers] })
}

const used = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']

function grantFor(account: string, id: string, now: number): KmsGrant {
  return {
    id,
    name: grantName(account),
    granteePrincipal: autoScalingRole(account),
    operations: ['CreateGrant', 'DescribeKey', ...used].sort(),
    issuingAccount: `arn:aws:iam::${account}:root`,
    createdAt: now,
  }
}

function grantName(account: string): string {
  return `auto-scaling-${account}`
}

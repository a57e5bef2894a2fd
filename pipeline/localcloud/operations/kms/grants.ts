// CreateGrant, ListGrants, RevokeGrant, RetireGrant.

import type {
  CreateGrantRequest,
  CreateGrantResponse,
  GrantListEntry,
  ListGrantsRequest,
  ListGrantsResponse,
  RetireGrantRequest,
  RevokeGrantRequest,
} from '@aws-sdk/client-kms'
import { findKey, parsedArn } from '../../store/key-name.ts'
import { type KmsGrant, type KmsKey, keyArn } from '../../store/kms-key.ts'
import { type Draft, type PlaceKey, placeOf } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Caller, operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { grantedOperations, isMeant, mayUse } from './key-policy.ts'
import { accessDenied, change, namedKey, refuseUnlessEnabled } from './named-key.ts'

/** What a grant for a symmetric key may let its grantee do [doc: CreateGrant]. */
const grantable = new Set([
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'RetireGrant',
])

/** "If you use a Name in a request that is identical to one before, the original GrantId is returned" [doc: CreateGrant]. */
export const createGrant = operation<CreateGrantRequest, CreateGrantResponse>({
  handles: ['KeyId', 'GranteePrincipal', 'RetiringPrincipal', 'Operations', 'Name'],
  run(call) {
    const { input, draft, account, caller, now } = call
    const asked = {
      granteePrincipal: principal(input.GranteePrincipal),
      operations: operationsAsked(input.Operations),
      ...(input.RetiringPrincipal === undefined ? {} : { retiringPrincipal: principal(input.RetiringPrincipal) }),
      ...(input.Name === undefined ? {} : { name: input.Name }),
    }
    const key = namedKey(call, input.KeyId, 'CreateGrant', { otherAccounts: true }, { grant: asked })
    refuseBeyondOwnGrant(draft, key, caller, asked)
    refuseUnlessEnabled(key)
    const same = asked.name === undefined ? undefined : key.grants.find((grant) => isSame(grant, asked))
    const grant = same ?? { ...asked, id: draft.mintHex(64), issuingAccount: `arn:aws:iam::${account}:root`, createdAt: now }
    if (same === undefined) change(draft, key, { grants: [...key.grants, grant] })
    return { GrantId: grant.id, GrantToken: tokenOf(key, grant) }
  },
})

function principal(written = ''): string {
  if (/^arn:aws:(iam::\d{12}:(root|(user|role)\/.+)|sts::\d{12}:(assumed-role|federated-user)\/.+)$/.test(written)) return written
  throw new ApiFault('InvalidArnException', `ARN does not refer to a valid principal: ${written}`)
}

function operationsAsked(operations: readonly string[] = []): readonly string[] {
  const strange = operations.find((one) => !grantable.has(one))
  if (operations.length > 0 && strange === undefined) return [...new Set(operations)].sort()
  throw new ApiFault('ValidationException', `${strange ?? 'No operation'} cannot be granted on a symmetric key`)
}

/** "The operations in the new grant must be the same as or a subset of those in the parent grant" [doc: create-grant-overview]. */
function refuseBeyondOwnGrant(draft: Draft, key: KmsKey, caller: Caller, asked: Asked): void {
  if (mayUse(draft, { ...key, grants: [] }, caller, ['CreateGrant'], { grant: asked })) return
  const own = grantedOperations(key, caller)
  if (asked.operations.some((one) => !own.has(one))) throw accessDenied(caller.arn, 'CreateGrant', keyArn(key))
}

type Asked = Pick<KmsGrant, 'name' | 'granteePrincipal' | 'retiringPrincipal' | 'operations'>

function isSame(grant: KmsGrant, asked: Asked): boolean {
  const told = ({ name, granteePrincipal, retiringPrincipal, operations }: Asked): string =>
    JSON.stringify([name, granteePrincipal, retiringPrincipal, operations])
  return told(grant) === told(asked)
}

/** Says of which key it is, so that it can be retired by it. */
function tokenOf(key: KmsKey, grant: KmsGrant): string {
  return Buffer.from(JSON.stringify([keyArn(key), grant.id])).toString('base64url')
}

export const listGrants = operation<ListGrantsRequest, ListGrantsResponse>({
  handles: ['KeyId', 'Limit', 'Marker', 'GrantId', 'GranteePrincipal'],
  run(call) {
    const { input } = call
    const key = namedKey(call, input.KeyId, 'ListGrants', { otherAccounts: true })
    const grants = key.grants
      .filter(({ id }) => input.GrantId === undefined || id === input.GrantId)
      .filter(({ granteePrincipal }) => input.GranteePrincipal === undefined || granteePrincipal === input.GranteePrincipal)
    const page = pageOf(grants, ({ id }) => id, {
      size: input.Limit ?? 50,
      token: input.Marker,
      largest: 100,
      badToken: 'InvalidMarkerException',
    })
    return {
      Grants: page.rows.map((grant) => view(key, grant)),
      NextMarker: page.nextToken,
      Truncated: page.nextToken !== undefined,
    }
  },
})

function view(key: KmsKey, grant: KmsGrant): GrantListEntry {
  return {
    KeyId: keyArn(key),
    GrantId: grant.id,
    CreationDate: new Date(grant.createdAt),
    GranteePrincipal: grant.granteePrincipal,
    IssuingAccount: grant.issuingAccount,
    Operations: grant.operations as NonNullable<GrantListEntry['Operations']>,
    ...(grant.name === undefined ? {} : { Name: grant.name }),
    ...(grant.retiringPrincipal === undefined ? {} : { RetiringPrincipal: grant.retiringPrincipal }),
  }
}

export const revokeGrant = operation<RevokeGrantRequest, object>({
  handles: ['KeyId', 'GrantId'],
  run(call) {
    const key = namedKey(call, call.input.KeyId, 'RevokeGrant', { otherAccounts: true })
    without(call.draft, key, grantOf(key, call.input.GrantId))
    return {}
  },
})

/** By its retiring principal, its grantee if it says so, or the account that gave it [doc: RetireGrant]. */
export const retireGrant = operation<RetireGrantRequest, object>({
  handles: ['GrantToken', 'KeyId', 'GrantId'],
  run({ input, draft, place, caller }) {
    const { arn, id } = input.GrantToken === undefined ? { arn: input.KeyId ?? '', id: input.GrantId } : read(input.GrantToken)
    const key = retirableKey(draft, place, arn)
    const grant = grantOf(key, id)
    const mayRetire =
      (grant.retiringPrincipal !== undefined && isMeant(grant.retiringPrincipal, caller)) ||
      (grant.operations.includes('RetireGrant') && isMeant(grant.granteePrincipal, caller)) ||
      isMeant(grant.issuingAccount, caller)
    if (!mayRetire) throw accessDenied(caller.arn, 'RetireGrant', arn)
    without(draft, key, grant)
    return {}
  },
})

function retirableKey(draft: Draft, place: PlaceKey, arn: string): KmsKey {
  const owner = parsedArn(arn)
  if (owner?.id === undefined) throw new ApiFault('InvalidArnException', `Invalid arn ${arn}`)
  const key = placeOf(owner.place).region === placeOf(place).region ? findKey(draft, arn) : undefined
  if (key === undefined) throw new ApiFault('NotFoundException', `Key '${arn}' does not exist`)
  return key
}

function read(token: string): { readonly arn: string; readonly id: string } {
  const [, arn, id] = /^\["([^"]+)","([0-9a-f]{64})"\]$/.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? []
  if (arn === undefined || id === undefined) throw new ApiFault('InvalidGrantTokenException', 'The grant token is not valid')
  return { arn, id }
}

function grantOf(key: KmsKey, id: string | undefined): KmsGrant {
  const grant = key.grants.find((one) => one.id === id)
  if (grant === undefined) throw new ApiFault('NotFoundException', `Grant ID ${id} not found`)
  return grant
}

function without(draft: Draft, key: KmsKey, grant: KmsGrant): void {
  change(draft, key, { grants: key.grants.filter(({ id }) => id !== grant.id) })
}

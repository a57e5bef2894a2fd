// What a caller is held to: the policies of its role and of its session, and what policies can know of it.

import type { Caller } from '../operations/operation.ts'
import { roleId } from '../operations/sts/session.ts'
import { accountRoot, type Facts, type PolicyDocument, parsePolicy } from '../policies/index.ts'
import { roleArn } from '../store/account.ts'
import { knownRole } from '../store/known-roles.ts'
import { organisationId } from '../store/organisation.ts'
import { arnOfRole, type Role } from '../store/role.ts'
import { type Draft, everywhere } from '../store/state.ts'
import { tagFacts } from './need.ts'

/** Policies that must allow together; every set of a caller must. */
export interface PolicySet {
  readonly kind: 'identity-based' | 'session'
  readonly documents: readonly PolicyDocument[]
}

/** Empty for a root key, and for a role nobody made: those may do everything. */
export function policySets(draft: Draft, caller: Caller): readonly PolicySet[] {
  const role = roleOf(draft, caller)
  const own: PolicySet[] = role === undefined ? [] : [{ kind: 'identity-based', documents: documentsOf(draft, caller, role) }]
  const narrowing = caller.session?.policies ?? []
  return narrowing.length === 0 ? own : [...own, { kind: 'session', documents: narrowing.map(read) }]
}

/** A session of a role that is gone, or of one that had its name before, may do nothing. */
function documentsOf(draft: Draft, { account, userId }: Caller, role: Role): readonly PolicyDocument[] {
  const isOfAnother = ![role.id, roleId(account, role.name)].includes(userId.split(':')[0] ?? '')
  if (role.isDeleted || isOfAnother) return []
  const attached = role.attached.flatMap((arn) => draft.get(everywhere, 'managedPolicies', arn)?.document ?? [])
  return [...Object.values(role.inline), ...attached].map(read)
}

/** A text always says the same, and the same few are asked again with every request. */
function read(text: string): PolicyDocument {
  const known = documents.get(text)
  if (known !== undefined) return known
  if (documents.size >= mostRemembered) documents.clear()
  const document = parsePolicy(text, 'identity')
  documents.set(text, document)
  return document
}

const documents = new Map<string, PolicyDocument>()
const mostRemembered = 1_000

function roleOf(draft: Draft, { account, session }: Caller): Role | undefined {
  return session === undefined ? undefined : knownRole(draft, account, session.role)
}

/** The ARN policies know the caller by: a session's is its role's [doc: reference_policies_condition-keys]. */
function principalArn(draft: Draft, caller: Caller): string {
  if (caller.session === undefined) return caller.arn
  const role = roleOf(draft, caller)
  return role === undefined ? roleArn(caller.account, caller.session.role) : arnOfRole(role)
}

/** Names that mean the caller itself, and those that mean its whole account. */
export function namesOf(draft: Draft, caller: Caller): { readonly own: ReadonlySet<string>; readonly all: ReadonlySet<string> } {
  const own = new Set([caller.arn, principalArn(draft, caller)])
  return { own, all: new Set([...own, accountRoot(caller.account)]) }
}

export function principalFacts(draft: Draft, caller: Caller): Facts {
  const tags = { ...roleOf(draft, caller)?.tags, ...caller.session?.tags }
  return {
    ...tagFacts(tags, 'aws:PrincipalTag'),
    'aws:PrincipalAccount': caller.account,
    'aws:PrincipalArn': principalArn(draft, caller),
    'aws:PrincipalOrgID': organisationId(draft, caller.account),
    'aws:PrincipalType': caller.session === undefined ? 'Account' : 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': caller.userId,
    ...(caller.session === undefined ? {} : { 'aws:MultiFactorAuthPresent': 'false' }),
  }
}

export interface Circumstances {
  readonly region: string
  /** Wall time, in milliseconds since the epoch. */
  readonly wallNow: number
  readonly sourceAddress: string | undefined
}

/** The endpoint stands for one of AWS that is only reached over TLS, so policies are told it was. */
export function circumstanceFacts({ region, wallNow, sourceAddress }: Circumstances): Facts {
  return {
    'aws:CurrentTime': new Date(wallNow).toISOString(),
    'aws:EpochTime': String(Math.floor(wallNow / 1_000)),
    'aws:RequestedRegion': region,
    'aws:SecureTransport': 'true',
    'aws:SourceIp': sourceAddress,
    'aws:ViaAWSService': 'false',
  }
}

// Who may do what with a key: its policy's statements, and its grants.

import { accountRoot, contextOf, type Facts, type PolicyDocument, parsePolicy, ruling } from '../../policies/index.ts'
import { type KmsGrant, type KmsKey, keyArn } from '../../store/kms-key.ts'
import { organisationId } from '../../store/organisation.ts'
import type { Draft } from '../../store/state.ts'

/** Who asks, as GetCallerIdentity names him; a service-linked role by the ARN of the role. */
export interface KeyUser {
  readonly account: string
  readonly arn: string
}

/** The service that asks on the user's behalf, such as `ec2`. */
export interface Circumstances {
  readonly via?: string
  /** The grant that is asked for, in CreateGrant. */
  readonly grant?: AskedGrant
}

type AskedGrant = Pick<KmsGrant, 'granteePrincipal' | 'retiringPrincipal' | 'operations'>

/** A key is a value, so its policy is read once. */
const read = new WeakMap<KmsKey, PolicyDocument>()

/** Throws PolicyFlaw for a policy that is none. */
export function policyOf(key: KmsKey): PolicyDocument {
  const known = read.get(key) ?? parsePolicy(key.policy, 'resource')
  read.set(key, known)
  return known
}

/** All of those operations (without `kms:`), by key policy or by grants, unless the policy denies one. */
export function mayUse(
  draft: Draft,
  key: KmsKey,
  user: KeyUser,
  operations: readonly string[],
  circumstances: Circumstances = {},
): boolean {
  const granted = grantedOperations(key, user)
  const asked = { resource: keyArn(key), context: contextOf(facts(draft, key, user, circumstances)), principals: namesOf(user) }
  return operations.every((operation) => {
    const answer = ruling([policyOf(key)], { ...asked, action: `kms:${operation}` })
    return answer === 'allowed' || (answer === 'unmentioned' && granted.has(operation))
  })
}

/** What grants alone let a user do. */
export function grantedOperations(key: KmsKey, user: KeyUser): ReadonlySet<string> {
  return new Set(key.grants.filter((grant) => isMeant(grant.granteePrincipal, user)).flatMap(({ operations }) => operations))
}

export function isMeant(principal: string, user: KeyUser): boolean {
  return principal === '*' || namesOf(user).has(/^\d{12}$/.test(principal) ? accountRoot(principal) : principal)
}

/**
 * Its own ARN, its role's, and its account's. An account as principal leaves it to the account's own IAM policies; not so a
 * service-linked role, whose policy is AWS's and says nothing of keys [doc: key-policy-requirements-EBS-encryption].
 */
function namesOf({ account, arn }: KeyUser): ReadonlySet<string> {
  const isLinked = arn.includes(':role/aws-service-role/')
  return new Set([arn, roleOf(arn), ...(isLinked ? [] : [accountRoot(account)])])
}

function roleOf(arn: string): string {
  return arn.replace(/^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2')
}

function facts(draft: Draft, key: KmsKey, { account, arn }: KeyUser, { via, grant }: Circumstances) {
  return {
    'aws:PrincipalAccount': account,
    'aws:PrincipalArn': roleOf(arn),
    'aws:PrincipalOrgID': organisationId(draft, account),
    'kms:CallerAccount': account,
    'kms:GrantIsForAWSResource': String(via !== undefined),
    'kms:ViaService': via === undefined ? undefined : `${via}.${key.region}.amazonaws.com`,
    ...grantFacts(grant),
  }
}

/** What policies of either kind know of a grant that is asked for. */
export function grantFacts(grant: { readonly [member in keyof AskedGrant]?: AskedGrant[member] | undefined } = {}): Facts {
  return {
    'kms:GranteePrincipal': grant.granteePrincipal,
    'kms:GrantOperations': grant.operations,
    'kms:RetiringPrincipal': grant.retiringPrincipal,
  }
}

// Whether a role may be taken: its trust policy says who, and the caller's own policies say whether it may ask.

import type { Caller } from '../operations/operation.ts'
import { contextOf, type Facts, parsePolicy, ruling } from '../policies/index.ts'
import { arnOfRole, type Role } from '../store/role.ts'
import type { Draft } from '../store/state.ts'
import { ApiFault } from '../wire/fault.ts'
import { authorise } from './authorise.ts'
import { tagFacts } from './need.ts'
import { type Circumstances, circumstanceFacts, namesOf, principalFacts } from './standing.ts'

export interface Assumption {
  readonly draft: Draft
  readonly caller: Caller
  readonly circumstances: Circumstances
  /** The role that is asked for, by its ARN; the row only when somebody made it. */
  readonly arn: string
  readonly role: Role | undefined
  /** What the request says of the session. */
  readonly facts: Facts
  /** `sts:AssumeRole`, and `sts:TagSession` for one with tags. */
  readonly actions: readonly string[]
}

/** Throws STS's refusal for the first of the actions that is not allowed. */
export function refuseUntrusted(assumption: Assumption): void {
  for (const action of assumption.actions) {
    if (!mayAssume(assumption, action)) {
      const { caller, arn } = assumption
      throw new ApiFault('AccessDenied', `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${arn}`)
    }
  }
}

/**
 * "If the trust policy names the principal itself, and it is of the same account, no other policy is needed"; one that names the
 * account, or another account, leaves it to the caller's own [doc: reference_policies_evaluation-logic].
 */
function mayAssume({ draft, caller, circumstances, arn, role, facts }: Assumption, action: string): boolean {
  const known = { ...facts, ...tagFacts(role?.tags ?? {}, 'aws:ResourceTag', 'iam:ResourceTag') }
  if (role !== undefined) {
    const context = contextOf(circumstanceFacts(circumstances), principalFacts(draft, caller), known)
    const trust = [parsePolicy(role.trust, 'trust')]
    const { own, all } = namesOf(draft, caller)
    if (ruling(trust, { action, resource: arn, context, principals: all }) !== 'allowed') return false
    const isDirect = ruling(trust, { action, resource: arn, context, principals: own }) === 'allowed'
    if (isDirect && caller.account === role.account && !caller.session?.policies.length) return true
  }
  try {
    authorise({ draft, caller, circumstances, family: 'query' }, () => [
      { action, resource: { type: 'role', arn, facts: known } },
    ])
    return true
  } catch (cause) {
    if (cause instanceof ApiFault) return false
    throw cause
  }
}

/** Whether the role lets whoever shows a token of that provider take it; `facts` are what its token says. */
export function trustsProvider(role: Role, provider: string, facts: Facts, circumstances: Circumstances): boolean {
  const context = contextOf(circumstanceFacts(circumstances), facts)
  const question = {
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: arnOfRole(role),
    context,
    principals: new Set([provider]),
  }
  return ruling([parsePolicy(role.trust, 'trust')], question) === 'allowed'
}

/** Whether the role lets a service of AWS take it, such as `ec2.amazonaws.com` for an instance. */
export function trustsService(role: Role, service: string): boolean {
  const question = { action: 'sts:AssumeRole', resource: '*', context: contextOf({}), principals: new Set([service]) }
  return ruling([parsePolicy(role.trust, 'trust')], question) === 'allowed'
}

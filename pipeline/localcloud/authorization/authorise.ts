// Whether a caller may do what it asks: every need of the request, by every set of policies it is held to.

import type { Caller } from '../operations/operation.ts'
import { contextOf, ruling } from '../policies/index.ts'
import type { Draft } from '../store/state.ts'
import type { FaultFamily } from '../wire/service.ts'
import type { Need } from './need.ts'
import { isDocumented } from './reference.ts'
import { notAuthorized } from './refusal.ts'
import { type Circumstances, circumstanceFacts, policySets, principalFacts } from './standing.ts'

export interface Asking {
  readonly draft: Draft
  readonly caller: Caller
  readonly circumstances: Circumstances
  readonly family: FaultFamily
}

/** Throws the refusal of the first need that is not allowed. `needs` are only looked for when the caller is held to anything. */
export function authorise({ draft, caller, circumstances, family }: Asking, needs: () => readonly Need[]): void {
  const sets = policySets(draft, caller)
  if (sets.length === 0) return
  const always = [circumstanceFacts(circumstances), principalFacts(draft, caller)]
  for (const need of needs()) {
    const question = {
      action: need.action,
      resource: need.resource.arn,
      context: contextOf(...always, serviceFacts(need), ownerFacts(need), documentedFacts(need)),
    }
    for (const { kind, documents } of sets) {
      const answer = ruling(documents, question)
      if (answer !== 'allowed') throw notAuthorized(family, caller.arn, need, { kind, isDenied: answer === 'denied' })
    }
  }
}

/** A key that AWS would not have for the action must not help here either. */
function documentedFacts({ action, resource: { type, facts } }: Need): Need['resource']['facts'] {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => isDocumented(action, type, key)))
}

/** "Whether the request is made by a service on behalf of the principal" [doc: reference_policies_condition-keys]. */
function serviceFacts({ byService }: Need): Need['resource']['facts'] {
  return byService ? { 'aws:ViaAWSService': 'true' } : {}
}

/** An image may be another account's, and no account is in its ARN. */
function ownerFacts({ resource: { arn, facts } }: Need): Need['resource']['facts'] {
  return { 'aws:ResourceAccount': facts['ec2:Owner'] ?? (arn.split(':')[4] || undefined) }
}

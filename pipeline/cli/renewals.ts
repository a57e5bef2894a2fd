// Looks for machines that are older than they may be, and opens the renewal that replaces them.

import { openRenewal, renewalPlanOf, type SessionContext } from '../conductor/index.ts'
import type { Family } from '../config/index.ts'
import { ProblemError } from '../kernel/index.ts'
import { groupsToLookAt, historyOf, type Policy, type Release, type RenewalPlan } from '../release/index.ts'
import { placedIn, readAges } from '../roll/index.ts'
import type { Wired } from './wiring.ts'

export interface RenewalOutlook {
  /** Undefined: nothing would be renewed now. */
  readonly plan: RenewalPlan | undefined
  /** Groups that could not be looked at, a sentence each. */
  readonly unread: readonly string[]
}

interface Where extends Pick<Wired, 'cloud'> {
  readonly context: SessionContext
}

export async function outlookOf(
  { context, cloud }: Where,
  { name, policies }: Pick<Family, 'name' | 'policies'>,
): Promise<RenewalOutlook> {
  const { plan, unread } = await look(context, cloud, { family: name, policy: policies.weekly, unasked: false })
  return { plan, unread }
}

/** Undefined: nothing is too old, or another release of the family is open. Throws a ProblemError where a release may not be opened. */
export async function renew(
  wired: Where & Pick<Wired, 'needWholeLedger' | 'readOrigin' | 'rehearsal'>,
  { name, policies }: Pick<Family, 'name' | 'policies'>,
  unasked: boolean,
): Promise<Release | undefined> {
  const { context, cloud, rehearsal } = wired
  const { question, ages, plan, unread } = await look(context, cloud, { family: name, policy: policies.weekly, unasked })
  for (const line of unread) context.onProgress({ kind: 'log', release: '', step: 'renewal', line: `not known: ${line}` })
  if (!plan) return undefined
  const { origin, problem } = await wired.readOrigin()
  if (!rehearsal && problem) throw new ProblemError(problem)
  if (!rehearsal && origin.dirty) {
    throw new ProblemError({
      code: 'dirty-tree',
      message: `the configuration that limits the age of machines of ${name} has changes that are not committed`,
      hint: 'commit them: the ledger records the commit a renewal was made from',
    })
  }
  await wired.needWholeLedger()
  return openRenewal(context, { ...question, ages, origin, rehearsal })
}

interface Asked {
  readonly family: string
  readonly policy: Policy
  readonly unasked: boolean
}

async function look(context: SessionContext, cloud: Where['cloud'], asked: Asked) {
  const wallNow = context.clock.wallNow()
  const events = await context.ledger.read()
  const wanted = groupsToLookAt(historyOf(events), { ...asked, wallNow })
  if (wanted.length === 0) return { question: { ...asked, wallNow }, ages: [], plan: undefined, unread: [] }
  const policy = await placedIn(cloud, asked.policy)
  const question = { ...asked, policy, wallNow }
  const { ages, unread } = await readAges(cloud, policy, wanted)
  return { question, ages, plan: renewalPlanOf(events, { ...question, ages }), unread }
}

// Opens a renewal: a release that bakes nothing and replaces machines that have grown too old, on the image they run.

import {
  type ConfigOrigin,
  type GroupAge,
  historyOf,
  type LedgerEvent,
  nextReleaseId,
  planRenewal,
  type Release,
  type ReleaseEvent,
  type RenewalPlan,
  replay,
} from '../release/index.ts'
import { openOfFamily } from './open-release.ts'
import { openSession, type SessionContext } from './session.ts'

type Question = Parameters<typeof planRenewal>[1]

export interface RenewalWish extends Question {
  /** Of the configuration that the limits come from. */
  readonly origin: ConfigOrigin
  readonly rehearsal: boolean
  /** What was seen of the groups. */
  readonly ages: readonly GroupAge[]
}

/** Undefined while another release of the family is open, which goes first, or nothing is too old. */
export function renewalPlanOf(
  events: readonly LedgerEvent[],
  wish: Pick<RenewalWish, 'ages' | keyof Question>,
): RenewalPlan | undefined {
  return openOfFamily(events, wish.family).length > 0 ? undefined : planRenewal(historyOf(events), wish, wish.ages)
}

/** Undefined when there was nothing to open. */
export async function openRenewal(context: SessionContext, wish: RenewalWish): Promise<Release | undefined> {
  const session = await openSession(context)
  const plan = renewalPlanOf(session.events(), wish)
  if (!plan) return undefined
  const { from, policy, target, reason } = plan
  const id = nextReleaseId(session.events(), wish.family, context.clock.now())
  const event: ReleaseEvent = {
    type: 'release.opened',
    family: wish.family,
    lane: 'renewal',
    reason,
    openedBy: context.runner,
    rehearsal: wish.rehearsal,
    config: wish.origin,
    policy,
    bases: from.bases,
    renews: target,
  }
  const mayOpen = (events: readonly LedgerEvent[]) =>
    openOfFamily(events, wish.family).length === 0 && !events.some(({ release }) => release === id)
  context.signal.throwIfAborted()
  const record = await session.append(id, event, mayOpen)
  return record ? replay([record]) : openRenewal(context, wish)
}

// Opens an undo: a release that bakes nothing and takes groups back to an earlier one.

import { isDeepStrictEqual } from 'node:util'
import { badArgument, type Problem, ProblemError } from '../kernel/index.ts'
import {
  emergenciesBeside,
  historyOf,
  type LedgerEvent,
  nextReleaseId,
  type PlannedUndo,
  planUndo,
  type Release,
  type ReleaseEvent,
  replay,
  revocationOf,
  type UndoPlan,
  type UndoScope,
  type UpdatesLost,
} from '../release/index.ts'
import { openOfFamily, supersedeOthers } from './open-release.ts'
import { openSession, type SessionContext } from './session.ts'

export interface UndoWish {
  readonly scope: UndoScope
  /** The release to go back to; the newest that reached production before what runs now when it is left out. */
  readonly to: string | undefined
  readonly reason: string
  readonly rehearsal: boolean
  /** What the images it goes back to lack of those it leaves; what can't be known is said, and stops nothing. Absent: not looked at. */
  readonly compare?: ((plan: UndoPlan) => Promise<readonly UpdatesLost[]>) | undefined
}

/** What would be taken back, and where to. Throws a ProblemError when there is nothing to go back to. */
export function undoPlanOf(events: readonly LedgerEvent[], { scope, to }: Pick<UndoWish, 'scope' | 'to'>): UndoPlan {
  const planned = planUndo(historyOf(events), scope, to)
  if (planned.ok) return planned.plan
  throw new ProblemError(problemOf(planned, scope, to))
}

/** Throws a ProblemError when the wish cannot be granted. Other open releases of the family end with it. */
export async function openUndo(context: SessionContext, wish: UndoWish): Promise<Release> {
  if (!wish.reason.trim()) throw badArgument('an undo needs a reason', 'say why with --reason: it stands in the ledger for good')
  const session = await openSession(context)
  const [running] = undosUnderWay(session.events(), wish.scope.family)
  if (running) throw badArgument(`the undo ${running.id} is not over`, `let it end first: drover advance ${running.id}`)
  const plan = undoPlanOf(session.events(), wish)
  const { policy, target, from } = plan
  const updates = await wish.compare?.(plan)
  const id = nextReleaseId(session.events(), wish.scope.family, context.clock.now())
  const event: ReleaseEvent = {
    type: 'release.opened',
    family: wish.scope.family,
    lane: 'undo',
    reason: wish.reason,
    openedBy: context.runner,
    rehearsal: wish.rehearsal,
    config: from.config,
    policy,
    bases: from.bases,
    returnsTo: { ...target, ...(updates && { updates }) },
  }
  // A roll that another runner has begun in the meantime may have moved a group that was left out.
  const isStill = (events: readonly LedgerEvent[]) => isDeepStrictEqual(undoPlanOf(events, wish).policy.stages, policy.stages)
  const mayOpen = (events: readonly LedgerEvent[]) =>
    undosUnderWay(events, wish.scope.family).length === 0 && !events.some(({ release }) => release === id) && isStill(events)
  const record = await session.append(id, event, mayOpen)
  if (!record) return openUndo(context, wish)
  const release = replay([record])
  await supersedeOthers(session, release)
  return release
}

/** One to a release that has been revoked since is not waited for, nor one beside an emergency: the next undo supersedes both. */
function undosUnderWay(events: readonly LedgerEvent[], family: string): readonly Release[] {
  const history = historyOf(events)
  const isInTheWay = (release: Release) =>
    release.lane === 'undo' && !revocationOf(history.orders, release) && emergenciesBeside(release.id, history).length === 0
  return openOfFamily(events, family).filter(isInTheWay)
}

function problemOf(
  { why, kept }: Extract<PlannedUndo, { readonly ok: false }>,
  scope: UndoScope,
  to: string | undefined,
): Problem {
  const { family, stage, group } = scope
  const where = [group && `group ${group}`, stage && `stage ${stage}`, `family ${family}`].filter(Boolean).join(' of ')
  const hint =
    kept.length > 0 ? `those that reached production are ${kept.slice(-5).join(', ')}` : 'no other release has reached production'
  switch (why) {
    case 'nothing-rolled':
      return {
        code: 'not-found',
        message: `drover has moved no group of ${where}`,
        hint: 'drover status lists what it has moved',
      }
    case 'nothing-earlier':
      return { code: 'not-found', message: `there is no earlier release to take ${where} back to`, hint }
    case 'there-already':
      return {
        code: 'not-found',
        message: `every group of ${where} runs ${kept[0]} already, by the ledger`,
        hint: `drover undo ${family} --group REGION/NAME --to ${kept[0]} moves one there all the same; drover revoke ends a release that is open`,
      }
    case 'revoked':
      return {
        code: 'not-found',
        message: `${to} is revoked and not gone back to`,
        hint: `drover restore ${to} if it is good after all; ${hint}`,
      }
    case 'not-kept':
      return { code: 'not-found', message: `${to} is no release of ${family} that could be gone back to`, hint }
  }
}

// What an order to revoke a release brings about: what is open ends and goes back, and groups that run it are rolled off it.

import { type AdvanceOutcome, type ConductorContext, openUndo, revokeRelease } from '../conductor/index.ts'
import { assert, ProblemError } from '../kernel/index.ts'
import { describeRevocation, type GroupKey, groupsRunning, historyOf, ordersOf } from '../release/index.ts'

export interface RevokeWish {
  readonly release: string
  readonly reason: string
  /** Groups that run it are left to people. */
  readonly leave: boolean
  readonly watch: boolean
}

export interface RevokeOutcome {
  readonly release: string
  /** What became of the release itself, of one that was open. */
  readonly ended: AdvanceOutcome | undefined
  /** What became of rolling groups off it. */
  readonly undo: AdvanceOutcome | undefined
  /** Why groups could not be rolled off it. */
  readonly stuck: string | undefined
  /** Groups that still run it, or may, as far as the ledger knows. */
  readonly groups: readonly GroupKey[]
}

export interface RevokeContext {
  readonly conductor: ConductorContext
  readonly rehearsal: boolean
  advance(release: string, watch: boolean): Promise<AdvanceOutcome>
}

/** Asked for again, it goes on with what is left to do. Throws a ProblemError for what can't be revoked. */
export async function revoke(context: RevokeContext, wish: RevokeWish): Promise<RevokeOutcome> {
  const { conductor } = context
  await revokeRelease(conductor, { releaseId: wish.release, by: conductor.runner, reason: wish.reason })
  const wasOpen = historyOf(await conductor.ledger.read()).releases.some(({ id, ending }) => id === wish.release && !ending)
  const ended = wasOpen ? await context.advance(wish.release, wish.watch) : undefined
  const isLeft = wish.leave || ended?.kind === 'not-yet'
  const { undo, stuck } = isLeft ? { undo: undefined, stuck: undefined } : await rollOff(context, wish)
  return { release: wish.release, ended, undo, stuck, groups: await groupsOn(conductor, wish.release) }
}

async function rollOff(
  { conductor, rehearsal, advance }: RevokeContext,
  { release, watch }: RevokeWish,
): Promise<Pick<RevokeOutcome, 'undo' | 'stuck'>> {
  if ((await groupsOn(conductor, release)).length === 0) return { undo: undefined, stuck: undefined }
  const events = await conductor.ledger.read()
  const family = historyOf(events).releases.find(({ id }) => id === release)?.family
  const revocation = ordersOf(events).revocations.find(({ releaseId }) => releaseId === release)
  assert(family !== undefined, `${release} was there a moment ago`)
  // Somebody may have restored it in the meantime.
  if (revocation === undefined) return { undo: undefined, stuck: undefined }
  const order = { scope: { family, off: release }, to: undefined, reason: describeRevocation(revocation), rehearsal }
  try {
    const { id } = await openUndo(conductor, order)
    return { undo: await advance(id, watch), stuck: undefined }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { undo: undefined, stuck: error.message }
  }
}

async function groupsOn({ ledger }: ConductorContext, release: string): Promise<readonly GroupKey[]> {
  return groupsRunning(historyOf(await ledger.read()).releases, release)
}

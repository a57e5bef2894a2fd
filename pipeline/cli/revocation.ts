// What an order to revoke a release brings about: what is open ends and goes back, and groups that run it are rolled off it.

import {
  type AdvanceOutcome,
  type ConductorContext,
  noteOf,
  openUndo,
  restoreRelease,
  revokeRelease,
  updatesLost,
} from '../conductor/index.ts'
import { assert, ProblemError } from '../kernel/index.ts'
import type { Cloud, Place } from '../ports/index.ts'
import {
  describeRevocation,
  type GroupKey,
  groupsRunning,
  historyOf,
  type LedgerEvent,
  ordersOf,
  type PlacedImage,
  type UndoPlan,
} from '../release/index.ts'
import { type Disabled, disableRevoked, restoreImages } from '../retire/index.ts'

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
  /** Its images that are disabled now, what would still launch them, and what went wrong. */
  readonly disabled: Disabled
}

export interface RestoreOutcome {
  /** Undefined: it stays revoked, because not all of its images could be given back. */
  readonly record: LedgerEvent | undefined
  readonly images: readonly PlacedImage[]
  readonly failures: readonly string[]
}

export interface RevokeContext {
  readonly conductor: ConductorContext
  readonly cloud: Cloud
  /** Every configured account and region. */
  readonly places: readonly Place[]
  /** Launch templates whose image nobody can tell, and that hold nothing for it. */
  readonly leaveOut?: readonly string[] | undefined
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
  const groups = await groupsOn(conductor, wish.release)
  return { release: wish.release, ended, undo, stuck, groups, disabled: await disable(context, wish.release) }
}

async function disable({ conductor, cloud, places, leaveOut }: RevokeContext, id: string): Promise<Disabled> {
  const history = historyOf(await conductor.ledger.read())
  const release = history.releases.find((one) => one.id === id)
  assert(release, `${id} was there a moment ago`)
  const isRevoked = history.orders.revocations.some(({ releaseId }) => releaseId === id)
  if (!isRevoked) return { images: [], held: [], failures: [] }
  if (!release.ending) return { images: [], held: [`${id} is still open`], failures: [] }
  return disableRevoked({ cloud, record: await noteOf(conductor) }, history, release, places, leaveOut)
}

/** Its images are given back first: what says that it is good again must be able to run. */
export async function restore(
  { conductor, cloud }: Pick<RevokeContext, 'conductor' | 'cloud'>,
  { release: releaseId, reason }: Pick<RevokeWish, 'release' | 'reason'>,
): Promise<RestoreOutcome> {
  let given: Omit<RestoreOutcome, 'record'> = { images: [], failures: [] }
  const record = await restoreRelease(conductor, { releaseId, by: conductor.runner, reason }, async (release) => {
    given = await restoreImages({ cloud, record: await noteOf(conductor) }, release)
    return given.failures.length === 0
  })
  return { record, ...given }
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
  const compare = (plan: UndoPlan) => updatesLost(conductor, plan)
  try {
    const { id } = await openUndo(conductor, { ...order, compare })
    return { undo: await advance(id, watch), stuck: undefined }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { undo: undefined, stuck: error.message }
  }
}

async function groupsOn({ ledger }: ConductorContext, release: string): Promise<readonly GroupKey[]> {
  return groupsRunning(historyOf(await ledger.read()).releases, release)
}

// Takes a release as far as it can go now: read, decide, act, record, and again.

import { assert, thrownWords } from '../kernel/index.ts'
import {
  type Action,
  type Decision,
  emergenciesBeside,
  isBegun,
  type Release,
  releasesOf,
  stepOfAction,
} from '../release/index.ts'
import { type ConductorContext, decideNow } from './context.ts'
import { type HourWatch, watchHour } from './hour.ts'
import { supersedeOthers } from './open-release.ts'
import { perform } from './perform.ts'
import { createRunningSteps, type RunningSteps } from './running-steps.ts'
import { type LedgerSession, openSession } from './session.ts'

export interface AdvanceOptions {
  /** Waits through soaks and for approvals instead of returning `not-yet`. */
  readonly watch: boolean
  /** What this runner takes further at the same time on its own: what is among them is not taken along. */
  readonly beside?: ReadonlySet<string>
}

export type AdvanceOutcome =
  | { readonly kind: 'done'; readonly release: Release }
  /** `until` undefined: waits for a person or another runner. */
  | { readonly kind: 'not-yet'; readonly release: Release; readonly until: number | undefined; readonly reason: string }
  | { readonly kind: 'failed'; readonly release: Release; readonly cause: string }
  | { readonly kind: 'refused'; readonly release: Release; readonly reasons: readonly string[] }

/** A release with a thousand groups acts some ten thousand times; one that acts more often goes round in circles. */
const actLimit = 100_000
const heartbeatMs = 5_000
/** How often a watcher looks whether a person has answered. */
const answerPollMs = 15_000

export async function advance(context: ConductorContext, releaseId: string, options: AdvanceOptions): Promise<AdvanceOutcome> {
  const session = await openSession(context)
  // The runner that opened it may have been killed before it ended the others.
  const own = releasesOf(session.events()).find(({ id }) => id === releaseId)
  if (own && !own.ending) await supersedeOthers(session, own)
  const broken = new Set<string>()
  for (;;) {
    const companions = () => companionsOf(session, releaseId, options).filter(({ id }) => !broken.has(id))
    const outcome = await advanceTogether(context, session, releaseId, options, { companions: companions(), broken })
    await session.refresh()
    // What walked beside it may have left it something to do, or it that.
    const isToAct = (id: string) => decideNow(context, session.events(), id).decision.kind === 'act'
    if (![releaseId, ...companions().map(({ id }) => id)].some(isToAct)) return outcome
  }
}

interface Companion {
  readonly id: string
  /** An undo that has not ended: it is gone on with, as long as the release is. */
  readonly isOpen: boolean
}

/** What it has superseded may have left a roll under way, and its own runner may be gone; so may that of an undo beside it. */
function companionsOf(session: LedgerSession, releaseId: string, { beside: apart }: AdvanceOptions): readonly Companion[] {
  const releases = releasesOf(session.events())
  const beside = releases.filter(({ id }) => emergenciesBeside(id, { releases }).some((one) => one.id === releaseId))
  const left = [releaseId, ...beside.map(({ id }) => id)]
  const superseded = releases.filter(({ ending }) => ending?.kind === 'superseded' && left.includes(ending.by))
  return [...beside.map(({ id }) => ({ id, isOpen: true })), ...superseded.map(({ id }) => ({ id, isOpen: false }))].filter(
    ({ id }) => !apart?.has(id),
  )
}

async function advanceTogether(
  context: ConductorContext,
  session: LedgerSession,
  releaseId: string,
  options: AdvanceOptions,
  { companions, broken }: { readonly companions: readonly Companion[]; readonly broken: Set<string> },
): Promise<AdvanceOutcome> {
  if (companions.length === 0) return advanceOne(context, session, releaseId, options)
  const over = new AbortController()
  const own = tellingWhy(context, releaseId, advanceOne(context, session, releaseId, options)).finally(() => over.abort())
  // Nobody waits for what another runner may still be baking for them, nor is held up by what is wrong with them: whoever advances
  // one of them hears of it as their own, and it is not what became of the release.
  const others = companions.map(async ({ id, isOpen }) => {
    const step = () => advanceOne(context, session, id, { watch: isOpen && options.watch })
    if (!(await triedAgain(context, id, step, options.watch ? over.signal : AbortSignal.abort()))) broken.add(id)
  })
  await Promise.allSettled([own, ...others])
  context.signal.throwIfAborted()
  return own
}

const firstRetryMs = 60_000
const longestRetryMs = 900_000

/** The release may wait for what such a companion has begun, so a watcher tries that again until the release is over; false: in vain. */
async function triedAgain(
  context: ConductorContext,
  release: string,
  advancing: () => Promise<unknown>,
  over: AbortSignal,
): Promise<boolean> {
  const { clock, signal } = context
  let told: string | undefined
  for (let pauseMs = firstRetryMs; ; pauseMs = Math.min(2 * pauseMs, longestRetryMs)) {
    try {
      await advancing()
      return true
    } catch (error) {
      const cause = thrownWords(error)
      if (cause !== told) tellHeldUp(context, release, cause)
      told = cause
    }
    await clock.pause(pauseMs, AbortSignal.any([over, signal])).catch(() => {})
    if (over.aborted || signal.aborted) return false
  }
}

/** It is thrown only once everything else is over, which may be hours later. */
async function tellingWhy<Value>(context: ConductorContext, release: string, advancing: Promise<Value>): Promise<Value> {
  return advancing.catch((error: unknown) => {
    tellHeldUp(context, release, thrownWords(error))
    throw error
  })
}

function tellHeldUp({ onProgress }: ConductorContext, release: string, cause: string): void {
  onProgress({ kind: 'log', release, step: 'advance', line: `${release} goes no further: ${cause}` })
}

async function advanceOne(
  context: ConductorContext,
  session: LedgerSession,
  releaseId: string,
  { watch }: AdvanceOptions,
): Promise<AdvanceOutcome> {
  const running = createRunningSteps(context.clock, context.signal)
  const yielding = new Set<string>()
  const hour = watchHour(context, session)
  let waitsFor: { readonly reason: string; readonly sinceWallAt: number } | undefined
  for (let acts = 0; acts < actLimit; ) {
    const { release, decision } = decideNow(context, session.events(), releaseId)
    await hour.look(release)
    if (decision.kind === 'act') {
      await startNew(context, session, running, yielding, release, decision.actions)
      waitsFor = undefined
      acts++
    }
    if (running.size > 0) {
      await untilSomethingChanges(context, running, release, nextTimeOf(decision), hour)
    } else if (decision.kind === 'done') {
      return outcomeOf(release)
    } else if (decision.kind === 'wait') {
      const { until, reason } = decision
      if (reason !== waitsFor?.reason) {
        context.onProgress({ kind: 'waiting', release: releaseId, until, reason })
        waitsFor = { reason, sinceWallAt: context.clock.wallNow() }
      }
      if (!watch) return { kind: 'not-yet', release, until, reason }
      await waitIdly(context, until)
      const forWallMs = context.clock.wallNow() - waitsFor.sinceWallAt
      if (until === undefined)
        context.onProgress({ kind: 'heartbeat', release: releaseId, steps: [{ step: `waiting: ${reason}`, forWallMs }] })
    }
    context.signal.throwIfAborted()
    await session.refresh()
  }
  assert(false, `${releaseId} acted ${actLimit} times without an end`)
}

/** What would be done next, without doing it. */
export async function planOf(context: ConductorContext, releaseId: string): Promise<Decision> {
  const session = await openSession(context)
  return decideNow(context, session.events(), releaseId).decision
}

/** A roll that is under way and is now to be left to another release is taken up again as one that yields. */
async function startNew(
  context: ConductorContext,
  session: LedgerSession,
  running: RunningSteps,
  yielding: Set<string>,
  release: Release,
  actions: readonly Action[],
): Promise<void> {
  for (const action of actions) {
    const step = stepOfAction(action)
    const yields = action.kind === 'roll' && action.yieldTo !== undefined
    if (yields && !yielding.has(step)) await running.interrupt(step)
    if (yields) yielding.add(step)
    if (!running.has(step)) running.add(step, (signal) => performAloud(context, session, release, action, signal))
  }
}

async function performAloud(
  context: ConductorContext,
  session: LedgerSession,
  release: Release,
  action: Action,
  signal: AbortSignal,
): Promise<void> {
  const { clock, onProgress } = context
  const step = stepOfAction(action)
  const begunAt = clock.now()
  const begunWallAt = clock.wallNow()
  onProgress({ kind: 'step-started', release: release.id, step, resumed: isBegun(release, action) })
  const outcome = await perform(context, session, release, action, signal)
  const tookMs = clock.now() - begunAt
  onProgress({ kind: 'step-ended', release: release.id, step, ...outcome, tookMs, tookWallMs: clock.wallNow() - begunWallAt })
}

/** Until a step has ended, or the decision's own time has come; meanwhile it gives signs of life. */
async function untilSomethingChanges(
  context: ConductorContext,
  running: RunningSteps,
  release: Release,
  until: number | undefined,
  hour: HourWatch,
): Promise<void> {
  for (;;) {
    const leftMs = until === undefined ? heartbeatMs : Math.max(0, until - context.clock.now())
    if ((await running.wait(Math.min(heartbeatMs, leftMs))) === 'ended') return
    if (until !== undefined && context.clock.now() >= until) return
    context.onProgress({ kind: 'heartbeat', release: release.id, steps: running.list() })
    await hour.look(release)
  }
}

function nextTimeOf(decision: Decision): number | undefined {
  return decision.kind === 'done' ? undefined : decision.until
}

function waitIdly({ clock, signal }: ConductorContext, until: number | undefined): Promise<void> {
  return until === undefined ? clock.pause(answerPollMs, signal) : clock.idleUntil(until, signal)
}

function outcomeOf(release: Release): AdvanceOutcome {
  const { ending } = release
  assert(ending, `${release.id} is done without an ending`)
  switch (ending.kind) {
    case 'finished':
      return { kind: 'done', release }
    case 'failed':
      return { kind: 'failed', release, cause: ending.cause }
    case 'refused':
      return { kind: 'refused', release, reasons: ending.reasons }
    case 'superseded':
      return { kind: 'refused', release, reasons: [`superseded by ${ending.by}`] }
  }
}

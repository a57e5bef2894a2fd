// Makes a move: looks, decides, acts, and looks again until the group has arrived or is back.

import type { Clock, CloudAt, CloudFailure, CloudOutcome, UnavailableLimit } from '../ports/index.ts'
import { decideMove, lastMoment } from './decide-move.ts'
import { imagesRun } from './group-now.ts'
import { writeImage } from './image-parameter.ts'
import { type Move, type MoveObservation, refreshOf } from './move.ts'
import { type MoveDecision, pauseMs } from './move-decision.ts'
import { observeNodeGroup, startUpdate } from './node-group-move.ts'
import { startRefresh } from './start-refresh.ts'

export type MoveEnd = Extract<MoveDecision, { readonly kind: 'succeeded' | 'failed' }>

export interface MoveContext {
  readonly at: CloudAt
  readonly clock: Clock
  readonly signal: AbortSignal
  log(line: string): void
  /** Called before every look. */
  looking(): Promise<void>
  /** Called once, as soon as the move's refresh is known to run; not for one that the move came with. */
  started(refreshId: string, parameterVersion: number | undefined): Promise<void>
}

/** Ends by the move's last moment, having arrived, gone back, or given up. Safe to call again after a crash at any point. */
export async function makeMove(context: MoveContext, move: Move): Promise<MoveEnd> {
  const quiet = { ...context, log: withoutRepeats(context.log) }
  let journey: Journey = { move, failedStarts: [], cause: undefined, irreversible: false }
  for (;;) {
    context.signal.throwIfAborted()
    await context.looking()
    const next = await takeStep(quiet, journey)
    if ('kind' in next) return next
    journey = next
  }
}

/** What a runner carries from look to look; all of it can be lost. */
interface Journey {
  readonly move: Move
  /** What AWS said to each start whose refresh has not shown. */
  readonly failedStarts: readonly string[]
  /** Why this runner is going back or has stopped, if it has. */
  readonly cause: string | undefined
  /** AWS has said that the refresh cannot be rolled back. */
  readonly irreversible: boolean
  /** The version of the parameter that this runner has written for the move. */
  readonly parameterVersion?: number
}

async function takeStep(context: MoveContext, journey: Journey): Promise<Journey | MoveEnd> {
  const seen = await observe(context, journey.move)
  if (!seen.ok) return unseen(context, journey, seen)
  const known = await recognize(context, journey, seen.value)
  const decision = decideMove(known.move, seen.value, context.clock.now(), known.cause)
  switch (decision.kind) {
    case 'succeeded':
    case 'failed':
      return decision
    case 'start':
      return begin(context, known, seen.value)
    case 'roll-back':
      return goBack(context, known, decision.cause)
    case 'stop':
      return stop(context, known, decision.cause)
    case 'limit':
      context.log(decision.line)
      return limit(context, known, decision.limit)
    case 'follow':
      context.log(decision.line)
      await pause(context)
      return known
  }
}

async function observe({ at, clock }: MoveContext, move: Move): Promise<CloudOutcome<MoveObservation>> {
  const { parameter, nodeGroup } = move
  if (nodeGroup !== undefined) return observeNodeGroup(at, move, nodeGroup, clock.wallNow())
  const name = move.group.group
  // The group after its refreshes: a refresh that has ended has then surely left its mark on the group that is seen.
  const refreshes = await at.describeRefreshes(name)
  if (!refreshes.ok) return refreshes
  const groups = await at.describeGroups([name])
  if (!groups.ok) return groups
  const group = groups.value.find((candidate) => candidate.name === name)
  if (group === undefined) return { ok: false, kind: 'not-found', code: 'NoGroup', message: `there is no group ${name} any more` }
  const activities = await at.scalingActivities(name, 100)
  if (!activities.ok) return activities
  const seen = { group, refreshes: refreshes.value, activities: activities.value, wallAt: clock.wallNow() }
  if (parameter === undefined) return { ok: true, value: seen }
  const byParameter = await lookAtParameter(at, name, parameter.name)
  return byParameter.ok ? { ok: true, value: { ...seen, ...byParameter.value } } : byParameter
}

async function lookAtParameter(
  at: CloudAt,
  group: string,
  name: string,
): Promise<CloudOutcome<Pick<MoveObservation, 'byParameter' | 'images'>>> {
  const held = await at.imageParameter(name)
  if (!held.ok) return held
  const images = await imagesRun(at, { name: group })
  return images.ok ? { ok: true, value: { byParameter: held.value, images: images.value } } : images
}

/** A roll under way goes on without us, so not seeing it for a while is no reason to give it up: rights too may be given back. */
async function unseen(context: MoveContext, journey: Journey, failure: CloudFailure): Promise<Journey | MoveEnd> {
  const { move, failedStarts } = journey
  const mayRun = (move.refreshId !== undefined || failedStarts.length > 0) && failure.kind !== 'not-found'
  const lookUntil = mayPass(failure) ? lastMoment(move) : mayRun ? move.deadlineAt : 0
  if (context.clock.now() >= lookUntil) {
    return { kind: 'failed', cause: `the group cannot be seen: ${failure.message}`, undone: false }
  }
  context.log(failure.message)
  await pause(context)
  return journey
}

/** The move's refresh may be running already: an earlier runner started it, or the answer to our own start was lost. */
async function recognize(context: MoveContext, journey: Journey, seen: MoveObservation): Promise<Journey> {
  const refresh = refreshOf(journey.move, seen.refreshes)
  if (refresh === undefined || journey.move.refreshId !== undefined) return journey
  const { parameter } = journey.move
  const isWritten = parameter !== undefined && seen.byParameter?.value === parameter.target
  return begun(context, isWritten ? { ...journey, parameterVersion: seen.byParameter.version } : journey, refresh.id)
}

async function begun(context: MoveContext, journey: Journey, refreshId: string): Promise<Journey> {
  await context.started(refreshId, journey.parameterVersion)
  return { ...journey, move: { ...journey.move, refreshId } }
}

const mostStarts = 5

async function begin(context: MoveContext, journey: Journey, seen: MoveObservation): Promise<Journey | MoveEnd> {
  const { failedStarts } = journey
  if (failedStarts.length >= mostStarts) return notStarted(failedStarts.at(-1) ?? '')
  const { parameter } = journey.move
  if (parameter !== undefined && journey.parameterVersion === undefined) {
    const written = await writeImage(context, parameter.name, parameter.target)
    if (!written.ok) return mayPass(written) ? again(context, journey, written) : notStarted(written.message)
    return begin(context, { ...journey, parameterVersion: written.value.version }, seen)
  }
  const { nodeGroup } = journey.move
  const outcome =
    nodeGroup === undefined
      ? await startRefresh(context.at, journey.move, seen.group)
      : await startUpdate(context.at, journey.move, nodeGroup)
  if (outcome.ok) return begun(context, journey, outcome.value.refreshId)
  // A conflict or a lost answer may mean that it runs: the next look tells. Anything else would be refused again.
  if (outcome.kind !== 'conflict' && !mayPass(outcome)) return notStarted(outcome.message)
  return again(context, journey, outcome)
}

/** The next look waits until EKS is through with it. */
async function limit(context: MoveContext, journey: Journey, wanted: UnavailableLimit): Promise<Journey | MoveEnd> {
  const { failedStarts, move } = journey
  if (failedStarts.length >= mostStarts || move.nodeGroup === undefined) return notStarted(failedStarts.at(-1) ?? '')
  const { cluster, name } = move.nodeGroup
  const outcome = await context.at.limitNodeGroup({ cluster, name }, wanted)
  if (!outcome.ok && outcome.kind !== 'conflict' && !mayPass(outcome)) return notStarted(outcome.message)
  if (!outcome.ok) return again(context, journey, outcome)
  await pause(context)
  return journey
}

async function again(context: MoveContext, journey: Journey, failure: CloudFailure): Promise<Journey> {
  await pause(context)
  return { ...journey, failedStarts: [...journey.failedStarts, failure.message] }
}

function notStarted(message: string): MoveEnd {
  return { kind: 'failed', cause: `the refresh could not be started: ${message}`, undone: true }
}

async function goBack(context: MoveContext, journey: Journey, cause: string): Promise<Journey | MoveEnd> {
  const { at, log } = context
  const name = journey.move.group.group
  log(`going back: ${cause}`)
  const outcome = await (journey.irreversible ? at.cancelRefresh(name, { waitForStarting: false }) : at.rollbackRefresh(name))
  const next = { ...journey, cause }
  // Refused, AWS may be rolling back by itself already, which must not be cancelled: only if the next look shows that it
  // isn't, the refresh is at least stopped.
  if (!outcome.ok && outcome.kind === 'unsupported' && !journey.irreversible) {
    log(outcome.message)
    await pause(context)
    return { ...next, irreversible: true }
  }
  if (!outcome.ok && !mayPass(outcome) && outcome.kind !== 'not-found' && outcome.kind !== 'conflict') {
    return { kind: 'failed', cause: `${cause}; it could not be rolled back: ${outcome.message}`, undone: false }
  }
  await pause(context)
  return next
}

/** AWS may say that nothing runs any more, or that it is going back already: the next look tells. */
async function stop(context: MoveContext, journey: Journey, cause: string): Promise<Journey | MoveEnd> {
  const { at, log } = context
  log(`stopping: ${cause}`)
  const { group, policy } = journey.move
  // With machines launched ahead there are too many for a moment, and AWS does not say that it ends those first that are not
  // in service yet: they are waited for, so that the group never has fewer than it should.
  const outcome = await at.cancelRefresh(group.group, { waitForStarting: policy.maxHealthyPercentage > 100 })
  if (!outcome.ok) {
    const { kind, message } = outcome
    if (!mayPass(outcome) && kind !== 'not-found' && kind !== 'conflict' && kind !== 'unsupported') {
      return { kind: 'failed', cause: `${cause}; its refresh could not be stopped: ${message}`, undone: false }
    }
    log(message)
  }
  await pause(context)
  return { ...journey, cause }
}

function mayPass({ kind }: CloudFailure): boolean {
  return kind === 'throttled' || kind === 'unavailable' || kind === 'expired-credentials'
}

async function pause({ clock, signal }: MoveContext): Promise<void> {
  await clock.pause(pauseMs, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    throw error
  })
}

function withoutRepeats(log: (line: string) => void): (line: string) => void {
  let last: string | undefined
  return (line) => {
    if (line !== last) log(line)
    last = line
  }
}

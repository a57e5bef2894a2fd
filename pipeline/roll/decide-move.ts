// What to do next about a move, from what can be seen of it. Pure: a runner that died left nothing behind that is needed here.

import { formatDuration } from '../kernel/index.ts'
import type { GroupState, InstanceRefresh } from '../ports/index.ts'
import type { Yielding } from '../release/index.ts'
import { asUpdate } from './decide-update.ts'
import { isActive, type Move, type MoveObservation, refreshOf } from './move.ts'
import { follow, type MoveDecision } from './move-decision.ts'
import { capacityInService, countOn, previousOf, targetOf, unsettled } from './settled.ts'
import { type Trouble, troubleOf } from './trouble.ts'

/** From a roll's intent to its refresh a runner makes a template version and a call or two. */
const startingMs = 2 * 60_000

/** After its refresh has ended a group may take this long to come to rest. */
const settleMs = 10 * 60_000

/** `cause` is why this runner rolled back, if it did: nothing in AWS keeps it. */
export function decideMove(move: Move, seen: MoveObservation, now: number, cause?: string): MoveDecision {
  const decision = decide(move, seen, now, cause)
  if (move.nodeGroup !== undefined) return asUpdate(decision, move, { nodeGroup: move.nodeGroup }, seen, now)
  // AWS rolls nothing back that names a parameter [doc: RollbackInstanceRefresh]: it is stopped, and then taken back by another move.
  return decision.kind === 'roll-back' && move.parameter !== undefined ? { kind: 'stop', cause: decision.cause } : decision
}

function decide(move: Move, seen: MoveObservation, now: number, cause: string | undefined): MoveDecision {
  const refresh = refreshOf(move, seen.refreshes)
  if (refresh === undefined) return withoutRefresh(move, seen, now)
  const trouble = troubleOf(seen.activities, refresh.startedAt)
  const why = cause ?? (move.yieldTo === undefined ? whyFailed(move, refresh, trouble, now) : yielded(move.yieldTo))
  switch (refresh.status) {
    case 'Pending':
    case 'InProgress':
    case 'Baking':
      return underWay(move, seen, refresh, trouble, now)
    case 'Successful':
      return ended(move, seen, refresh, now)
    case 'Cancelling':
    case 'RollbackInProgress':
      if (now < lastMoment(move))
        return follow(`${progress(refresh)}, ${refresh.status === 'Cancelling' ? 'stopping' : 'going back'}: ${why}`)
      return { kind: 'failed', cause: `${why}; going back has not ended either`, undone: false }
    case 'RollbackSuccessful':
      return wentBack(move, seen, refresh, now, why)
    case 'Failed':
    case 'Cancelled':
    case 'RollbackFailed':
      return { kind: 'failed', cause: why, undone: unsettled(seen, previousOf(move)) === undefined }
  }
}

function withoutRefresh(move: Move, seen: MoveObservation, now: number): MoveDecision {
  if (move.yieldTo !== undefined) return leave(move, move.yieldTo, now)
  if (move.refreshId !== undefined) {
    if (now < move.deadlineAt) return follow(`waiting for refresh ${move.refreshId} to show`)
    return { kind: 'failed', cause: `AWS does not know the refresh ${move.refreshId} that it started`, undone: false }
  }
  const other = seen.refreshes.find(isActive)
  if (other !== undefined) {
    const undone = unsettled(seen, previousOf(move)) === undefined
    const what = move.nodeGroup === undefined ? 'instance refresh' : 'update'
    return { kind: 'failed', cause: `another ${what} is running on the group (${other.id}, ${other.status})`, undone }
  }
  const moved = movedOn(move, seen.group)
  return moved === undefined ? { kind: 'start' } : { kind: 'failed', cause: moved, undone: false }
}

/** A runner that recorded the roll may be about to start its refresh: it is given time to show, and then nothing has begun. */
function leave(move: Move, successor: Yielding, now: number): MoveDecision {
  const begunAt = move.deadlineAt - move.policy.deadlineMs
  const mayShowUntil = move.refreshId === undefined ? begunAt + startingMs : move.deadlineAt
  if (now < mayShowUntil) return follow('waiting for the refresh to show, to stop it')
  return { kind: 'failed', cause: yielded(successor), undone: true }
}

export function yielded({ release }: Yielding): string {
  return `${release} takes the group over`
}

/** Somebody has saved the group with another version since the move was planned: going on would take that back as well. */
function movedOn({ previous, target, parameter }: Move, { launchSource: source }: GroupState): string | undefined {
  if (!('version' in source)) return 'the group does not launch from a template any more'
  // Whoever owns the template may change it: what it takes its image from is looked at, and its number is not.
  if (parameter !== undefined) return undefined
  const isOurs = [previous, target].some(
    ({ templateId, version }) => source.templateId === templateId && source.version === String(version),
  )
  return isOurs ? undefined : `the group has been moved on by others, to version ${source.version} of ${source.templateId}`
}

function underWay(
  move: Move,
  seen: MoveObservation,
  refresh: InstanceRefresh,
  trouble: Trouble | undefined,
  now: number,
): MoveDecision {
  if (now >= lastMoment(move))
    return { kind: 'failed', cause: `${lateness(move, refresh, trouble)}; ${stuck(move)}`, undone: false }
  if (move.yieldTo !== undefined) {
    return { kind: move.yieldTo.goesBack && !move.renews ? 'roll-back' : 'stop', cause: yielded(move.yieldTo) }
  }
  const rewritten = rewrittenTo(move, seen)
  if (rewritten !== undefined) return { kind: 'stop', cause: rewritten }
  const giveUp = move.renews ? 'stop' : 'roll-back'
  if (trouble?.hopeless) return { kind: giveUp, cause: trouble.cause }
  if (now >= move.deadlineAt) return { kind: giveUp, cause: lateness(move, refresh, trouble) }
  const warning = trouble === undefined ? '' : `; ${trouble.cause}`
  return follow(`${progress(refresh)}, ${capacityInService(seen.group)} of ${seen.group.desiredCapacity} in service${warning}`)
}

/** Another group of the parameter has failed and taken it back, or a person has written it: new machines are not the move's any more. */
function rewrittenTo({ parameter }: Move, { byParameter }: MoveObservation): string | undefined {
  if (parameter === undefined || byParameter === undefined || byParameter.value === parameter.target) return undefined
  return `the parameter ${parameter.name} was set to ${byParameter.value} meanwhile`
}

function ended(move: Move, seen: MoveObservation, refresh: InstanceRefresh, now: number): MoveDecision {
  const missing = unsettled(seen, targetOf(move))
  const rewritten = rewrittenTo(move, seen)
  if (rewritten !== undefined && move.yieldTo === undefined) return { kind: 'failed', cause: rewritten, undone: false }
  if (missing === undefined || move.yieldTo !== undefined)
    return { kind: 'succeeded', refreshId: refresh.id, replaced: countOn(seen, targetOf(move)) }
  if (mayStillSettle(move, refresh, seen, now)) return follow(`refresh ended; ${missing}`)
  return { kind: 'failed', cause: `the refresh ended as successful, but ${missing}`, undone: false }
}

function wentBack(move: Move, seen: MoveObservation, refresh: InstanceRefresh, now: number, why: string): MoveDecision {
  const missing = unsettled(seen, previousOf(move))
  if (missing === undefined) return { kind: 'failed', cause: why, undone: true }
  if (mayStillSettle(move, refresh, seen, now)) return follow(`gone back; ${missing}`)
  return { kind: 'failed', cause: `${why}; the group was rolled back, but ${missing}`, undone: false }
}

/** A refresh without an end time has only just ended. AWS's clock need not agree with ours, so our own sets the last bound. */
function mayStillSettle(move: Move, refresh: InstanceRefresh, seen: MoveObservation, now: number): boolean {
  if (now >= lastMoment(move)) return false
  return refresh.endedAt === undefined || seen.wallAt - Date.parse(refresh.endedAt) < settleMs
}

/**
 * Going back replaces as many machines as going there, and warms them up; while that fails AWS itself tries for an hour.
 * Nobody waits for it longer than this.
 */
export function lastMoment(move: Move): number {
  return move.deadlineAt + move.policy.deadlineMs + 60 * 60_000
}

function whyFailed(move: Move, refresh: InstanceRefresh, trouble: Trouble | undefined, now: number): string {
  // EKS says itself what its update failed for; what it gives up at the end only looks like trouble.
  if (trouble !== undefined && (move.nodeGroup === undefined || refresh.statusReason === undefined)) return trouble.cause
  const said = refresh.statusReason?.replace(/\s+/g, ' ').replace(/\.$/, '')
  if (said !== undefined && said !== '') return said
  return now >= move.deadlineAt ? lateness(move, refresh, trouble) : `the refresh ended as ${refresh.status}`
}

function lateness(move: Move, refresh: InstanceRefresh, trouble: Trouble | undefined): string {
  const late = `not done after ${formatDuration(move.policy.deadlineMs)} (${progress(refresh)})`
  return trouble === undefined ? late : `${late}: ${trouble.cause}`
}

function stuck({ nodeGroup }: Move): string {
  return nodeGroup === undefined ? 'it could not be rolled back' : 'EKS has not ended its update, and stops none'
}

function progress(refresh: InstanceRefresh): string {
  const rest = refresh.instancesToUpdate
  return `${Math.trunc(refresh.percentageComplete)} %${rest > 0 ? `, ${rest} to go` : ''}`
}

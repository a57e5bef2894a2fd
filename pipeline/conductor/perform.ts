// Carries one action out: intent before the act, outcome after, and nothing written that another runner has overtaken.

import { assert, ProblemError } from '../kernel/index.ts'
import { bringEvidence, keepEvidence } from '../ledger/index.ts'
import {
  type Action,
  intentOf,
  isBegun,
  type LedgerEvent,
  type Performer,
  type Performers,
  type Release,
  type ReleaseEvent,
  StepTaken,
  stepOfAction,
  stepOfEvent,
  tokenOf,
} from '../release/index.ts'
import { type ConductorContext, decideNow } from './context.ts'
import { recordingPerformers } from './record.ts'
import type { Holds, LedgerSession } from './session.ts'

export interface PerformOutcome {
  /** `left`: another runner has moved the step on. */
  readonly outcome: 'passed' | 'failed' | 'left'
  readonly cause: string
}

export async function perform(
  context: ConductorContext,
  session: LedgerSession,
  release: Release,
  action: Action,
  signal: AbortSignal,
): Promise<PerformOutcome> {
  const step = stepOfAction(action)
  const token = tokenOf(release, action)
  const resumed = isBegun(release, action)
  const record = recorderOf(context, session, release, step)
  try {
    const intent = resumed ? undefined : intentOf(action, token)
    if (intent) await record(intent)
    // Another runner may have baked: what it kept is what this one judges by.
    if (action.kind === 'verify') await bringBakeEvidence(context, release, step)
    const outcome = await performerOf(
      context,
      action,
    )({
      release,
      action,
      token,
      resumed,
      runner: context.runner,
      clock: context.clock,
      signal,
      log: (line) => context.onProgress({ kind: 'log', release: release.id, step, line }),
      record,
      evidenceDirectory: context.evidenceDirectoryOf(release.id),
    })
    assert(outcome.length > 0, `${step} left no outcome`)
    for (const event of outcome) await record(event)
    return verdictOn(outcome)
  } catch (error) {
    if (error instanceof StepTaken) return { outcome: 'left', cause: '' }
    throw error
  }
}

function performerOf(context: ConductorContext, action: Action): Performer {
  const performers: Performers = { ...context.performers, ...recordingPerformers }
  return performers[action.kind] as Performer
}

/** Records the step's events one after the other; throws StepTaken as soon as someone else has written one of them. */
function recorderOf(context: ConductorContext, session: LedgerSession, release: Release, step: string) {
  let known = countEvents(session.events(), release.id, step)
  return async (event: ReleaseEvent): Promise<void> => {
    assert(stepOfEvent(event) === step, `${step} may not record ${event.type}`)
    await keepEvidence(context.evidence.store, context.evidenceDirectoryOf(release.id), event)
    const holds: Holds = (events) =>
      countEvents(events, release.id, step) === known &&
      (!beginsOrEnds(event) || isStillDecided(context, events, release.id, step))
    const recorded = await session.append(release.id, event, holds)
    if (!recorded) throw new StepTaken(step)
    known++
  }
}

/** What is missing, the verification does without, and it is told; nothing is judged by what somebody has changed. */
async function bringBakeEvidence(context: ConductorContext, { id, bake }: Release, step: string): Promise<void> {
  if (bake.state !== 'finished') return
  const lacking = await bringEvidence(context.evidence, context.evidenceDirectoryOf(id), bake.result.evidence)
  for (const { message } of lacking) context.onProgress({ kind: 'log', release: id, step, line: message })
  const altered = lacking.filter(({ kind }) => kind === 'altered')
  if (altered.length > 0) throw new ProblemError(altered.map(({ message }) => ({ code: 'evidence-broken', message })))
}

function countEvents(events: readonly LedgerEvent[], releaseId: string, step: string): number {
  return events.filter(({ release, event }) => release === releaseId && stepOfEvent(event) === step).length
}

/** An event that opens or closes something is only right while it is what comes next; an outcome is right whatever came since. */
function beginsOrEnds({ type }: ReleaseEvent): boolean {
  return type.endsWith('.intended') || type.startsWith('soak.') || type.startsWith('release.') || type === 'approval.requested'
}

function isStillDecided(context: ConductorContext, events: readonly LedgerEvent[], releaseId: string, step: string): boolean {
  const { decision } = decideNow(context, events, releaseId)
  return decision.kind === 'act' && decision.actions.some((action) => stepOfAction(action) === step)
}

function verdictOn(outcome: readonly ReleaseEvent[]): PerformOutcome {
  for (const event of outcome) {
    const cause = causeOf(event)
    if (cause !== undefined) return { outcome: 'failed', cause }
  }
  return { outcome: 'passed', cause: '' }
}

/** Why the step failed, when this event says that it did. */
function causeOf(event: ReleaseEvent): string | undefined {
  switch (event.type) {
    case 'bake.failed':
    case 'verify.failed':
    case 'copy.failed':
    case 'share.failed':
    case 'placing.failed':
    case 'roll.failed':
    case 'roll.refused':
    case 'undo.failed':
    case 'release.failed':
      return event.cause
    case 'verify.finished':
      return event.verdict === 'refuse' ? event.reasons.join('; ') : undefined
    case 'release.refused':
      return event.reasons.join('; ')
    case 'test.finished':
      return event.ok ? undefined : `${event.test}: ${event.detail}`
    default:
      return undefined
  }
}

// One release of a rehearsal, watched to its end, and what there is to say about it afterwards.

import type { AdvanceOutcome } from '../conductor/index.ts'
import { ProblemError } from '../kernel/index.ts'
import type { LedgerVerdict } from '../ledger/index.ts'
import { type BakingLane, type Release, type TimedStep, timelineOf } from '../release/index.ts'
import type { Output } from './command.ts'
import { openDrover } from './drover.ts'
import type { FoundReport } from './find-report.ts'
import { createNarrator } from './terminal.ts'

export interface RehearsalRequest {
  readonly configFile: string
  /** Undefined: the configuration's first. */
  readonly family: string | undefined
  readonly lane: BakingLane
  readonly reason: string | undefined
  readonly fixes: readonly string[]
  readonly output: Output
  readonly signal: AbortSignal
}

export interface Rehearsed {
  readonly outcome: AdvanceOutcome
  readonly release: Release
  readonly timeline: readonly TimedStep[]
  readonly ledger: LedgerVerdict
  /** Undefined when the release never came to a verdict. */
  readonly report: FoundReport | undefined
}

export async function runRehearsal(request: RehearsalRequest): Promise<Rehearsed> {
  const { configFile, lane, reason, fixes, output, signal } = request
  const drover = await openDrover({ configFile, rehearsal: true, signal, onProgress: createNarrator(output) })
  const family = request.family ?? drover.families[0]
  if (family === undefined) throw new ProblemError({ code: 'not-found', message: `${configFile} has no family` })
  const outcome = await drover.release({ family, lane, reason, fixes, watch: true })
  const { release } = outcome
  return {
    outcome,
    release,
    timeline: timelineOf(release),
    ledger: (await drover.verifyLedger([])).verdict,
    report: release.verify.state === 'finished' ? await drover.report(release.id) : undefined,
  }
}

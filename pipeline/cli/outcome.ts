// What an advance came to, as an exit code and as words.

import type { AdvanceOutcome } from '../conductor/index.ts'
import { type ExitCode, exitCode, formatDuration } from '../kernel/index.ts'
import type { Release } from '../release/index.ts'
import type { Output } from './command.ts'
import { printable } from './terminal.ts'

export function exitCodeOf(outcome: AdvanceOutcome): ExitCode {
  switch (outcome.kind) {
    case 'done':
      return exitCode.done
    case 'not-yet':
      return exitCode.notYet
    case 'failed':
      return exitCode.failed
    case 'refused':
      return exitCode.refused
  }
}

/** The gravest of several: interrupted, then a bug, failed, a problem, refused, not yet, done. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const { interrupted, bug, failed, problem, refused, notYet } = exitCode
  const gravity: readonly ExitCode[] = [interrupted, bug, failed, problem, refused, notYet]
  return gravity.find((code) => codes.includes(code)) ?? exitCode.done
}

export function tell(output: Output, outcome: AdvanceOutcome, json: boolean): void {
  if (json) output.printJson(outcomeJson(outcome))
  else for (const line of outcomeLines(outcome)) output.print(printable(line))
}

function outcomeLines(outcome: AdvanceOutcome): readonly string[] {
  const { release } = outcome
  const { id, ending } = release
  switch (outcome.kind) {
    case 'done': {
      const after = ending?.kind === 'finished' ? `, ${formatDuration(ending.openToProductionMs)} after it was opened` : ''
      return [`${whereItIs(release)}${after}`]
    }
    case 'not-yet': {
      const until = outcome.until === undefined ? '' : ` not before ${new Date(outcome.until).toISOString()};`
      return [`${id}: not yet:${until} ${outcome.reason}`]
    }
    case 'failed':
      return [`${id} failed: ${outcome.cause}`]
    case 'refused':
      return [`${id} was refused:`, ...outcome.reasons.map((reason) => `  - ${reason}`)]
  }
}

function whereItIs({ id, family, lane, drill, policy, returnsTo, renews }: Release): string {
  if (returnsTo) return `${id} (undo): what was asked of ${family} is back on ${returnsTo.release}`
  if (renews) return `${id} (renewal): ${renews.groups.length} of the groups of ${family} have new machines on ${renews.release}`
  return drill ? `${id} (drill) reached ${policy.stages[0]?.name}` : `${id} (${lane}) is in production`
}

/** The release by its ID, how far it came, and why no further. */
export function outcomeJson(outcome: AdvanceOutcome): unknown {
  const { release, ...rest } = outcome
  return { release: release.id, family: release.family, lane: release.lane, ...rest }
}

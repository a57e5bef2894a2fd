// What an advance came to, as an exit code and as words.

import type { AdvanceOutcome } from '../conductor/index.ts'
import { exitCode, type ExitCode, formatDuration } from '../kernel/index.ts'
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

/** The gravest of several: failed over refused over not yet over done. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const gravity: readonly ExitCode[] = [exitCode.failed, exitCode.refused, exitCode.notYet]
  return gravity.find((code) => codes.includes(code)) ?? exitCode.done
}

export function tell(output: Output, outcome: AdvanceOutcome, json: boolean): void {
  if (json) return output.printJson(outcomeJson(outcome))
  const { id, lane, ending } = outcome.release
  switch (outcome.kind) {
    case 'done': {
      const finished = ending?.kind === 'finished' ? ending : undefined
      const measure = finished ? `${formatDuration(finished.openToProductionMs)} after it was opened` : ''
      return output.print(`${id} (${lane}) is in production, ${measure}`)
    }
    case 'not-yet': {
      const until = outcome.until === undefined ? '' : ` not before ${new Date(outcome.until).toISOString()}`
      return output.print(`${id}: not yet;${until} ${outcome.reason}`)
    }
    case 'failed':
      return output.print(`${id} failed: ${printable(outcome.cause)}`)
    case 'refused':
      output.print(`${id} was refused:`)
      for (const reason of outcome.reasons) output.print(`  - ${printable(reason)}`)
  }
}

function outcomeJson(outcome: AdvanceOutcome): unknown {
  const { release, ...rest } = outcome
  return { release: release.id, family: release.family, lane: release.lane, ...rest }
}

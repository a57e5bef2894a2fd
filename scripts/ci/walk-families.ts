// Every family of the configuration (or DROVER_FAMILY alone), one after the other: what is wrong with one keeps no other from its turn.

import { echo } from 'zx'
import {
  type AdvanceOutcome,
  attempt,
  createNarrator,
  type Drover,
  type ExitCode,
  exitCode,
  exitCodeOf,
  openDrover,
  worst,
} from '../../pipeline/index.ts'
import { publishHead } from './publish-head.ts'
import { publishReports } from './publish-reports.ts'

/** Reports and the ledger's head are published; the exit code is that of the family that fared worst. */
export async function walkFamilies(
  signal: AbortSignal,
  walk: (drover: Drover, family: string) => Promise<AdvanceOutcome>,
): Promise<ExitCode> {
  const configFile = process.env.DROVER_CONFIG || 'drover.yaml'
  const drover = await openDrover({ configFile, signal, onProgress: createNarrator({ note: echo }) })
  const families = process.env.DROVER_FAMILY ? [process.env.DROVER_FAMILY] : drover.families
  const code = await oneAfterTheOther(families, signal, echo, async (family) => {
    const outcome = await walk(drover, family)
    await publishReports(drover, outcome.release.id)
    return exitCodeOf(outcome)
  })
  await publishHead(drover, echo)
  return code
}

/** The exit code of the one that fared worst; an interruption keeps those that are left from their turn. */
export async function oneAfterTheOther(
  families: readonly string[],
  signal: AbortSignal,
  say: (line: string) => void,
  walkOne: (family: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const codes: ExitCode[] = []
  for (const family of families) {
    if (signal.aborted) return exitCode.interrupted
    const sayOfIt = (line: string) => say(`${family}: ${line}`)
    codes.push(await attempt(() => walkOne(family), signal, sayOfIt))
  }
  return worst(codes)
}

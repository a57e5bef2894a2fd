// Every family of the configuration (or DROVER_FAMILY alone), one after the other: what is wrong with one keeps no other from its turn.

import { echo } from 'zx'
import {
  type AdvanceOutcome,
  createNarrator,
  type Drover,
  type ExitCode,
  exitCodeOf,
  openDrover,
  ProblemError,
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
  const codes: ExitCode[] = []
  for (const family of families) {
    try {
      const outcome = await walk(drover, family)
      await publishReports(drover, outcome.release.id)
      codes.push(exitCodeOf(outcome))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      echo(error.message)
      codes.push(2)
    }
  }
  await publishHead(drover, echo)
  return worst(codes)
}

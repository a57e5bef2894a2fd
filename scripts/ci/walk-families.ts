// Every family of the configuration (or DROVER_FAMILY alone), one after the other: what is wrong with one keeps no other from its turn.

import { echo } from 'zx'
import {
  type AdvanceOutcome,
  attempt,
  createNarrator,
  type Drover,
  type ExitCode,
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
  const codes: ExitCode[] = []
  for (const family of families) {
    const walkOne = async () => {
      const outcome = await walk(drover, family)
      await publishReports(drover, outcome.release.id)
      return exitCodeOf(outcome)
    }
    codes.push(await attempt(walkOne, signal, (line) => echo(`${family}: ${line}`)))
  }
  await publishHead(drover, echo)
  return worst(codes)
}

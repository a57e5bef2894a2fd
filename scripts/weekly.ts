// The weekly rebuild: opens a release of every family (or of DROVER_FAMILY) and goes as far as can be gone now.
// Without GitHub: put `DROVER_CONFIG=… npx tsx scripts/weekly.ts` into any scheduler. Exit 4: waits for a soak, as it should.

import { echo } from 'zx'
import { createNarrator, type ExitCode, exitCodeOf, exitWith, openDrover, ProblemError, worst } from '../pipeline/index.ts'
import { publishHead } from './ci/publish-head.ts'
import { publishReports } from './ci/publish-reports.ts'

await exitWith(async (signal) => {
  const configFile = process.env.DROVER_CONFIG || 'drover.yaml'
  const drover = await openDrover({ configFile, signal, onProgress: createNarrator({ note: echo }) })
  const families = process.env.DROVER_FAMILY ? [process.env.DROVER_FAMILY] : drover.families
  const codes: ExitCode[] = []
  for (const family of families) {
    // What is wrong with one family keeps no other from its release.
    try {
      const outcome = await drover.release({ family, lane: 'weekly' })
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
})

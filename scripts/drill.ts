// The drill: walks the emergency lane of every family (or of DROVER_FAMILY) in the first stage, and takes that back afterwards.
// Without GitHub: put `DROVER_CONFIG=… npx tsx scripts/drill.ts` into any scheduler.

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
    // One that is being released is left alone; the others are walked all the same.
    try {
      const outcome = await drover.drill({ family, undo: true })
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

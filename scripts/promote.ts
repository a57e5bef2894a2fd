// The scheduler's tick: machines that are too old are to be renewed, and every open release goes as far as it can go now. Safe to run at any time and twice at once.

import { echo } from 'zx'
import { createNarrator, type ExitCode, exitCodeOf, exitWith, openDrover, worst } from '../pipeline/index.ts'
import { publishHead } from './ci/publish-head.ts'

await exitWith(async (signal) => {
  const configFile = process.env.DROVER_CONFIG || 'drover.yaml'
  const drover = await openDrover({ configFile, signal, onProgress: createNarrator({ note: echo }) })
  await drover.openDueRenewals()
  const open = await drover.openReleases()
  if (open.length === 0) echo('no release is open')
  const codes: ExitCode[] = []
  for (const release of open) codes.push(exitCodeOf(await drover.advance({ release })))
  await publishHead(drover, echo)
  return worst(codes)
})

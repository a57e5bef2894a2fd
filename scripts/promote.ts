// The scheduler's tick: machines that are too old are to be renewed, and every open release goes as far as it can go now, side by side.
// Safe to run at any time and twice at once.

import { echo } from 'zx'
import { attempt, createNarrator, exitCodeOfAdvanced, exitWith, openDrover, worst } from '../pipeline/index.ts'
import { publishHead } from './ci/publish-head.ts'

await exitWith(async (signal) => {
  const configFile = process.env.DROVER_CONFIG || 'drover.yaml'
  const drover = await openDrover({ configFile, signal, onProgress: createNarrator({ note: echo }) })
  const renewing = await attempt(async () => drover.openDueRenewals().then(() => 0), signal, echo)
  const advanced = await drover.advanceAll({ tell: (one) => void exitCodeOfAdvanced(one, signal, echo) })
  if (advanced.length === 0) echo('no release is open')
  await publishHead(drover, echo)
  return worst([renewing, ...advanced.map((one) => exitCodeOfAdvanced(one, signal, () => undefined))])
})

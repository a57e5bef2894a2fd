// Takes groups of one family back to an earlier release and watches until they are there. Nothing is baked, so no builder is needed.
// Without GitHub: DROVER_FAMILY=web DROVER_REASON='checkout fails' DROVER_SCOPE=all npx tsx scripts/undo.ts

import { echo } from 'zx'
import { createNarrator, exitCodeOf, exitWith, openDrover } from '../pipeline/index.ts'
import { publishHead } from './ci/publish-head.ts'

await exitWith(async (signal) => {
  const { DROVER_FAMILY: family, DROVER_SCOPE: written, DROVER_TO: to, DROVER_REASON: reason = '' } = process.env
  const scope = written ? scopeOf(written) : undefined
  if (!family || !scope) {
    echo('DROVER_FAMILY has to name the family, and DROVER_SCOPE what of it: all, a stage, or region/group')
    return 2
  }
  const configFile = process.env.DROVER_CONFIG || 'drover.yaml'
  const drover = await openDrover({ configFile, signal, onProgress: createNarrator({ note: echo }) })
  const outcome = await drover.undo({ scope: { family, ...scope }, to: to || undefined, reason, watch: true })
  await publishHead(drover, echo)
  return exitCodeOf(outcome)
})

function scopeOf(written: string): { readonly stage?: string; readonly group?: string } {
  if (written === 'all') return {}
  return written.includes('/') ? { group: written } : { stage: written }
}

// The emergency rebuild: one family, with a reason, walked to production in one go.
// Without GitHub: DROVER_FAMILY=web DROVER_REASON='CVE-2014-0160' npx tsx scripts/emergency.ts

import { echo } from 'zx'
import { createNarrator, exitCodeOf, exitWith, openDrover, startsInTime } from '../pipeline/index.ts'
import { publishHead } from './ci/publish-head.ts'
import { publishReports } from './ci/publish-reports.ts'

await exitWith(async (signal) => {
  const family = process.env.DROVER_FAMILY
  if (!family) {
    echo('DROVER_FAMILY has to name the family to rebuild')
    return 2
  }
  const configFile = process.env.DROVER_CONFIG || 'drover.yaml'
  const drover = await openDrover({ configFile, signal, onProgress: createNarrator({ note: echo }) })
  // Not a minute is lost by it: nothing is baked that could not be in production in time.
  const evenIfLate = process.env.DROVER_EVEN_IF_LATE === 'true'
  if (!startsInTime(await drover.projectionOf(family), evenIfLate, echo)) return 3
  const outcome = await drover.release({
    family,
    lane: 'emergency',
    reason: process.env.DROVER_REASON,
    // Blanks between them: CVE-2014-0160 openssl>=1.0.1g-1
    fixes: (process.env.DROVER_FIXES ?? '').split(/\s+/).filter((fix) => fix !== ''),
    watch: true,
  })
  if (outcome.release.ending?.kind === 'finished') {
    echo(
      `${outcome.release.id}: in production ${Math.ceil(outcome.release.ending.openToProductionWallMs / 60_000)} minutes after it was opened`,
    )
  }
  await publishReports(drover, outcome.release.id)
  await publishHead(drover, echo)
  return exitCodeOf(outcome)
})

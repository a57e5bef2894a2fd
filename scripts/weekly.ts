// The weekly rebuild: opens a release of every family (or of DROVER_FAMILY) and goes as far as can be gone now.
// Without GitHub: put `DROVER_CONFIG=… npx tsx scripts/weekly.ts` into any scheduler. Exit 4: waits for a soak, as it should.

import { exitWith } from '../pipeline/index.ts'
import { walkFamilies } from './ci/walk-families.ts'

await exitWith((signal) => walkFamilies(signal, (drover, family) => drover.release({ family, lane: 'weekly' })))

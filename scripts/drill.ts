// The drill: walks the emergency lane of every family (or of DROVER_FAMILY) in the first stage, and takes that back afterwards.
// One that is being released is left alone. Without GitHub: put `DROVER_CONFIG=… npx tsx scripts/drill.ts` into any scheduler.

import { exitWith } from '../pipeline/index.ts'
import { walkFamilies } from './ci/walk-families.ts'

await exitWith((signal) => walkFamilies(signal, (drover, family) => drover.drill({ family, undo: true })))

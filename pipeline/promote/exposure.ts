// How many machines of a stage run the release's image: what exposure is counted by.

import type { Cloud } from '../ports/index.ts'
import { groupsOf, imageFor, type Performer } from '../release/index.ts'
import { nodesBehind } from './behind.ts'
import { patiently } from './patience.ts'
import { machinesOf } from './stage-machines.ts'

/** A stage that cannot be looked at counts as one without a machine: nothing seen is not exposed. */
export function createExposure({ cloud }: { readonly cloud: Cloud }): Performer<'measure-exposure'> {
  return async ({ release, action: { stage }, clock, signal, log }) => {
    const images = new Set(groupsOf(stage).map((target) => imageFor(release, target)))
    const found = await patiently(() => machinesOf(cloud, stage), { clock, signal })
    if (!found.ok) log(found.message)
    else for (const line of nodesBehind(release, stage, found.value)) log(line)
    const machines = found.ok ? found.value.flatMap((region) => region.machines).filter(({ imageId }) => images.has(imageId)) : []
    return [{ type: 'exposure.measured', stage: stage.name, machines: machines.length }]
  }
}

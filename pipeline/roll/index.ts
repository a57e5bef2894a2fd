// Rolling groups to an image and back.

export { type CallHook, createHookCaller } from './call-hook.ts'
export { createFleetCheck } from './check-fleet.ts'
export { countMachines } from './count-machines.ts'
export { knownImages } from './known-images.ts'
export { placeGroups } from './place-groups.ts'
export { planRoll } from './plan-roll.ts'
export { type GroupOutlook, planStages } from './plan-stages.ts'
export { readAges } from './read-ages.ts'
export { type Fleet, type FleetMachine, readFleet } from './read-fleet.ts'
export { createRoll } from './roll.ts'
export { createUndoRoll } from './undo-roll.ts'

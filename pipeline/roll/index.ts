// Rolling groups to an image and back.

export { createFleetCheck } from './check-fleet.ts'
export { planRoll } from './plan-roll.ts'
export { type GroupOutlook, planStages } from './plan-stages.ts'
export { createRoll } from './roll.ts'
export { createUndoRoll } from './undo-roll.ts'

// The conductor: observe, decide, record the intent, act, record the outcome.

export { type AdvanceOutcome, advance, planOf } from './advance.ts'
export { answerApproval } from './answer-approval.ts'
export type { ActingPerformers, ConductorContext } from './context.ts'
export { type HoldOrder, liftHold, placeHold } from './hold.ts'
export { needRelease } from './need-release.ts'
export { noteOf } from './note.ts'
export { openRelease, type ReleaseWish } from './open-release.ts'
export { openUndo, type UndoWish, undoPlanOf } from './open-undo.ts'
export { orderByHand } from './order-by-hand.ts'
export type { Progress } from './progress.ts'
export { restoreRelease, revokeRelease } from './revoke.ts'
export { type GroupStatus, type ReleaseStatus, type Status, statusOf, unsettledReleases } from './status.ts'

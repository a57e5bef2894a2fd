// Taking images out of use and back: what still uses them, revoked ones disabled, old ones retired by policy, orphans swept.

export type { Proposal } from './decide-retiring.ts'
export { type Orphans, sweepOrphans } from './orphans.ts'
export { applyRetiring, noteGone, planRetiring, type Retired, type RetirePlan } from './retire.ts'
export { type Disabled, disableRevoked, restoreImages } from './revoked.ts'

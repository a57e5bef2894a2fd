// Drover's public API: what scripts and other programs may import.

export { attempt, exitCodeOfAdvanced } from './cli/advance-all.ts'
export { type Drover, openDrover, type Plan, type ReleaseWish } from './cli/drover.ts'
export { exitWith } from './cli/exit-with.ts'
export { startsInTime } from './cli/hour.ts'
export { exitCodeOf, worst } from './cli/outcome.ts'
export { createNarrator } from './cli/terminal.ts'
export type { DroverOptions } from './cli/wiring.ts'
export type { AdvanceOutcome } from './conductor/index.ts'
export { type ExitCode, exitCode, ProblemError } from './kernel/index.ts'

// The proof that AWS behaves as the local cloud does: the chain in miniature, its calls traced, sanitised and compared.

export { compareTraces } from './compare.ts'
export { comparisonLines, differs } from './comparison-view.ts'
export { money } from './meter.ts'
export { type BakedPlan, type ProofPlan, proofArchitecture, sandboxParameter } from './plan.ts'
export { needRoomFor, needSandbox } from './preconditions.ts'
export { isReadByDrover } from './reads.ts'
export { type Baking, type ProofRequest, type ProofRun, runProof, type Walk } from './run-proof.ts'
export { type Sandboxed, type SandboxWish, sandboxed } from './sandboxed.ts'
export { noPlaceholders, sanitise } from './sanitise.ts'
export { tearDown } from './teardown.ts'
export { createTraceWriter } from './trace-writer.ts'
export { readTrace, type TracedCall } from './traced-call.ts'

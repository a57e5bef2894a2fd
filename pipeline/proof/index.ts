// The proof that AWS behaves as the local cloud does: the chain in miniature, its calls traced, sanitised and compared.

export { compareTraces } from './compare.ts'
export { comparisonLines, differs } from './comparison-view.ts'
export { money } from './meter.ts'
export { type ProofPlan, sandboxParameter } from './plan.ts'
export { needSandbox } from './preconditions.ts'
export { isReadByDrover } from './reads.ts'
export { type ProofRequest, type ProofRun, runProof, type Walk } from './run-proof.ts'
export { noPlaceholders, sanitise } from './sanitise.ts'
export { tearDown } from './teardown.ts'
export { createTraceWriter } from './trace-writer.ts'
export { readTrace, type TracedCall } from './traced-call.ts'

// The proof that AWS behaves as the local cloud does: traces of calls, sanitised and compared.

export { type Comparison, compareTraces, type Difference } from './compare.ts'
export { comparisonLines, differs } from './comparison-view.ts'
export { noPlaceholders, type Placeholders, sanitise } from './sanitise.ts'
export { readTrace, type TracedCall } from './traced-call.ts'

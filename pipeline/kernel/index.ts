// The kernel: values and words every room shares. No I/O.

export { AssertionFailure, assert, unreachable } from './assert.ts'
export { canonicalJson, digestOf, type Json, provenPieces, sha256 } from './digest.ts'
export { formatDuration, parseDuration } from './duration.ts'
export { type ExitCode, exitCode } from './exit-code.ts'
export { parsedJson } from './json.ts'
export { listed } from './listed.ts'
export { isLoopback, isPrivateAddress } from './loopback.ts'
export { badArgument, type FilePlace, formatProblem, type Problem, type ProblemCode, ProblemError } from './problem.ts'
export { nearest } from './suggest.ts'
export { thrownWords } from './thrown.ts'

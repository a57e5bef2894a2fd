// A Problem is the user's to mend: it says what is wrong, where, and what to do about it.

/** Where in a file a problem sits. Lines and columns count from 1. */
export interface FilePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The closed list of what can be wrong on the user's side; scripts may branch on it. */
export type ProblemCode =
  | 'config-syntax'
  | 'config-unknown-key'
  | 'config-missing-key'
  | 'config-wrong-type'
  | 'config-wrong-unit'
  | 'config-wrong-value'
  | 'config-conflict'
  | 'config-missing-file'
  | 'waiver-expired'
  | 'unknown-rule'
  | 'dirty-tree'
  | 'missing-tool'
  | 'missing-right'
  | 'not-found'
  | 'already-running'
  | 'bad-argument'
  | 'ledger-broken'
  | 'ledger-unreachable'
  | 'ledger-unprotected'
  | 'evidence-broken'
  | 'content-changed'
  | 'refused'

export interface Problem {
  readonly code: ProblemCode
  /** One sentence: what is wrong, naming the thing itself (group, rule, key). */
  readonly message: string
  readonly place?: FilePlace
  /** One sentence: what to do. */
  readonly hint?: string
}

/** Thrown at the edge when the user must mend something; carries every problem found, never just the first. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[] | Problem) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem]
    super(list.map(formatProblem).join('\n'))
    this.name = 'ProblemError'
    this.problems = list
  }
}

/** What a person has asked for and can't be given, and what to ask instead. */
export function badArgument(message: string, hint: string): ProblemError {
  return new ProblemError({ code: 'bad-argument', message, hint })
}

/** `file:line:column: message` with the hint on a line of its own. */
export function formatProblem(problem: Problem): string {
  const place = problem.place ? `${problem.place.file}:${problem.place.line}:${problem.place.column}: ` : ''
  const hint = problem.hint ? `\n    ${problem.hint}` : ''
  return `${place}${problem.message} [${problem.code}]${hint}`
}

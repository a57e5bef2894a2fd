// Policies as IAM takes them, and how statements become as few managed policies as their size allows.

import { assert } from '../kernel/index.ts'

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

export interface Statement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Principal?: Readonly<Record<string, readonly string[]>>
  readonly Action: readonly string[]
  /** Left out in a trust policy, which is about its own role. */
  readonly Resource?: readonly string[]
  readonly Condition?: Conditions
}

export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

/** A statement before it is known which of its actions are needed. */
export interface Draft {
  readonly sid: string
  readonly actions: readonly string[]
  /** None: what the statement is about is not there, so neither is the statement. */
  readonly resources: readonly string[]
  readonly conditions?: Conditions
}

/** "The size of each managed policy cannot exceed 6,144 characters"; blanks don't count [doc: reference_iam-quotas]. */
const mostCharacters = 6_144

export function documentOf(statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements }
}

/** Only what is needed of the drafts. A right that no draft gives is our bug. */
export function statementsFor(needed: ReadonlySet<string>, drafts: readonly Draft[]): readonly Statement[] {
  const covered = new Set(drafts.flatMap(({ actions }) => actions))
  const missing = [...needed].filter((right) => !covered.has(right))
  assert(missing.length === 0, `no statement gives ${missing.join(', ')}`)
  return drafts.flatMap(({ sid, actions, resources, conditions }) => {
    const wanted = actions.filter((action) => needed.has(action))
    if (wanted.length === 0 || resources.length === 0) return []
    const condition = conditions === undefined || Object.keys(conditions).length === 0 ? {} : { Condition: conditions }
    return [{ Sid: sid, Effect: 'Allow', Action: wanted, Resource: resources, ...condition }]
  })
}

/** In order, each document as full as it may be. */
export function documentsOf(statements: readonly Statement[]): readonly PolicyDocument[] {
  const documents: Statement[][] = []
  for (const statement of statements) {
    const last = documents.at(-1)
    if (last !== undefined && sizeOf([...last, statement]) <= mostCharacters) last.push(statement)
    else documents.push([statement])
  }
  return documents.map(documentOf)
}

function sizeOf(statements: readonly Statement[]): number {
  return JSON.stringify(documentOf(statements)).replace(/\s/g, '').length
}

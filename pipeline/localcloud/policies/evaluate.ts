// Asks policies about one action on one resource: an explicit denial wins, and what nothing allows is not allowed.

import type { Context } from './context.ts'
import type { PolicyDocument, Statement } from './document.ts'
import { matches } from './pattern.ts'
import type { Principals } from './principal.ts'

/** `unmentioned`: nothing allows it and nothing denies it. */
export type Ruling = 'allowed' | 'denied' | 'unmentioned'

export interface Question {
  /** With its service: `ec2:RunInstances`. */
  readonly action: string
  /** An ARN, or `*` for an action that is about no resource. */
  readonly resource: string
  readonly context: Context
  /** Every name the caller goes by; for trust policies only. */
  readonly principals?: Principals
}

/** [doc: reference_policies_evaluation-logic] */
export function ruling(documents: readonly PolicyDocument[], question: Question): Ruling {
  let answer: Ruling = 'unmentioned'
  for (const statement of documents.flat()) {
    if (!isAbout(statement, question)) continue
    if (statement.effect === 'Deny') return 'denied'
    answer = 'allowed'
  }
  return answer
}

function isAbout({ actions, resources, principals, conditions }: Statement, question: Question): boolean {
  const { action, resource, context } = question
  const isAction = actions.listed.some((pattern) => matches(pattern, action, context, true))
  if (isAction === actions.isExcept) return false
  if (resources !== undefined) {
    const isResource = resources.listed.some((pattern) => matches(pattern, resource, context))
    if (isResource === resources.isExcept) return false
  }
  if (principals !== undefined) {
    const names = question.principals ?? new Set()
    const isPrincipal = principals.listed.has('*') || [...names].some((name) => principals.listed.has(name))
    if (isPrincipal === principals.isExcept) return false
  }
  return conditions.every((holds) => holds(context))
}

// Texts of a policy with wildcards and policy variables in them, and what they match.

import type { Context } from './context.ts'
import { PolicyFlaw } from './flaw.ts'

/** `any` is `*`, `one` is `?`. */
type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined }

export type Pattern = readonly Part[]

export interface Reading {
  /** Whether `*` and `?` stand for other characters. */
  readonly wildcards: boolean
  /** Whether `${key}` stands for a value of the request: not before version 2012-10-17. */
  readonly variables: boolean
}

/** Reads a text; throws PolicyFlaw where a variable is not well formed. */
export function patternFrom(written: string, { wildcards, variables }: Reading): Pattern {
  const parts: Part[] = []
  let text = ''
  const add = (part: Part) => {
    if (text !== '') parts.push({ kind: 'text', text })
    text = ''
    parts.push(part)
  }
  for (let index = 0; index < written.length; index++) {
    const character = written.charAt(index)
    if (variables && written.startsWith('${', index)) {
      const end = written.indexOf('}', index)
      const inner = end === -1 ? '' : written.slice(index + 2, end)
      if (special.has(inner)) text += inner
      else add(variableFrom(inner, written))
      index = end
    } else if (wildcards && character === '*') add({ kind: 'any' })
    else if (wildcards && character === '?') add({ kind: 'one' })
    else text += character
  }
  return text === '' ? parts : [...parts, { kind: 'text', text }]
}

/** "${*}, ${?} and ${$} are the characters themselves" [doc: reference_policies_variables]. */
const special = new Set(['*', '?', '$'])

function variableFrom(inner: string, written: string): Part {
  const [, key, fallback] = /^\s*([^\s,'{}]+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(inner) ?? []
  if (key === undefined) throw new PolicyFlaw(`Policy variable is not well formed: ${written}`)
  return { kind: 'variable', key, fallback }
}

export function hasVariable(pattern: Pattern): boolean {
  return pattern.some(({ kind }) => kind === 'variable')
}

/** The text of a pattern without wildcards; undefined when a variable in it has no single value. */
export function textOf(pattern: Pattern, context: Context): string | undefined {
  let text = ''
  for (const part of pattern) {
    const value = part.kind === 'text' ? part.text : part.kind === 'variable' ? valueIn(part, context) : undefined
    if (value === undefined) return undefined
    text += value
  }
  return text
}

/** Whether the whole text is matched; a variable without a value matches nothing. */
export function matches(pattern: Pattern, text: string, context: Context, ignoresCase = false): boolean {
  const wanted: (string | typeof any | typeof one)[] = []
  for (const part of pattern) {
    if (part.kind === 'any') wanted.push(any)
    else if (part.kind === 'one') wanted.push(one)
    else {
      const value = part.kind === 'text' ? part.text : valueIn(part, context)
      if (value === undefined) return false
      wanted.push(...(ignoresCase ? value.toLowerCase() : value))
    }
  }
  return isGlob(wanted, [...(ignoresCase ? text.toLowerCase() : text)])
}

const any = Symbol('any text')
const one = Symbol('one character')

/** "If the key has several values, the variable has none"; so has a key the request does not have. */
function valueIn(variable: Extract<Part, { kind: 'variable' }>, context: Context): string | undefined {
  const values = context.valuesOf(variable.key)
  if (values === undefined) return variable.fallback
  return values.length === 1 ? values[0] : undefined
}

/** Goes back to the last `*` only, so that it takes no longer than the product of both lengths, whatever is written. */
function isGlob(wanted: readonly (string | symbol)[], text: readonly string[]): boolean {
  let at = 0
  let index = 0
  let star = -1
  let resume = 0
  while (index < text.length) {
    if (wanted[at] === any) {
      star = at++
      resume = index
    } else if (at < wanted.length && (wanted[at] === one || wanted[at] === text[index])) {
      at++
      index++
    } else if (star !== -1) {
      at = star + 1
      index = ++resume
    } else return false
  }
  while (wanted[at] === any) at++
  return at === wanted.length
}

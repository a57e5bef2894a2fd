// Turns the names people write into the content's IDs, or says which name they may have meant.

import type { Node } from 'yaml'
import { nearest } from '../../pipeline/kernel/index.ts'
import { type Content, fullId, type IdKind, shortId } from '../content/content.ts'
import type { Mapping, YamlReader } from './yaml-reader.ts'

/** What a profile's entries are checked against. */
export interface Known {
  readonly reader: YamlReader
  readonly content: Content
  readonly nowMs: number
}

/** The full ID of a short or full name; undefined, and a problem, when the content has no such thing. */
export function readId(known: Known, kind: IdKind, entry: Mapping): string | undefined {
  const name = entry.text(kind)
  return name === undefined ? undefined : idOf(known, kind, name, entry.at(kind))
}

/** A plain list of rules, each once; `check` may report more about each. */
export function readRuleNames(
  known: Known,
  entry: Mapping,
  key: string,
  check: (rule: string, node: Node) => void,
): readonly string[] {
  const seen = new Set<string>()
  return entry.texts(key).flatMap(({ text, node }) => {
    const rule = idOf(known, 'rule', text, node)
    if (rule === undefined) return []
    noteRule(known, rule, node, seen)
    check(rule, node)
    return [rule]
  })
}

function idOf({ reader, content }: Known, kind: IdKind, name: string, node: Node | undefined): string | undefined {
  const id = fullId(kind, name, content.idPrefix)
  const known = { rule: content.rules, value: content.values, profile: content.profiles }[kind]
  if (known.has(id)) return id
  const guess = nearest(shortId(id), [...known.keys()].map(shortId))
  const code = kind === 'rule' ? 'unknown-rule' : 'config-wrong-value'
  reader.report(code, node, `${content.title} has no ${kind} ${name}`, guess ? `Did you mean ${guess}?` : undefined)
  return undefined
}

/** As `readId` for a rule, and a problem when the same list has named it before. */
export function readRule(known: Known, entry: Mapping, seen: Set<string>): string | undefined {
  const rule = readId(known, 'rule', entry)
  if (rule !== undefined) noteRule(known, rule, entry.at('rule'), seen)
  return rule
}

function noteRule({ reader }: Known, rule: string, node: Node | undefined, seen: Set<string>): void {
  if (seen.has(rule)) reader.report('config-conflict', node, `${shortId(rule)} is named twice`)
  seen.add(rule)
}

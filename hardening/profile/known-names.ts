// Turns the names people write into the content's IDs, or says which name they may have meant.

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
export function readId({ reader, content }: Known, kind: IdKind, entry: Mapping): string | undefined {
  const name = entry.text(kind)
  if (name === undefined) return undefined
  const id = fullId(kind, name, content.idPrefix)
  const known = { rule: content.rules, value: content.values, profile: content.profiles }[kind]
  if (known.has(id)) return id
  const guess = nearest(shortId(id), [...known.keys()].map(shortId))
  const code = kind === 'rule' ? 'unknown-rule' : 'config-wrong-value'
  reader.report(code, entry.at(kind), `${content.title} has no ${kind} ${name}`, guess ? `Did you mean ${guess}?` : undefined)
  return undefined
}

/** As `readId` for a rule, and a problem when the same list has named it before. */
export function readRule(known: Known, entry: Mapping, seen: Set<string>): string | undefined {
  const rule = readId(known, 'rule', entry)
  if (rule === undefined) return undefined
  if (seen.has(rule)) known.reader.report('config-conflict', entry.at('rule'), `${shortId(rule)} is named twice`)
  seen.add(rule)
  return rule
}

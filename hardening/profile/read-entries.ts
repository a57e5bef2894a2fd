// The lists of a profile: rules chosen or left out, waivers, values, controls, packages.

import type { Node } from 'yaml'
import { nearest } from '../../pipeline/kernel/index.ts'
import { type ContentValue, shortId } from '../content/content.ts'
import { type Known, readId, readRule } from './known-names.ts'
import type { RuleChoice, ValueSetting, Waiver } from './profile.ts'
import { hasExpired, type WaiverTerms } from './waiver-terms.ts'
import type { Mapping } from './yaml-reader.ts'

/** Entries of `rule` and `reason`; `check` may report more about each rule. */
export function readChoices(
  known: Known,
  top: Mapping,
  key: string,
  check: (rule: string, node: Node | undefined) => void = () => {},
): readonly RuleChoice[] {
  const seen = new Set<string>()
  return top.list(key).flatMap((node) => {
    const entry = known.reader.mapping(node, `an entry of ${key}`, ['rule', 'reason'])
    if (entry === undefined) return []
    const rule = readRule(known, entry, seen)
    if (rule !== undefined) check(rule, entry.at('rule'))
    const reason = entry.text('reason')
    return rule === undefined || reason === undefined ? [] : [{ rule, reason }]
  })
}

/** Waivers that hold; one that has expired, or of a rule that is not demanded, is a problem. */
export function readWaivers(known: Known, top: Mapping, isDemanded: (rule: string) => boolean): readonly Waiver[] {
  const seen = new Set<string>()
  return top.list('waivers').flatMap((node) => {
    const entry = known.reader.mapping(node, 'a waiver', ['rule', ...termKeys.required], termKeys.optional)
    if (entry === undefined) return []
    const rule = readRule(known, entry, seen)
    if (rule !== undefined && !isDemanded(rule)) {
      known.reader.report(
        'config-conflict',
        entry.at('rule'),
        `${shortId(rule)} is waived but not demanded`,
        'Remove the waiver.',
      )
    }
    const terms = readWaiverTerms(entry)
    if (rule === undefined || terms === undefined) return []
    return waiverHolds(known, shortId(rule), terms, entry.at('expires')) ? [{ rule, ...terms }] : []
  })
}

export function readValues(known: Known, top: Mapping): readonly ValueSetting[] {
  return top.list('values').flatMap((node) => {
    const entry = known.reader.mapping(node, 'an entry of values', ['value', 'set', 'reason'])
    if (entry === undefined) return []
    const value = readId(known, 'value', entry)
    const [set, reason] = [entry.text('set'), entry.text('reason')]
    if (value === undefined || set === undefined || reason === undefined) return []
    const wrong = misfit(known.content.values.get(value)?.type, set)
    if (wrong === undefined) return [{ value, set, reason }]
    known.reader.report('config-wrong-value', entry.at('set'), `${set} is not ${wrong}, which ${shortId(value)} is`)
    return []
  })
}

/** Why a text can't be a value of that type (XCCDF 1.2, section 6.4.5); undefined when it can. */
function misfit(type: ContentValue['type'] | undefined, text: string): string | undefined {
  if (type === 'number' && !/^-?\d+(?:\.\d+)?$/.test(text)) return 'a number'
  if (type === 'boolean' && !['true', 'false', '1', '0'].includes(text)) return 'true or false'
  return undefined
}

/** Names out of a closed list, the controls that there are. */
export function readControlNames({ reader }: Known, top: Mapping, controls: readonly string[]): readonly string[] {
  return top.texts('controls').flatMap(({ text, node }) => {
    if (controls.includes(text)) return [text]
    const guess = nearest(text, controls)
    reader.report(
      'not-found',
      node,
      `there is no control ${text}`,
      guess ? `Did you mean ${guess}?` : `Known: ${controls.join(', ')}.`,
    )
    return []
  })
}

export function readPackageNames({ reader }: Known, top: Mapping, key: string): readonly string[] {
  return top.texts(key).flatMap(({ text, node }) => {
    if (/^[a-z0-9][a-z0-9+.-]+$/.test(text)) return [text]
    reader.report('config-wrong-value', node, `${text} is not the name of a Debian package`)
    return []
  })
}

/** What every waiver has besides the thing it is about. */
export const termKeys = { required: ['reason', 'owner', 'expires'], optional: ['ticket', 'families'] } as const

/** The terms of a waiver's entry; undefined, and a problem for each, when a required one is missing or wrong. */
export function readWaiverTerms(entry: Mapping): WaiverTerms | undefined {
  const [reason, owner, expires] = termKeys.required.map((key) => entry.text(key))
  const ticket = entry.text('ticket')
  const families = entry.at('families') === undefined ? undefined : entry.texts('families').map(({ text }) => text)
  if (reason === undefined || owner === undefined || expires === undefined) return undefined
  return { reason, owner, expires, ...(ticket && { ticket }), ...(families && { families }) }
}

/** Whether a waiver's last day is a day and has not passed; else a problem is reported. `what`: the thing that is waived. */
export function waiverHolds({ reader, nowMs }: Known, what: string, terms: WaiverTerms, node: Node | undefined): boolean {
  const { expires, owner } = terms
  if (!isDay(expires)) {
    reader.report('config-wrong-value', node, `${expires} is not a day`, 'Write it as 2027-03-31.')
    return false
  }
  if (!hasExpired(terms, nowMs)) return true
  const message = `the waiver of ${what} expired on ${expires}`
  reader.report('waiver-expired', node, message, `Meet the rule, or have ${owner} renew the waiver.`)
  return false
}

/** False for the 30th of February too. */
function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true
}

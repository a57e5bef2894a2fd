// The lists of a profile: rules chosen or left out, waivers, values, controls, packages.

import type { Node } from 'yaml'
import { nearest } from '../../pipeline/kernel/index.ts'
import { type ContentValue, shortId } from '../content/content.ts'
import { type Known, readId, readRule } from './known-names.ts'
import { hasExpired, type RuleChoice, type ValueSetting, type Waiver } from './profile.ts'
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
    const entry = known.reader.mapping(node, 'a waiver', ['rule', 'reason', 'owner', 'expires'], ['ticket', 'families'])
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
    const [reason, owner, expires, ticket] = [
      entry.text('reason'),
      entry.text('owner'),
      entry.text('expires'),
      entry.text('ticket'),
    ]
    if (rule === undefined || reason === undefined || owner === undefined || expires === undefined) return []
    const families = entry.at('families') === undefined ? undefined : entry.texts('families').map(({ text }) => text)
    const waiver = { rule, reason, owner, expires, ...(ticket && { ticket }), ...(families && { families }) }
    return waiverHolds(known, { what: shortId(rule), owner, expires }, entry.at('expires')) ? [waiver] : []
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

/** Whether a waiver's last day is a day and has not passed; else a problem is reported. */
export function waiverHolds(
  { reader, nowMs }: Known,
  waiver: { readonly what: string; readonly owner: string; readonly expires: string },
  node: Node | undefined,
): boolean {
  if (!isDay(waiver.expires)) {
    reader.report('config-wrong-value', node, `${waiver.expires} is not a day`, 'Write it as 2027-03-31.')
    return false
  }
  if (!hasExpired(waiver, nowMs)) return true
  const message = `the waiver of ${waiver.what} expired on ${waiver.expires}`
  reader.report('waiver-expired', node, message, `Meet the rule, or have ${waiver.owner} renew the waiver.`)
  return false
}

/** False for the 30th of February too. */
function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true
}

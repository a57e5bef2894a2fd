// Takes everything out of a call that belongs to somebody: what is kept is AWS's own words, small numbers and placeholders. Pure.

import { type Json, sha256 } from '../kernel/index.ts'
import type { ApiCall } from '../ports/index.ts'
import {
  identities,
  isEnumerated,
  isErrorCode,
  isFreelyNamed,
  isMemberName,
  isPassing,
  isSecret,
  kindOf,
  looksEnumerated,
} from './members.ts'
import type { StateSeen, TracedCall } from './traced-call.ts'

/** What each value is called in this trace: by the digest of the value, never by the value. */
export interface Placeholders {
  readonly names: ReadonlyMap<string, string>
  readonly counts: ReadonlyMap<string, number>
}

export const noPlaceholders: Placeholders = { names: new Map(), counts: new Map() }

/** The call as a line of the trace, and the placeholders for the next one: the same value is called the same throughout. */
export function sanitise(call: ApiCall, known: Placeholders): { readonly traced: TracedCall; readonly known: Placeholders } {
  const naming = createNaming(known)
  const parameters = cleaned(call.parameters, { member: '', parent: '', depth: 0 }, naming.nameOf)
  const shape = new Map<string, Set<string>>()
  const states: StateSeen[] = []
  if (call.answer !== undefined)
    look(call.answer, { path: '', member: '', parent: '', depth: 0 }, { shape, states, nameOf: naming.nameOf })
  const traced: TracedCall = {
    service: isErrorCode(call.service) ? call.service : 'unlisted',
    action: isErrorCode(call.action) ? call.action : 'unlisted',
    parameters,
    answer: Object.fromEntries([...shape].map(([path, types]) => [path, [...types].sort()])),
    states,
    ...(call.errorCode === undefined ? {} : { errorCode: isErrorCode(call.errorCode) ? call.errorCode : 'unlisted' }),
    ...(call.status === undefined ? {} : { status: Number.isSafeInteger(call.status) ? call.status : 0 }),
    took: durationClass(call.tookMs),
  }
  return { traced, known: naming.known() }
}

type NameOf = (kind: string, value: string) => string

function createNaming(before: Placeholders): { readonly nameOf: NameOf; known(): Placeholders } {
  const names = new Map(before.names)
  const counts = new Map(before.counts)
  return {
    nameOf: (kind, value) => {
      const key = sha256(`${kind} ${value}`)
      const known = names.get(key)
      if (known !== undefined) return known
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      names.set(key, `${kind}-${count}`)
      return `${kind}-${count}`
    },
    known: () => ({ names, counts }),
  }
}

interface Spot {
  readonly member: string
  readonly parent: string
  readonly depth: number
}

/** Deeper than any structure of AWS; what goes round in circles ends here. */
const deepest = 16
/** Ports, percentages, seconds of a day: nothing that names anybody. */
const largestNumber = 99_999

function cleaned(value: unknown, spot: Spot, nameOf: NameOf): Json {
  const { member, parent, depth } = spot
  if (isSecret(member)) return 'removed'
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= largestNumber ? value : 'number'
  if (typeof value === 'string') return cleanedText(value, member, parent, nameOf)
  if (value instanceof Date) return 'time'
  if (ArrayBuffer.isView(value)) return 'bytes'
  if (typeof value !== 'object' || value === null || depth >= deepest) return 'removed'
  if (Array.isArray(value)) return value.map((item) => cleaned(item, { ...spot, depth: depth + 1 }, nameOf))
  const members = Object.entries(value).filter(([, one]) => one !== undefined && one !== null)
  return Object.fromEntries(
    members.map(([name, one]) => [
      safeName(name, member),
      // What somebody named is somebody's own, whatever it is called.
      isFreelyNamed(member)
        ? cleanedFreely(one, nameOf)
        : cleaned(one, { member: name, parent: member, depth: depth + 1 }, nameOf),
    ]),
  )
}

function cleanedFreely(value: unknown, nameOf: NameOf): Json {
  return typeof value === 'string' ? nameOf('text', value) : 'removed'
}

function cleanedText(value: string, member: string, parent: string, nameOf: NameOf): string {
  if (isEnumerated(member, parent) && looksEnumerated(value)) return value
  if (parent === 'Filters' && member === 'Name') {
    const [kind = '', ...rest] = value.split(':')
    if (kind === 'tag' && rest.length > 0) return `tag:${nameOf('tag', rest.join(':'))}`
    if (/^[a-z]{2,14}(-[a-z]{2,14}){0,3}$/.test(value)) return value
  }
  return nameOf(kindOf(value, member), value)
}

function safeName(name: string, owner: string): string {
  return isMemberName(name) && !isFreelyNamed(owner) ? name : 'unlisted'
}

interface Seen {
  readonly shape: Map<string, Set<string>>
  readonly states: StateSeen[]
  readonly nameOf: NameOf
}

interface AnswerSpot extends Spot {
  readonly path: string
}

function look(value: unknown, spot: AnswerSpot, seen: Seen): void {
  const { path, member, parent, depth } = spot
  if (value === undefined || value === null || depth >= deepest) return
  const note = (type: string) => {
    if (path !== '') seen.shape.set(path, (seen.shape.get(path) ?? new Set()).add(type))
  }
  if (Array.isArray(value)) {
    note('list')
    for (const item of value) look(item, { ...spot, path: `${path}[]`, depth: depth + 1 }, seen)
  } else if (value instanceof Date) note('time')
  else if (ArrayBuffer.isView(value)) note('bytes')
  else if (typeof value === 'object') {
    note('structure')
    lookInside(value as Readonly<Record<string, unknown>>, spot, seen)
  } else {
    const isWord = typeof value === 'string' && !isSecret(member) && isEnumerated(member, parent) && looksEnumerated(value)
    note(isWord ? `=${value}` : typeof value)
  }
}

function lookInside(structure: Readonly<Record<string, unknown>>, spot: AnswerSpot, seen: Seen): void {
  const { path, member, depth } = spot
  const identity = identities.find((name) => typeof structure[name] === 'string')
  const thing = identity === undefined ? undefined : String(structure[identity])
  for (const [name, one] of Object.entries(structure)) {
    // The members of what is secret are not looked at, and those of what is freely named are somebody's own.
    if (isSecret(member) || isFreelyNamed(member)) continue
    const safe = safeName(name, member)
    const at = path === '' ? safe : `${path}.${safe}`
    look(one, { path: at, member: name, parent: member, depth: depth + 1 }, seen)
    if (identity === undefined || thing === undefined) continue
    const state = stateIn(name, one, member)
    if (state !== undefined) seen.states.push({ thing: seen.nameOf(kindOf(thing, identity), thing), member: at, value: state })
  }
}

/** EC2 wraps the state of an instance: `State: { Code: 16, Name: 'running' }`. */
function stateIn(name: string, value: unknown, parent: string): string | undefined {
  const word = name === 'State' && typeof value === 'object' && value !== null && 'Name' in value ? value.Name : value
  return typeof word === 'string' && isPassing(name, parent) && looksEnumerated(word) ? word : undefined
}

function durationClass(tookMs: number): TracedCall['took'] {
  if (tookMs < 100) return 'under 0.1 s'
  if (tookMs < 1_000) return 'under 1 s'
  return tookMs < 10_000 ? 'under 10 s' : 'longer'
}

// EC2's filters: names with lists of values, wildcards in them, all names to hold and any value of each.

import type { Tags } from '../store/tags.ts'
import { ApiFault, unsupported } from '../wire/fault.ts'
import ec2Filters from './ec2-filters.json' with { type: 'json' }

export interface WireFilter {
  Name?: string | undefined
  Values?: string[] | undefined
}

type FieldValue = string | number | boolean | undefined | readonly (string | undefined)[]

/** What a filter name reads of a row. `tag:KEY` and `tag-key` come by themselves where the row has tags. */
export type Fields<Row> = Readonly<Record<string, (row: Row) => FieldValue>>

/** The rows that pass every filter; a name without a field is refused, never skipped. */
export function filtered<Row>(rows: readonly Row[], filters: readonly WireFilter[] | undefined, fields: Fields<Row>): Row[] {
  const tests = (filters ?? []).map((filter) => testOf(filter, fields))
  return rows.filter((row) => tests.every((passes) => passes(row)))
}

/** Refuses by name the first filter that EC2 has for the action and this cloud has not. */
export function refuseUnhandledFilter(action: string, input: object, fields: Readonly<Record<string, unknown>>): void {
  const { Filters: filters } = input as { readonly Filters?: readonly WireFilter[] }
  const stray = filters?.find(({ Name = '' }) => !Object.hasOwn(fields, Name) && namesOf(action).includes(Name))
  if (stray !== undefined) throw unsupported(`the filter ${stray.Name} of ${action}`)
}

function namesOf(action: string): readonly string[] {
  const named: Readonly<Record<string, readonly string[]>> = ec2Filters
  return named[action] ?? []
}

function testOf<Row>(filter: WireFilter, fields: Fields<Row>): (row: Row) => boolean {
  const name = filter.Name ?? ''
  const read = reader(name, fields)
  const patterns = (filter.Values ?? []).map(patternOf)
  return (row) => {
    const value = read(row)
    const values = Array.isArray(value) ? value : [value]
    return values.some((one) => one !== undefined && patterns.some((pattern) => pattern.test(String(one))))
  }
}

function reader<Row>(name: string, fields: Fields<Row>): (row: Row) => FieldValue {
  if (name.startsWith('tag:')) return (row) => tagsOf(row)[name.slice('tag:'.length)]
  if (name === 'tag-key') return (row) => Object.keys(tagsOf(row))
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field === undefined) throw new ApiFault('InvalidParameterValue', `The filter '${name}' is invalid`)
  return field
}

function tagsOf(row: unknown): Tags {
  return (row as { readonly tags?: Tags }).tags ?? {}
}

/** `*` stands for any text, `?` for one character, a backslash takes the next one literally. */
export function patternOf(text: string): RegExp {
  let source = ''
  let isAny = false
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    // Several stars in a row mean no more than one, and would cost the more.
    if (character === '*') source += isAny ? '' : '.*'
    else if (character === '?') source += '.'
    else source += literal(character === '\\' && index + 1 < text.length ? text.charAt(++index) : character)
    isAny = character === '*'
  }
  return new RegExp(`^${source}$`, 's')
}

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/-]/, '\\$&')
}

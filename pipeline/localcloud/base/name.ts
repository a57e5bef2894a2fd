// A base's name carries when it was made: `debian-13-amd64-20261122-0530`, in UTC.

import { assert } from '../../kernel/index.ts'
import { type DebianArchitecture, namePrefix } from './recipe.ts'

const shape = /^debian-13-(?<architecture>[a-z0-9]+)-(?<day>\d{8})-(?<minute>\d{4})$/

export function baseName(architecture: DebianArchitecture, instantMs: number): string {
  const digits = new Date(instantMs).toISOString().replace(/\D/g, '')
  return `${namePrefix}-${architecture}-${digits.slice(0, 8)}-${digits.slice(8, 12)}`
}

/** Milliseconds since the epoch, to the minute. */
export function timeOf(name: string): number {
  const parts = shape.exec(name)?.groups
  assert(parts?.day && parts.minute, `${name} is no base's name`)
  const { day, minute } = parts
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${minute.slice(0, 2)}:${minute.slice(2)}:00Z`)
}

/** The newest of the bases among these names; other names are passed over. */
export function newestBase(names: readonly string[], architecture: DebianArchitecture): string | undefined {
  return names
    .filter((name) => shape.exec(name)?.groups?.architecture === architecture)
    .sort()
    .at(-1)
}

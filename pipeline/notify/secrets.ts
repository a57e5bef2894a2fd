// Secrets by their names: read when first needed, kept for the run, and taken out of whatever is said.

import type { SecretName } from '../config/index.ts'
import type { CloudAt } from '../ports/index.ts'
import type { Undelivered } from './delivery.ts'

export interface Secrets {
  read(name: SecretName): Promise<{ readonly ok: true; readonly value: string } | Undelivered>
  /** The text with every secret read so far blotted out. */
  hidden(text: string): string
}

export interface SecretPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where parameters are. */
  readonly at: Pick<CloudAt, 'parameter'>
}

export function createSecrets({ environment, at }: SecretPlaces): Secrets {
  const known = new Map<string, string>()

  const fetched = async ({ kind, name }: SecretName): ReturnType<Secrets['read']> => {
    if (kind === 'environment') {
      const value = environment[name]?.trim()
      if (value) return { ok: true, value }
      return { ok: false, message: `the variable ${name} is not set`, mayPass: false }
    }
    const read = await at.parameter(name)
    if (read.ok) return { ok: true, value: read.value.trim() }
    const mayPass = read.kind === 'throttled' || read.kind === 'unavailable'
    return { ok: false, message: `the parameter ${name} can't be read: ${read.message}`, mayPass }
  }

  return {
    read: async (name) => {
      const key = `${name.kind} ${name.name}`
      const value = known.get(key)
      if (value !== undefined) return { ok: true, value }
      const read = await fetched(name)
      if (read.ok) known.set(key, read.value)
      return read
    },
    hidden: (text) => [...known.values()].reduce((shown, value) => shown.replaceAll(value, '…'), text),
  }
}

// What is run before and after a group's roll, as it is written.

import { mapping, optional, required, withDefault } from '../yaml/mapping.ts'
import { list, placed } from '../yaml/reader.ts'
import { duration, text } from '../yaml/scalars.ts'
import { variant } from '../yaml/variant.ts'
import { address, howToName, secretName } from './notification.ts'
import { argumentsOf } from './test.ts'

const program = mapping('the program', {
  name: required(text()),
  run: required(
    argumentsOf(list('`run`', text(), 1)),
    'Name the program and its arguments: [./hooks/silence.sh, --minutes, "30"]',
  ),
  timeout: withDefault(duration(), 60_000),
})

const webhook = mapping('the webhook', {
  name: optional(text()),
  url: required(address, 'Write an https address, or name where it is.'),
  secret: required(secretName, `The receiver knows by it that a call is drover's. ${howToName}`),
  timeout: withDefault(duration(), 30_000),
})

const hook = placed(variant('a hook', { program, webhook }))

export const hooks = mapping('the hooks', {
  before: withDefault(list('the list of hooks', hook), []),
  after: withDefault(list('the list of hooks', hook), []),
})

export type WrittenHooks = ReturnType<typeof hooks.read>
export type WrittenHook = NonNullable<WrittenHooks['before'][number]['value']>

/** A webhook without a name goes by its host, or by the name of the secret that holds its address. */
export function hookName({ kind, value }: WrittenHook): string {
  if (kind === 'program') return value.name
  if (value.name !== undefined) return value.name
  if (typeof value.url !== 'string') return value.url.name
  return URL.canParse(value.url) ? new URL(value.url).host : value.url
}

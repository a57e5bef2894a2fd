// What an API action is here: the members it handles, what it must see of machines, and a pure change of state.

import type { Random } from '../../ports/index.ts'
import type { Machines } from '../machines/types.ts'
import type { CloudState, Draft, PlaceKey } from '../store/state.ts'
import type { Tags } from '../store/tags.ts'
import { ApiFault, unsupported } from '../wire/fault.ts'

/** Who signed the request. */
export interface Caller {
  readonly account: string
  readonly arn: string
  readonly userId: string
  /** True when the key is a session's: a role taken from here is chained. */
  readonly isSession: boolean
  /** Of a role; undefined for a root key. */
  readonly session?: CallerSession
}

export interface CallerSession {
  /** The role's name. */
  readonly role: string
  /** Policy documents that narrow what the role may do. */
  readonly policies: readonly string[]
  readonly tags: Tags
  /** Tags that go on into sessions got from this one. */
  readonly transitiveTagKeys: readonly string[]
}

export interface Call<Input, Observed = undefined> {
  readonly input: Input
  readonly draft: Draft
  readonly account: string
  readonly region: string
  /** The caller's account in the region the request was signed for. */
  readonly place: PlaceKey
  readonly caller: Caller
  /** The cloud's time, in milliseconds since the epoch. */
  readonly now: number
  /** Wall time: what credentials expire by. */
  readonly wallNow: number
  readonly random: Random
  /** The address the request came from, where that is known. */
  readonly sourceAddress: string | undefined
  /** The name and port that the client asked, where that is known. */
  readonly host?: string | undefined
  readonly network: Machines['network']
  /** What `observe` saw. */
  readonly observed: Observed
}

/** A member of the input by name, or a path below it; a path covers everything beneath. */
export type Handled<Input> = (keyof Input & string) | `${keyof Input & string}.${string}`

export interface Operation<Input extends object, Output extends object, Observed = undefined> {
  readonly handles: readonly Handled<Input>[]
  /** What `Filters` reads, by the filter's name. */
  readonly filters?: Readonly<Record<string, unknown>>
  /** Looks at machines before the state is changed; its answer is `call.observed`. */
  readonly observe?: (input: Input, place: PlaceKey, state: CloudState, machines: Machines) => Promise<Observed>
  readonly run: (call: Call<Input, Observed>) => Output
}

/** Operations of every shape, as the table holds them. */
// biome-ignore lint/suspicious/noExplicitAny: the table pairs each action's name with the types of its own schema
export type AnyOperation = Operation<any, object, any>

/** Keeps the types of one operation together. */
export function operation<Input extends object, Output extends object, Observed = undefined>(
  definition: Operation<Input, Output, Observed>,
): Operation<Input, Output, Observed> {
  return definition
}

/** Refuses by name the first member of the input that the operation does not handle. */
export function refuseUnhandled(action: string, input: object, handles: readonly string[]): void {
  const stray = firstUnhandled(input, '', handles)
  if (stray !== undefined) throw unsupported(`the parameter ${stray} of ${action}`)
}

/** The path of the first leaf that no handled path covers. */
export function firstUnhandled(value: unknown, path: string, handles: readonly string[]): string | undefined {
  if (path !== '' && handles.includes(path)) return undefined
  if (Array.isArray(value)) {
    for (const item of value) {
      const stray = firstUnhandled(item, path, handles)
      if (stray !== undefined) return stray
    }
    return undefined
  }
  if (value !== null && typeof value === 'object' && !(value instanceof Date) && !(value instanceof Uint8Array)) {
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue
      const stray = firstUnhandled(member, path === '' ? name : `${path}.${name}`, handles)
      if (stray !== undefined) return stray
    }
    return undefined
  }
  return path
}

/** A member the model calls required, or the refusal EC2 gives for its absence. */
export function required<T>(value: T | undefined | null, name: string): T {
  if (value === undefined || value === null || value === '') {
    throw new ApiFault('MissingParameter', `The request must contain the parameter ${name}`)
  }
  return value
}

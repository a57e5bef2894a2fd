// What a request needs: an action on a resource, with what is known of both.

import type { Machines } from '../machines/types.ts'
import type { Facts } from '../policies/index.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import type { Tags, WireTag } from '../store/tags.ts'

/** A request before it is done. */
export interface Asked {
  readonly input: Readonly<Record<string, unknown>>
  /** The state it would change; what is tried on it here is dropped. */
  readonly draft: Draft
  readonly place: PlaceKey
  readonly account: string
  readonly region: string
  readonly network: Machines['network']
  readonly now: number
}

export interface Resource {
  /** As the Service Authorization Reference calls it; `*` for an action on none. */
  readonly type: string
  readonly arn: string
  readonly facts: Facts
}

export interface Need {
  /** With its service: `ec2:RunInstances`. */
  readonly action: string
  readonly resource: Resource
  /** What the caller is told instead of the action it may not do. */
  readonly refusal?: string
  /** A service asks for it on the caller's behalf. */
  readonly byService?: true
}

/** What one action is about, all of which must be allowed. */
export type About = (asked: Asked, action: string) => readonly Need[]

const nowhere: Resource = { type: '*', arn: '*', facts: {} }

/** An action that is about no resource. */
export const onNothing: About = (_asked, action) => [{ action, resource: nowhere }]

/** An action on each resource that `find` makes of the request. */
export function on(find: (asked: Asked) => readonly Resource[]): About {
  return (asked, action) => find(asked).map((resource) => ({ action, resource }))
}

/** All that several say. */
export function all(...abouts: readonly About[]): About {
  return (asked, action) => abouts.flatMap((about) => about(asked, action))
}

export function textIn({ input }: Pick<Asked, 'input'>, name: string): string | undefined {
  const value = input[name]
  return typeof value === 'string' ? value : undefined
}

export function textsIn({ input }: Pick<Asked, 'input'>, name: string): readonly string[] {
  const value = input[name]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

export function tagsIn({ input }: Pick<Asked, 'input'>, name = 'Tags'): readonly WireTag[] {
  const value = input[name]
  return Array.isArray(value) ? value : []
}

/** Tags of a resource, under every prefix its service has for them. */
export function tagFacts(tags: Tags, ...prefixes: readonly string[]): Facts {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => prefixes.map((prefix): [string, string] => [`${prefix}/${key}`, value])),
  )
}

/** Tags a request brings along. */
export function requestTagFacts(tags: readonly WireTag[]): Facts {
  const given = tags.flatMap(({ Key, Value }): [string, string][] => (Key === undefined ? [] : [[Key, Value ?? '']]))
  return { ...tagFacts(Object.fromEntries(given), 'aws:RequestTag'), 'aws:TagKeys': given.map(([key]) => key) }
}

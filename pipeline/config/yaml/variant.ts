// A mapping with one key that says what it is: `- shell: provisioners/10-web.sh`.

import { isMap } from 'yaml'
import { childOf, mapping, optional } from './mapping.ts'
import { describeNode, type Reader } from './reader.ts'
import { report } from './reading.ts'

type Kinds = Readonly<Record<string, Reader<unknown>>>

export type Variant<K extends Kinds> = {
  readonly [Kind in keyof K & string]: { readonly kind: Kind; readonly value: K[Kind] extends Reader<infer T> ? T : never }
}[keyof K & string]

/** Undefined when it is none of the kinds, which was reported. */
export function variant<K extends Kinds>(called: string, kinds: K): Reader<Variant<K> | undefined> {
  const names = Object.keys(kinds)
  const nothingElse = mapping(called, Object.fromEntries(names.map((name) => [name, optional(untouched)])))
  return {
    standIn: () => undefined,
    read: (at) => {
      if (!isMap(at.node)) {
        const hint = `Write \`${names.join(': …`, `')}: …\`.`
        report(at, 'config-wrong-type', `${called} is ${describeNode(at.node)} where a mapping belongs`, hint)
        return undefined
      }
      const problemsBefore = at.reading.problems.length
      const found = nothingElse.read(at)
      const [kind, ...more] = names.filter((name) => found[name] !== undefined)
      if (at.reading.problems.length > problemsBefore) return undefined
      if (kind === undefined || more.length > 0) {
        report(at, 'config-wrong-value', `${called} needs exactly one of the keys ${names.join(', ')}`)
        return undefined
      }
      return { kind, value: (kinds[kind] as Reader<unknown>).read(childOf(at, kind)) } as Variant<K>
    },
  }
}

const untouched: Reader<true> = { read: () => true, standIn: () => true }

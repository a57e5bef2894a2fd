// Writes an output object as the XML its schema describes, in the shapes of ec2Query and awsQuery.

import type { NormalizedSchema } from '@smithy/core/schema'
import { AssertionFailure } from '../../kernel/index.ts'

/** The members of a structure as XML elements, in the schema's order; undefined members are left out. */
export function structureXml(schema: NormalizedSchema, value: object): string {
  let xml = ''
  const members = value as Readonly<Record<string, unknown>>
  for (const { name, xmlName, schema: member } of membersOf(schema)) {
    const content = members[name]
    if (content === undefined || content === null) continue
    xml += memberXml(xmlName, member, content)
  }
  return xml
}

interface Member {
  readonly name: string
  readonly xmlName: string
  readonly schema: NormalizedSchema
}

/** What a structure's members are called never changes, and is asked of every row of every answer. */
function membersOf(schema: NormalizedSchema): readonly Member[] {
  const key = schema.getSchema() as object
  const known = knownMembers.get(key)
  if (known !== undefined) return known
  const members = [...schema.structIterator()].map(([name, member]) => ({
    name,
    xmlName: member.getMergedTraits().xmlName ?? name,
    schema: member,
  }))
  knownMembers.set(key, members)
  return members
}

const knownMembers = new WeakMap<object, readonly Member[]>()

export function element(name: string, content: string): string {
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`
}

export function escapeXml(text: string): string {
  // Hardly any text of an answer has one of them.
  if (!special.test(text)) return text
  return text.replace(unwritable, '').replace(/[&<>"]/g, (character) => escapes[character] as string)
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** All that is escaped or left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant
const special = /[&<>"\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

/** XML 1.0 cannot hold these, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

function memberXml(name: string, schema: NormalizedSchema, content: unknown): string {
  if (schema.isListSchema()) return listXml(name, schema, content as readonly unknown[])
  if (schema.isMapSchema()) return mapXml(name, schema, content as Readonly<Record<string, unknown>>)
  if (schema.isStructSchema()) return element(name, structureXml(schema, content as object))
  return element(name, simpleText(schema, content))
}

function listXml(name: string, schema: NormalizedSchema, items: readonly unknown[]): string {
  const { value, isFlat, itemName } = listShapeOf(schema)
  const called = isFlat ? name : itemName
  let inner = ''
  for (const item of items) inner += memberXml(called, value, item)
  return isFlat ? inner : element(name, inner)
}

interface ListShape {
  readonly value: NormalizedSchema
  readonly isFlat: boolean
  readonly itemName: string
}

/** By the member that has the list: whether it is flat is the member's, not the list's. */
function listShapeOf(schema: NormalizedSchema): ListShape {
  const known = knownLists.get(schema)
  if (known !== undefined) return known
  const value = schema.getValueSchema()
  const isFlat = Boolean(schema.getMergedTraits().xmlFlattened)
  const shape = { value, isFlat, itemName: value.getMergedTraits().xmlName ?? 'member' }
  knownLists.set(schema, shape)
  return shape
}

const knownLists = new WeakMap<NormalizedSchema, ListShape>()

function mapXml(name: string, schema: NormalizedSchema, map: Readonly<Record<string, unknown>>): string {
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key'
  const value = schema.getValueSchema()
  const valueName = value.getMergedTraits().xmlName ?? 'value'
  const isFlat = Boolean(schema.getMergedTraits().xmlFlattened)
  const entries = Object.entries(map).map(([key, content]) =>
    element(isFlat ? name : 'entry', element(keyName, escapeXml(key)) + memberXml(valueName, value, content)),
  )
  return isFlat ? entries.join('') : element(name, entries.join(''))
}

function simpleText(schema: NormalizedSchema, content: unknown): string {
  if (content instanceof Date) return content.toISOString()
  if (content instanceof Uint8Array) return Buffer.from(content).toString('base64')
  if (typeof content === 'string') return escapeXml(content)
  if (typeof content === 'number' || typeof content === 'boolean' || typeof content === 'bigint') return String(content)
  throw new AssertionFailure(`${schema.getName(true)} cannot hold ${JSON.stringify(content)}`)
}

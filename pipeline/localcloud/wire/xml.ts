// Writes an output object as the XML its schema describes, in the shapes of ec2Query and awsQuery. A schema is read once, into writers.

import type { NormalizedSchema } from '@smithy/core/schema'
import { AssertionFailure } from '../../kernel/index.ts'
import { Kept } from './kept.ts'

/** What writes one kind of content: a structure's members, or a member with its tags. Kept parts go into `parts`, with a mark in the text. */
type Writer<Content = unknown> = (content: Content, parts: Buffer[]) => string

/** Stands in text for a kept part; no text of an answer can hold it. */
const mark = '\0'

/** The members of a structure as XML elements, in the schema's order; undefined members are left out. `parts` are for `assembled`. */
export function structureXml(schema: NormalizedSchema, value: object, parts: Buffer[]): string {
  return structureWriter(schema)(value, parts)
}

/** Text with its kept parts in their places; bytes where there are any. */
export function assembled(text: string, parts: readonly Buffer[]): string | Buffer {
  return parts.length === 0 ? text : bytesOf(text, parts)
}

function bytesOf(text: string, parts: readonly Buffer[]): Buffer {
  let length = Buffer.byteLength(text) - parts.length
  for (const part of parts) length += part.byteLength
  const bytes = Buffer.allocUnsafeSlow(length)
  let end = 0
  for (const [index, piece] of text.split(mark).entries()) {
    end += bytes.write(piece, end)
    const part = parts[index]
    if (part !== undefined) end += part.copy(bytes, end)
  }
  return bytes
}

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

/** By the structure, which many members may be of. */
const structureWriters = new WeakMap<object, Writer<object>>()

function structureWriter(schema: NormalizedSchema): Writer<object> {
  const key = schema.getSchema() as object
  const known = structureWriters.get(key)
  if (known !== undefined) return known
  let members: readonly (readonly [string, Writer])[] | undefined
  const write: Writer<object> = (value, parts) => {
    // Read when first needed: of the service's structures few are ever answered, and some hold themselves.
    members ??= [...schema.structIterator()].map(([name, member]) => [name, memberWriter(xmlName(member) ?? name, member)])
    let xml = ''
    for (const [name, writeMember] of members) {
      const content = (value as Readonly<Record<string, unknown>>)[name]
      if (content !== undefined && content !== null) xml += writeMember(content, parts)
    }
    return xml
  }
  structureWriters.set(key, write)
  return write
}

function memberWriter(name: string, schema: NormalizedSchema): Writer {
  if (schema.isListSchema()) return listWriter(name, schema) as Writer
  if (schema.isMapSchema()) return mapWriter(name, schema) as Writer
  if (!schema.isStructSchema()) return tagged(name, textWriter(schema))
  const write = structureWriter(schema)
  const bytes = (part: object) => {
    const parts: Buffer[] = []
    return bytesOf(write(part, parts), parts)
  }
  return tagged<unknown>(name, (content, parts) => {
    if (!(content instanceof Kept)) return write(content as object, parts)
    parts.push(content.xml(bytes))
    return mark
  })
}

function tagged<Content>(name: string, write: Writer<Content>): Writer<Content> {
  const [empty, open, close] = [`<${name}/>`, `<${name}>`, `</${name}>`]
  return (content, parts) => {
    const inner = write(content, parts)
    return inner === '' ? empty : open + inner + close
  }
}

function listWriter(name: string, schema: NormalizedSchema): Writer<readonly unknown[]> {
  const isFlat = Boolean(schema.getMergedTraits().xmlFlattened)
  const value = schema.getValueSchema()
  const writeItem = memberWriter(isFlat ? name : (xmlName(value) ?? 'member'), value)
  const write: Writer<readonly unknown[]> = (items, parts) => {
    let xml = ''
    for (const item of items) xml += writeItem(item, parts)
    return xml
  }
  return isFlat ? write : tagged(name, write)
}

function mapWriter(name: string, schema: NormalizedSchema): Writer<Readonly<Record<string, unknown>>> {
  const isFlat = Boolean(schema.getMergedTraits().xmlFlattened)
  const keyName = xmlName(schema.getKeySchema()) ?? 'key'
  const value = schema.getValueSchema()
  const writeValue = memberWriter(xmlName(value) ?? 'value', value)
  const writeEntry = tagged<readonly [string, unknown]>(
    isFlat ? name : 'entry',
    ([key, content], parts) => element(keyName, escapeXml(key)) + writeValue(content, parts),
  )
  const write: Writer<Readonly<Record<string, unknown>>> = (map, parts) =>
    Object.entries(map)
      .map((entry) => writeEntry(entry, parts))
      .join('')
  return isFlat ? write : tagged(name, write)
}

function textWriter(schema: NormalizedSchema): Writer {
  return (content) => {
    if (typeof content === 'string') return escapeXml(content)
    if (typeof content === 'number' || typeof content === 'boolean' || typeof content === 'bigint') return String(content)
    if (content instanceof Date) return content.toISOString()
    if (content instanceof Uint8Array) return Buffer.from(content).toString('base64')
    throw new AssertionFailure(`${schema.getName(true)} cannot hold ${JSON.stringify(content)}`)
  }
}

function xmlName(schema: NormalizedSchema): string | undefined {
  return schema.getMergedTraits().xmlName
}

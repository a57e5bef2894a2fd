// Reads a form-encoded request (ec2Query, awsQuery) into the input object its schema describes. A schema is read once, into readers.

import type { NormalizedSchema } from '@smithy/core/schema'
import { ApiFault } from './fault.ts'
import type { FaultFamily } from './service.ts'

/** How one service spells its forms. */
export interface FormDialect {
  readonly dialect: 'ec2Query' | 'awsQuery'
  readonly faultFamily: FaultFamily
}

/** Dotted keys as a tree: a node has a text of its own, children, or both. */
interface FormNode {
  text: string | undefined
  readonly children: Map<string, FormNode>
}

/** What reads one kind of value from its node; `path` is what a refusal names. */
type Reader<Value = unknown> = (node: FormNode, path: string, dialect: FormDialect) => Value

/** Parameters beside the input's own. */
const envelope = new Set(['Action', 'Version'])

/** The input object; a key the schema does not know, or text that is no such value, is refused by name. */
export function decodeForm(form: URLSearchParams, input: NormalizedSchema, dialect: FormDialect): Record<string, unknown> {
  const root = treeOf(form)
  if (input.isUnitSchema()) {
    const stray = root.children.keys().next().value
    if (stray !== undefined) throw unknownParameter(stray, dialect)
    return {}
  }
  return structureReader(input, dialect.dialect)(root, '', dialect)
}

function treeOf(form: URLSearchParams): FormNode {
  const root: FormNode = { text: undefined, children: new Map() }
  for (const [key, text] of form) {
    if (envelope.has(key)) continue
    let node = root
    for (const part of key.split('.')) {
      let child = node.children.get(part)
      if (child === undefined) {
        child = { text: undefined, children: new Map() }
        node.children.set(part, child)
      }
      node = child
    }
    node.text = text
  }
  return root
}

/** By the structure, which many members may be of. */
const structureReaders = { ec2Query: new WeakMap<object, StructureReader>(), awsQuery: new WeakMap<object, StructureReader>() }

type StructureReader = Reader<Record<string, unknown>>

interface MemberReader {
  readonly name: string
  readonly key: string
  /** Whether empty text stands for nothing given. */
  readonly canBeLeftEmpty: boolean
  readonly read: Reader
}

function structureReader(schema: NormalizedSchema, kind: FormDialect['dialect']): StructureReader {
  const known = structureReaders[kind].get(schema.getSchema() as object)
  if (known !== undefined) return known
  let members: readonly MemberReader[] | undefined
  const read: StructureReader = (node, path, dialect) => {
    // Gone through when first needed: of the service's structures few are ever asked with.
    members ??= [...schema.structIterator()].map(([name, member]) => memberReader(name, member, kind))
    const value: Record<string, unknown> = {}
    let seen = 0
    for (const { name, key, canBeLeftEmpty, read } of members) {
      const child = node.children.get(key)
      if (child === undefined) continue
      seen++
      if (canBeLeftEmpty && child.text === '' && child.children.size === 0) continue
      value[name] = read(child, joined(path, key), dialect)
    }
    if (seen < node.children.size) throw unknownParameter(joined(path, strayKey(node, members)), dialect)
    return value
  }
  structureReaders[kind].set(schema.getSchema() as object, read)
  return read
}

function strayKey({ children }: FormNode, members: readonly MemberReader[]): string {
  return [...children.keys()].find((key) => !members.some((member) => member.key === key)) ?? ''
}

function memberReader(name: string, member: NormalizedSchema, kind: FormDialect['dialect']): MemberReader {
  // Clients of some languages send `VpcId=` for what was not given, and EC2 takes it so. An empty `Value`, as of a tag, means itself.
  const canBeLeftEmpty = kind === 'ec2Query' && name !== 'Value' && member.isStringSchema()
  return { name, key: structureKey(name, member, kind), canBeLeftEmpty, read: reader(member, kind) }
}

/** ec2Query has a name of its own where the model says so, and otherwise capitalises the XML name. */
export function structureKey(name: string, member: NormalizedSchema, kind: FormDialect['dialect']): string {
  const { ec2QueryName, xmlName } = member.getMergedTraits() as { ec2QueryName?: string; xmlName?: string }
  if (kind === 'awsQuery') return xmlName ?? name
  if (ec2QueryName !== undefined) return ec2QueryName
  const key = xmlName ?? name
  return `${key.charAt(0).toUpperCase()}${key.slice(1)}`
}

function reader(schema: NormalizedSchema, kind: FormDialect['dialect']): Reader {
  if (schema.isStructSchema()) return structureReader(schema, kind)
  if (schema.isListSchema()) return listReader(schema, kind)
  if (schema.isMapSchema()) return mapReader(schema, kind)
  return (node, path, dialect) => {
    const stray = node.children.keys().next().value
    if (stray !== undefined || node.text === undefined) throw unknownParameter(joined(path, stray ?? ''), dialect)
    return readText(node.text, schema, path, dialect)
  }
}

function listReader(schema: NormalizedSchema, kind: FormDialect['dialect']): Reader<unknown[]> {
  const value = schema.getValueSchema()
  const isFlat = kind === 'ec2Query' || Boolean(schema.getMergedTraits().xmlFlattened)
  const wrapper = value.getMergedTraits().xmlName ?? 'member'
  const readItem = reader(value, kind)
  return (node, path, dialect) => {
    if (node.text === '' && node.children.size === 0) return []
    const holder = isFlat ? node : onlyChild(node, wrapper, path, dialect)
    return numbered(holder, path, dialect).map(([index, child]) => readItem(child, joined(path, index), dialect))
  }
}

function mapReader(schema: NormalizedSchema, kind: FormDialect['dialect']): Reader<Record<string, unknown>> {
  const isFlat = Boolean(schema.getMergedTraits().xmlFlattened)
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key'
  const valueName = schema.getValueSchema().getMergedTraits().xmlName ?? 'value'
  const readItem = reader(schema.getValueSchema(), kind)
  return (node, path, dialect) => {
    const map: Record<string, unknown> = {}
    for (const [index, entry] of numbered(isFlat ? node : onlyChild(node, 'entry', path, dialect), path, dialect)) {
      const key = entry.children.get(keyName)?.text
      const child = entry.children.get(valueName)
      if (key === undefined || child === undefined) throw unknownParameter(joined(path, index), dialect)
      map[key] = readItem(child, joined(path, key), dialect)
    }
    return map
  }
}

function onlyChild(node: FormNode, name: string, path: string, dialect: FormDialect): FormNode {
  const child = node.children.get(name)
  if (child === undefined || node.children.size !== 1) {
    throw unknownParameter(joined(path, [...node.children.keys()].find((key) => key !== name) ?? name), dialect)
  }
  return child
}

/** List members in the order of their numbers; gaps are allowed, anything but a number is not. */
function numbered(node: FormNode, path: string, dialect: FormDialect): [string, FormNode][] {
  const entries = [...node.children]
  const stray = entries.find(([index]) => !/^[1-9]\d{0,8}$/.test(index))
  if (stray) throw unknownParameter(joined(path, stray[0]), dialect)
  return entries.sort(([a], [b]) => Number(a) - Number(b))
}

function readText(text: string, schema: NormalizedSchema, path: string, dialect: FormDialect): unknown {
  if (schema.isStringSchema()) return text
  if (schema.isBooleanSchema()) {
    if (/^true$/i.test(text)) return true
    if (/^false$/i.test(text)) return false
    throw invalidValue(text, path, 'a boolean', dialect)
  }
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) {
    if (/^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text)) return Number(text)
    throw invalidValue(text, path, 'a number', dialect)
  }
  if (schema.isTimestampSchema()) {
    const instant = new Date(text)
    if (!Number.isNaN(instant.getTime())) return instant
    throw invalidValue(text, path, 'a timestamp', dialect)
  }
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'))
  throw invalidValue(text, path, schema.getName() ?? 'known', dialect)
}

function joined(path: string, key: string): string {
  if (path === '') return key
  return key === '' ? path : `${path}.${key}`
}

function unknownParameter(path: string, { faultFamily }: FormDialect): ApiFault {
  const code = faultFamily === 'ec2' ? 'UnknownParameter' : 'ValidationError'
  return new ApiFault(code, `The parameter ${path} is not recognized`)
}

function invalidValue(text: string, path: string, wanted: string, { faultFamily }: FormDialect): ApiFault {
  const code = faultFamily === 'ec2' ? 'InvalidParameterValue' : 'ValidationError'
  return new ApiFault(code, `Value (${text}) for parameter ${path} is invalid. It must be ${wanted}.`)
}

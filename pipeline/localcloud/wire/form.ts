// Reads a form-encoded request (ec2Query, awsQuery) into the input object its schema describes.

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
  return readStructure(root, input, '', dialect)
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

function readStructure(node: FormNode, schema: NormalizedSchema, path: string, dialect: FormDialect): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  const seen = new Set<string>()
  for (const [name, member] of schema.structIterator()) {
    const key = structureKey(name, member, dialect)
    const child = node.children.get(key)
    if (child === undefined) continue
    seen.add(key)
    if (isLeftEmpty(child, name, member, dialect)) continue
    value[name] = readValue(child, member, joined(path, key), dialect)
  }
  for (const key of node.children.keys()) if (!seen.has(key)) throw unknownParameter(joined(path, key), dialect)
  return value
}

/** Clients of some languages send `VpcId=` for what was not given, and EC2 takes it so. An empty `Value`, as of a tag, means itself. */
function isLeftEmpty(node: FormNode, name: string, member: NormalizedSchema, { dialect }: FormDialect): boolean {
  return dialect === 'ec2Query' && name !== 'Value' && node.text === '' && node.children.size === 0 && member.isStringSchema()
}

/** ec2Query has a name of its own where the model says so, and otherwise capitalises the XML name. */
function structureKey(name: string, member: NormalizedSchema, { dialect }: FormDialect): string {
  const { ec2QueryName, xmlName } = member.getMergedTraits() as { ec2QueryName?: string; xmlName?: string }
  if (dialect === 'awsQuery') return xmlName ?? name
  if (ec2QueryName !== undefined) return ec2QueryName
  const key = xmlName ?? name
  return `${key.charAt(0).toUpperCase()}${key.slice(1)}`
}

function readValue(node: FormNode, schema: NormalizedSchema, path: string, dialect: FormDialect): unknown {
  if (schema.isStructSchema()) return readStructure(node, schema, path, dialect)
  if (schema.isListSchema()) return readList(node, schema, path, dialect)
  if (schema.isMapSchema()) return readMap(node, schema, path, dialect)
  const stray = node.children.keys().next().value
  if (stray !== undefined || node.text === undefined) throw unknownParameter(joined(path, stray ?? ''), dialect)
  return readText(node.text, schema, path, dialect)
}

function readList(node: FormNode, schema: NormalizedSchema, path: string, dialect: FormDialect): unknown[] {
  if (node.text === '' && node.children.size === 0) return []
  const value = schema.getValueSchema()
  const isFlat = dialect.dialect === 'ec2Query' || Boolean(schema.getMergedTraits().xmlFlattened)
  const wrapper = value.getMergedTraits().xmlName ?? 'member'
  const holder = isFlat ? node : onlyChild(node, wrapper, path, dialect)
  return numbered(holder, path, dialect).map(([index, child]) => readValue(child, value, joined(path, index), dialect))
}

function readMap(node: FormNode, schema: NormalizedSchema, path: string, dialect: FormDialect): Record<string, unknown> {
  const holder = schema.getMergedTraits().xmlFlattened ? node : onlyChild(node, 'entry', path, dialect)
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key'
  const valueName = schema.getValueSchema().getMergedTraits().xmlName ?? 'value'
  const map: Record<string, unknown> = {}
  for (const [index, entry] of numbered(holder, path, dialect)) {
    const key = entry.children.get(keyName)?.text
    const child = entry.children.get(valueName)
    if (key === undefined || child === undefined) throw unknownParameter(joined(path, index), dialect)
    map[key] = readValue(child, schema.getValueSchema(), joined(path, key), dialect)
  }
  return map
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

// Reads the input object out of a request's body, in whatever protocol it is written.

import { JsonShapeDeserializer2 } from '@smithy/core/protocols'
import type { NormalizedSchema } from '@smithy/core/schema'
import { checkInput } from './check-input.ts'
import { cborCodec, documentSchema, jsonSettings } from './codec.ts'
import { ApiFault } from './fault.ts'
import { decodeForm } from './form.ts'
import { type Address, formOf, schemaOf, type WireRequest } from './request.ts'
import { restParts } from './rest.ts'

/** The input object of a request; members the schema does not know are refused, never dropped. */
export function decodeInput(request: WireRequest, address: Address): Record<string, unknown> {
  const value = readInput(request, address)
  checkInput(value, schemaOf(address).input, address.service)
  return value
}

/** The input as it is written, whether or not it has what its action requires. */
export function readInput(request: WireRequest, address: Address): Record<string, unknown> {
  const { input } = schemaOf(address)
  switch (address.protocol) {
    case 'ec2Query':
    case 'awsQuery':
      return decodeForm(formOf(request), input, { dialect: address.protocol, faultFamily: address.service.faultFamily })
    case 'json-1.0':
    case 'json-1.1':
      return decodeJson(request.body, input)
    case 'rpc-v2-cbor':
      return decodeCbor(request.body, input)
    case 'rest-json': {
      const { bound, names } = restParts(request, address.service, input)
      return { ...decodeJson(request.body, input, names), ...bound }
    }
  }
}

/** `elsewhere`: members of the input that the body has no place for. */
function decodeJson(body: Uint8Array, input: NormalizedSchema, elsewhere?: ReadonlySet<string>): Record<string, unknown> {
  const text = Buffer.from(body).toString('utf8')
  let raw: unknown
  try {
    raw = JSON.parse(text === '' ? '{}' : text)
  } catch {
    throw new ApiFault('SerializationException', 'The body is not JSON.')
  }
  if (input.isUnitSchema()) return {}
  refuseUnknown(raw, input, '')
  for (const key of Object.keys(raw as object)) if (elsewhere?.has(key)) throw unknownMember(key)
  return new JsonShapeDeserializer2(jsonSettings).readObject(input, raw as Parameters<JsonShapeDeserializer2['readObject']>[1])
}

function decodeCbor(body: Uint8Array, input: NormalizedSchema): Record<string, unknown> {
  if (input.isUnitSchema() || body.byteLength === 0) return {}
  try {
    refuseUnknown(cborCodec.createDeserializer().read(documentSchema, body), input, '')
    return cborCodec.createDeserializer().read(input, body)
  } catch (cause) {
    if (cause instanceof ApiFault) throw cause
    throw new ApiFault('SerializationException', `The body is not CBOR: ${(cause as Error).message}`)
  }
}

/** The SDK's own reader drops members it does not know; a request that has some asks for what is not there. */
function refuseUnknown(raw: unknown, schema: NormalizedSchema, path: string): void {
  if (raw === null || raw === undefined) {
    if (path === '') throw serialization('', 'a structure')
    return
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(raw)) throw serialization(path, 'a list')
    for (const [index, item] of raw.entries()) refuseItem(item, schema, `${path}.${index + 1}`)
  } else if (schema.isMapSchema()) {
    if (typeof raw !== 'object') throw serialization(path, 'a map')
    for (const [key, item] of Object.entries(raw)) refuseItem(item, schema, `${path}.${key}`)
  } else if (schema.isStructSchema()) {
    if (typeof raw !== 'object' || Array.isArray(raw)) throw serialization(path, 'a structure')
    const members = new Map(schema.structIterator())
    for (const [key, item] of Object.entries(raw)) {
      const member = members.get(key)
      if (member === undefined) throw unknownMember(`${path}${path && '.'}${key}`)
      refuseUnknown(item, member, `${path}${path && '.'}${key}`)
    }
  } else if (schema.isStringSchema() && typeof raw !== 'string') throw serialization(path, 'a string')
  else if (schema.isBooleanSchema() && typeof raw !== 'boolean') throw serialization(path, 'a boolean')
  else if (schema.isNumericSchema() && typeof raw !== 'number') throw serialization(path, 'a number')
}

/** A member that is null is one that is left out; an item of a list or a map cannot be. */
function refuseItem(item: unknown, schema: NormalizedSchema, path: string): void {
  if (item === null || item === undefined) throw serialization(path, 'a value')
  refuseUnknown(item, schema.getValueSchema(), path)
}

function unknownMember(path: string): ApiFault {
  return new ApiFault('ValidationException', `The parameter ${path} is not recognized`)
}

function serialization(path: string, wanted: string): ApiFault {
  return new ApiFault('SerializationException', `${path === '' ? 'The body' : path} must be ${wanted}.`)
}

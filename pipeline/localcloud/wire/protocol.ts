// One request in, one answer out: which protocol it speaks, what it asks, and how its answer is written.

import { CborCodec } from '@smithy/core/cbor'
import { JsonCodec2, JsonShapeDeserializer2 } from '@smithy/core/protocols'
import type { NormalizedSchema } from '@smithy/core/schema'
import { ApiFault, unsupported } from './fault.ts'
import { decodeForm } from './form.ts'
import { type ActionSchema, type Service, serviceOfTarget } from './service.ts'
import { element, escapeXml, structureXml } from './xml.ts'

export interface WireRequest {
  readonly method: string
  /** Path without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export type Protocol = 'ec2Query' | 'awsQuery' | 'json-1.0' | 'json-1.1' | 'rpc-v2-cbor'

/** Where a request is addressed, known before its body is read as anything. */
export interface Address {
  readonly service: Service
  readonly protocol: Protocol
  readonly action: string
}

const jsonSettings = { timestampFormat: { useTrait: true, default: 7 }, jsonName: false } as const
const jsonCodec = new JsonCodec2(jsonSettings)
const cborCodec = new CborCodec()

/** Protocol and action of a request. `scoped` is the service of the signature's scope, undefined when it was not signed. */
export function addressOf(request: WireRequest, scoped: Service | undefined): Address {
  const target = request.headers['x-amz-target']
  if (target !== undefined) return targeted(target, request.headers['content-type'] ?? '')
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return rpcAddress(request.path)
  const action = formOf(request).get('Action')
  if (action === null || scoped === undefined) throw new ApiFault('MissingAction', 'The request names no action.')
  return { service: scoped, protocol: scoped.queryDialect, action }
}

function targeted(target: string, contentType: string): Address {
  const [prefix, action] = target.split('.', 2)
  const service = serviceOfTarget(prefix ?? '')
  if (service === undefined || action === undefined) throw unsupported(`the target ${target}`)
  return { service, protocol: contentType.includes('json-1.0') ? 'json-1.0' : 'json-1.1', action }
}

function rpcAddress(path: string): Address {
  const [, target, action] = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(path) ?? []
  const service = serviceOfTarget(target ?? '')
  if (service === undefined || action === undefined) throw unsupported(`the path ${path}`)
  return { service, protocol: 'rpc-v2-cbor', action }
}

/** The form of a query request: the body's, with what a GET carries in its query. */
export function formOf(request: WireRequest): URLSearchParams {
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'))
  for (const [key, value] of request.query) form.append(key, value)
  return form
}

/** The schema of the addressed action, refused by name when the service's model has none. */
export function schemaOf({ service, action }: Address): ActionSchema {
  const schema = service.action(action)
  if (schema !== undefined) return schema
  throw new ApiFault('InvalidAction', `The action ${action} is not valid for this web service.`)
}

/** The input object of a request; members the schema does not know are refused, never dropped. */
export async function decodeInput(request: WireRequest, address: Address): Promise<Record<string, unknown>> {
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
  }
}

function decodeJson(body: Uint8Array, input: NormalizedSchema): Record<string, unknown> {
  const text = Buffer.from(body).toString('utf8')
  let raw: unknown
  try {
    raw = JSON.parse(text === '' ? '{}' : text)
  } catch {
    throw new ApiFault('SerializationException', 'The body is not JSON.')
  }
  if (input.isUnitSchema()) return {}
  refuseUnknown(raw, input, '')
  return new JsonShapeDeserializer2(jsonSettings).readObject(input, raw as Parameters<JsonShapeDeserializer2['readObject']>[1])
}

function decodeCbor(body: Uint8Array, input: NormalizedSchema): Record<string, unknown> {
  if (input.isUnitSchema() || body.byteLength === 0) return {}
  try {
    return cborCodec.createDeserializer().read(input, body)
  } catch (cause) {
    throw new ApiFault('SerializationException', `The body is not CBOR: ${(cause as Error).message}`)
  }
}

/** The SDK's own reader drops members it does not know; a request that has some asks for what is not there. */
function refuseUnknown(raw: unknown, schema: NormalizedSchema, path: string): void {
  if (raw === null || raw === undefined) return
  if (schema.isListSchema()) {
    if (!Array.isArray(raw)) throw serialization(path, 'a list')
    for (const item of raw) refuseUnknown(item, schema.getValueSchema(), path)
  } else if (schema.isMapSchema()) {
    if (typeof raw !== 'object') throw serialization(path, 'a map')
    for (const [key, item] of Object.entries(raw)) refuseUnknown(item, schema.getValueSchema(), `${path}.${key}`)
  } else if (schema.isStructSchema()) {
    if (typeof raw !== 'object' || Array.isArray(raw)) throw serialization(path, 'a structure')
    const members = new Map(schema.structIterator())
    for (const [key, item] of Object.entries(raw)) {
      const member = members.get(key)
      if (member === undefined)
        throw new ApiFault('ValidationException', `The parameter ${path}${path && '.'}${key} is not recognized`)
      refuseUnknown(item, member, `${path}${path && '.'}${key}`)
    }
  } else if (schema.isStringSchema() && typeof raw !== 'string') throw serialization(path, 'a string')
  else if (schema.isBooleanSchema() && typeof raw !== 'boolean') throw serialization(path, 'a boolean')
  else if (schema.isNumericSchema() && typeof raw !== 'number') throw serialization(path, 'a number')
}

function serialization(path: string, wanted: string): ApiFault {
  return new ApiFault('SerializationException', `${path === '' ? 'The body' : path} must be ${wanted}.`)
}

/** The answer of an action that went well. */
export function encodeOutput(address: Address, output: object, requestId: string): WireResponse {
  const schema = schemaOf(address).output
  const { service, protocol, action } = address
  switch (protocol) {
    case 'ec2Query': {
      const members = schema.isUnitSchema() ? element('return', 'true') : structureXml(schema, output)
      return xmlResponse(200, requestId, document(`${action}Response`, service, element('requestId', requestId) + members))
    }
    case 'awsQuery': {
      const result = schema.isUnitSchema() ? '' : element(`${action}Result`, structureXml(schema, output))
      const metadata = element('ResponseMetadata', element('RequestId', requestId))
      return xmlResponse(200, requestId, document(`${action}Response`, service, result + metadata))
    }
    case 'json-1.0':
    case 'json-1.1': {
      const serializer = jsonCodec.createSerializer()
      if (!schema.isUnitSchema()) serializer.write(schema, output)
      const body = schema.isUnitSchema() ? '{}' : (serializer.flush() as Uint8Array)
      return { status: 200, headers: jsonHeaders(protocol, requestId), body }
    }
    case 'rpc-v2-cbor': {
      const serializer = cborCodec.createSerializer()
      serializer.write(schema.isUnitSchema() ? documentSchema : schema, schema.isUnitSchema() ? {} : output)
      return { status: 200, headers: cborHeaders(requestId), body: serializer.flush() as Uint8Array }
    }
  }
}

/** The smithy sentinel of a document: any value. */
const documentSchema = 15

/** The answer of a refusal. Without an address (nothing could be read of the request) it is EC2's shape. */
export function encodeFault(
  address: Pick<Address, 'service' | 'protocol'> | undefined,
  fault: ApiFault,
  requestId: string,
): WireResponse {
  const side = fault.status >= 500 ? 'Receiver' : 'Sender'
  const detail = element('Code', escapeXml(fault.code)) + element('Message', escapeXml(fault.message))
  switch (address?.protocol) {
    case undefined:
    case 'ec2Query': {
      const body = element('Response', element('Errors', element('Error', detail)) + element('RequestID', requestId))
      return xmlResponse(fault.status, requestId, xmlProlog + body)
    }
    case 'awsQuery': {
      const inner = element('Error', element('Type', side) + detail) + element('RequestId', requestId)
      return xmlResponse(fault.status, requestId, document('ErrorResponse', address.service, inner))
    }
    case 'json-1.0':
    case 'json-1.1': {
      const { shape, headers } = compatible(address.service, fault, side)
      const body = JSON.stringify({ __type: shape, message: fault.message })
      return { status: fault.status, headers: { ...jsonHeaders(address.protocol, requestId), ...headers }, body }
    }
    case 'rpc-v2-cbor': {
      const { shape, headers } = compatible(address.service, fault, side)
      const serializer = cborCodec.createSerializer()
      serializer.write(documentSchema, { __type: shape, message: fault.message })
      return { status: fault.status, headers: { ...cborHeaders(requestId), ...headers }, body: serializer.flush() as Uint8Array }
    }
  }
}

/** Services that once spoke query keep its code in a header, and name the modelled shape in the body. */
function compatible(service: Service, fault: ApiFault, side: string) {
  const shape = service.errorShape(fault.code) ?? fault.code
  const headers = service.queryCompatible ? { 'x-amzn-query-error': `${fault.code};${side}` } : {}
  return { shape, headers }
}

const xmlProlog = '<?xml version="1.0" encoding="UTF-8"?>\n'

function document(name: string, service: Service, inner: string): string {
  return `${xmlProlog}<${name} xmlns="${service.xmlNamespace}">${inner}</${name}>`
}

function xmlResponse(status: number, requestId: string, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId }, body }
}

function jsonHeaders(protocol: 'json-1.0' | 'json-1.1', requestId: string): Record<string, string> {
  return { 'content-type': `application/x-amz-${protocol}`, 'x-amzn-requestid': requestId }
}

function cborHeaders(requestId: string): Record<string, string> {
  return { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId }
}

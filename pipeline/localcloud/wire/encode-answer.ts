// Writes what an action answers, or why it refuses, in the protocol it was asked in.

import type { NormalizedSchema } from '@smithy/core/schema'
import { cborCodec, documentSchema, jsonCodec } from './codec.ts'
import type { ApiFault } from './fault.ts'
import { whole } from './kept.ts'
import { type Address, schemaOf, type WireResponse } from './request.ts'
import type { Service } from './service.ts'
import { assembled, element, escapeXml, structureXml } from './xml.ts'

/** The answer of an action that went well. */
export function encodeOutput(address: Address, output: object, requestId: string): WireResponse {
  const { output: schema, http } = schemaOf(address)
  const { service, protocol, action } = address
  const parts: Buffer[] = []
  switch (protocol) {
    case 'ec2Query': {
      const members = schema.isUnitSchema() ? element('return', 'true') : structureXml(schema, output, parts)
      const text = document(`${action}Response`, service, element('requestId', requestId) + members)
      return xmlResponse(200, requestId, assembled(text, parts))
    }
    case 'awsQuery': {
      const result = schema.isUnitSchema() ? '' : element(`${action}Result`, structureXml(schema, output, parts))
      const metadata = element('ResponseMetadata', element('RequestId', requestId))
      return xmlResponse(200, requestId, assembled(document(`${action}Response`, service, result + metadata), parts))
    }
    case 'json-1.0':
    case 'json-1.1':
      return { status: 200, headers: jsonHeaders(protocol, requestId), body: jsonBody(schema, output) }
    // No answer of the services here is bound to anything but its body.
    case 'rest-json':
      return { status: http[2], headers: restHeaders(requestId), body: jsonBody(schema, output) }
    case 'rpc-v2-cbor': {
      const serializer = cborCodec.createSerializer()
      serializer.write(schema.isUnitSchema() ? documentSchema : schema, schema.isUnitSchema() ? {} : whole(output))
      return { status: 200, headers: cborHeaders(requestId), body: serializer.flush() as Uint8Array }
    }
  }
}

function jsonBody(schema: NormalizedSchema, output: object): string | Uint8Array {
  if (schema.isUnitSchema()) return '{}'
  const serializer = jsonCodec.createSerializer()
  serializer.write(schema, whole(output))
  return serializer.flush() as Uint8Array
}

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
    case 'rest-json': {
      const status = address.service.errorStatus(fault.code) ?? fault.status
      const headers = { ...restHeaders(requestId), 'x-amzn-errortype': fault.code }
      return { status, headers, body: JSON.stringify({ message: fault.message }) }
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
  if (!service.queryCompatible) return { shape: fault.code, headers: {} }
  return { shape: service.errorShape(fault.code) ?? fault.code, headers: { 'x-amzn-query-error': `${fault.code};${side}` } }
}

const xmlProlog = '<?xml version="1.0" encoding="UTF-8"?>\n'

function document(name: string, service: Service, inner: string): string {
  return `${xmlProlog}<${name} xmlns="${service.xmlNamespace ?? ''}">${inner}</${name}>`
}

function xmlResponse(status: number, requestId: string, body: string | Uint8Array): WireResponse {
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId }, body }
}

function jsonHeaders(protocol: 'json-1.0' | 'json-1.1', requestId: string): Record<string, string> {
  return { 'content-type': `application/x-amz-${protocol}`, 'x-amzn-requestid': requestId }
}

function restHeaders(requestId: string): Record<string, string> {
  return { 'content-type': 'application/json', 'x-amzn-requestid': requestId }
}

function cborHeaders(requestId: string): Record<string, string> {
  return { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId }
}

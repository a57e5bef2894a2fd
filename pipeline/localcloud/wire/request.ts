// One request: which protocol it speaks, which service and which action it is for.

import { assert } from '../../kernel/index.ts'
import { ApiFault, unsupported } from './fault.ts'
import { routeOf } from './route.ts'
import { type ActionSchema, type Service, serviceNamed, serviceOfTarget } from './service.ts'

export interface WireRequest {
  readonly method: string
  /** Path without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The address it came from, where that is known. */
  readonly sourceAddress?: string
}

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Never sent: the connection is reset instead. */
  readonly isLost?: boolean
}

export type Protocol = 'ec2Query' | 'awsQuery' | 'json-1.0' | 'json-1.1' | 'rpc-v2-cbor' | 'rest-json'

/** Where a request is addressed, known before its body is read as anything. */
export interface Address {
  readonly service: Service
  readonly protocol: Protocol
  readonly action: string
}

/** Protocol and action of a request. `scoped` is the service of the signature's scope, undefined when it was not signed. */
export function addressOf(request: WireRequest, scoped: Service | undefined): Address {
  const target = request.headers['x-amz-target']
  if (target !== undefined) return targeted(target, request.headers['content-type'] ?? '')
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return rpcAddress(request.path)
  if (scoped === undefined && formOf(request).get('Action') === unsigned) return unsignedAddress()
  if (scoped === undefined) throw new ApiFault('MissingAuthenticationToken', 'Request is missing Authentication Token')
  if (scoped.queryDialect === 'rest-json')
    return { service: scoped, protocol: 'rest-json', action: routeOf(request, scoped).action }
  const action = formOf(request).get('Action')
  if (action === null) throw new ApiFault('MissingAction', 'The request names no action.')
  return { service: scoped, protocol: scoped.queryDialect, action }
}

/** The one request that needs no key: the token in it says who asks [doc: AssumeRoleWithWebIdentity]. */
const unsigned = 'AssumeRoleWithWebIdentity'

export function needsNoKey({ service, action }: Address): boolean {
  return service.name === 'sts' && action === unsigned
}

function unsignedAddress(): Address {
  const service = serviceNamed('sts')
  assert(service !== undefined, 'this cloud has STS')
  return { service, protocol: service.queryDialect, action: unsigned }
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

/** The address is in it, and then the input. */
const forms = new WeakMap<WireRequest, URLSearchParams>()

/** The form of a query request: the body's, with what a GET carries in its query. */
export function formOf(request: WireRequest): URLSearchParams {
  const known = forms.get(request)
  if (known !== undefined) return known
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'))
  for (const [key, value] of request.query) form.append(key, value)
  forms.set(request, form)
  return form
}

/** The schema of the addressed action, refused by name when the service's model has none. */
export function schemaOf({ service, action }: Address): ActionSchema {
  const schema = service.action(action)
  if (schema !== undefined) return schema
  throw new ApiFault('InvalidAction', `The action ${action} is not valid for this web service.`)
}

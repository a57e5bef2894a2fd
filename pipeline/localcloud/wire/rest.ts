// Reads a restJson1 request: labels in the path, parameters in the query, headers, and the rest as a JSON body. [doc: smithy restJson1]

import { FromStringShapeDeserializer } from '@smithy/core/protocols'
import type { NormalizedSchema } from '@smithy/core/schema'
import { jsonSettings } from './codec.ts'
import { ApiFault } from './fault.ts'
import type { WireRequest } from './request.ts'
import { routeOf } from './route.ts'
import type { Service } from './service.ts'

/** Where a member stands in a request, when it is not the body. */
interface Binding {
  readonly httpLabel?: 1
  readonly httpQuery?: string
  readonly httpHeader?: string
}

export interface RestParts {
  /** Members that the path, the query and the headers carry, read. */
  readonly bound: Readonly<Record<string, unknown>>
  /** Names of the members that belong there, so that a body may not have them. */
  readonly names: ReadonlySet<string>
}

/** What a request carries beside its body; a query parameter the action does not have is refused. */
export function restParts(request: WireRequest, service: Service, input: NormalizedSchema): RestParts {
  const { labels } = routeOf(request, service)
  const bound: Record<string, unknown> = {}
  const names = new Set<string>()
  const inQuery = new Set<string>()
  for (const [name, member] of input.isUnitSchema() ? [] : input.structIterator()) {
    const { httpLabel, httpQuery, httpHeader } = member.getMergedTraits() as Binding
    if (!httpLabel && httpQuery === undefined && httpHeader === undefined) continue
    names.add(name)
    if (httpQuery !== undefined) inQuery.add(httpQuery)
    const written = httpLabel ? labels[name] : httpHeader === undefined ? undefined : request.headers[httpHeader.toLowerCase()]
    const values = httpQuery === undefined ? [written ?? []].flat() : request.query.getAll(httpQuery)
    if (values.length > 0) bound[name] = boundValue(member, name, values)
  }
  for (const key of request.query.keys())
    if (!inQuery.has(key)) throw new ApiFault('ValidationException', `The parameter ${key} is not recognized`)
  return { bound, names }
}

const reader = new FromStringShapeDeserializer({ ...jsonSettings, httpBindings: true })

/** A list is written as one parameter for each item. */
function boundValue(member: NormalizedSchema, name: string, values: readonly string[]): unknown {
  if (member.isListSchema()) return values.map((value) => single(member.getValueSchema(), name, value))
  return single(member, name, values[0] ?? '')
}

function single(schema: NormalizedSchema, name: string, text: string): unknown {
  if (schema.isBooleanSchema() && text !== 'true' && text !== 'false') throw invalid(name, 'a boolean')
  if (schema.isNumericSchema() && !/^-?\d+(\.\d+)?$/.test(text)) throw invalid(name, 'a number')
  return reader.read(schema, text)
}

function invalid(name: string, wanted: string): ApiFault {
  return new ApiFault('SerializationException', `${name} must be ${wanted}.`)
}

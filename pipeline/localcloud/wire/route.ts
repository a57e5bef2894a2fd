// Which action a REST request is for: by its method and its path, as the service's model has them.

import { ApiFault, unsupported } from './fault.ts'
import type { ActionSchema, Service } from './service.ts'

export interface Route {
  readonly action: string
  /** What stands in the path for each label. */
  readonly labels: Readonly<Record<string, string>>
}

/** The action whose path this is. A name in the path goes before a label: of two that fit, the one with fewer labels. */
export function routeOf(request: { readonly method: string; readonly path: string }, service: Service): Route {
  const segments = segmentsOf(request.path)
  const fitting = service
    .actions()
    .filter(({ http: [method] }) => method === request.method)
    .flatMap((action) => fitted(action, segments) ?? [])
  const [route] = fitting.sort((a, b) => Object.keys(a.labels).length - Object.keys(b.labels).length)
  if (route === undefined) throw unsupported(`${request.method} ${request.path} of ${service.name}`)
  return route
}

function fitted({ name, http: [, path] }: ActionSchema, segments: readonly string[]): Route | undefined {
  const pattern = segmentsOf(path)
  if (pattern.length !== segments.length) return undefined
  const labels: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined
    } else if (segment === '') return undefined
    else labels[part.slice(1, -1)] = decoded(segment)
  }
  return { action: name, labels }
}

function segmentsOf(path: string): readonly string[] {
  return path.replace(/^\//, '').split('/')
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new ApiFault('SerializationException', `The path segment ${segment} is not encoded as a path is.`)
  }
}

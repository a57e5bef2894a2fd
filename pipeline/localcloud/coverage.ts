// Which actions and parameters this cloud has, and which it refuses by name: read off the operations and the SDK's own schemas.

import { assert } from '../kernel/index.ts'
import { operations } from './operations/index.ts'
import { type ServiceName, serviceNamed } from './wire/service.ts'

export interface ActionCoverage {
  readonly service: string
  readonly action: string
  /** Parameters that are handled; one of which only parts are is named by those, `NetworkInterfaces.SubnetId`. */
  readonly handled: readonly string[]
  /** The filters that are handled; EC2's others are refused by name. */
  readonly filters: readonly string[]
  /** Parameters that are refused by name, as `UnsupportedOperation`. */
  readonly refused: readonly string[]
}

/** Every action there is, by service and name. `DryRun` is EC2's on all of its actions, and handled for all of them. */
export function coverage(): readonly ActionCoverage[] {
  return Object.entries(operations).flatMap(([service, actions]) =>
    Object.entries(actions).map(([action, { handles, filters = {} }]) => {
      const parameters = parametersOf(service as ServiceName, action)
      const handled: readonly string[] = handles
      const isHandled = (name: string): boolean => handled.some((path) => path === name || path.startsWith(`${name}.`))
      const refused = parameters.filter((name) => name !== 'DryRun' && !isHandled(name))
      return { service, action, handled, filters: Object.keys(filters), refused }
    }),
  )
}

function parametersOf(service: ServiceName, action: string): readonly string[] {
  const schema = serviceNamed(service)?.action(action)?.input
  assert(schema !== undefined, `${service} has ${action}`)
  return schema.isUnitSchema() ? [] : [...schema.structIterator()].map(([name]) => name)
}

/** The list of actions in the docs, by service. */
export function actionsTable(): string {
  const rows = Object.entries(operations).map(([service, actions]) => `| ${service} | ${Object.keys(actions).join(', ')} |\n`)
  return `| service | actions |\n|---|---|\n${rows.join('')}`
}

/** The page in the docs, whole. */
export function coveragePage(): string {
  const actions = coverage()
  const count = `${actions.length} actions of ${Object.keys(operations).length} services`
  return `# What the local cloud covers

Made by \`npx tsx scripts/coverage.ts\` from the table in \`pipeline/localcloud/operations/index.ts\` and the SDK's own schemas: ${count}.
An action that is not here is refused by name, and so is each parameter in the last column (\`UnsupportedOperation\`). Where only parts
of a parameter are named, its other parts are refused. Behind "Filters" stand its names, beside which EC2 has "tag:KEY" and "tag-key" for what is
tagged: another that EC2 has is refused so, too.

${tables(actions)}`
}

function tables(actions: readonly ActionCoverage[]): string {
  const services = [...new Set(actions.map(({ service }) => service))]
  return services
    .map((service) => {
      const rows = actions
        .filter((one) => one.service === service)
        .map(({ action, handled, filters, refused }) => {
          const named = handled.map((name) =>
            name === 'Filters' && filters.length > 0 ? `${name} (${filters.join(', ')})` : name,
          )
          return `| ${action} | ${named.join(', ')} | ${refused.join(', ')} |\n`
        })
      return `## ${service}\n\n| action | parameters handled | parameters refused |\n|---|---|---|\n${rows.join('')}`
    })
    .join('\n')
}

// Whether every package of the image is there for a reason, and which.

import { type Declared, declaredByHardening, type Inventory, readInventory } from '../../hardening/index.ts'
import type { Family } from '../config/index.ts'
import type { Files } from '../ports/index.ts'

export interface Traced {
  readonly inventory: Inventory | undefined
  /** One sentence each; empty when everything is accounted for. */
  readonly reasons: readonly string[]
}

interface TraceRequest {
  readonly bakeDirectory: string
  readonly machineDirectory: string
  readonly profileFile: string
  readonly contentDirectory: string
  readonly nowMs: number
}

/** What drover's own scripts need on every machine, as the bake installs it. */
const ownPackages: Declared = { reason: 'drover', packages: ['ca-certificates', 'curl', 'jq'] }
const longestList = 10

export async function tracePackagesOf(files: Files, family: Family, request: TraceRequest): Promise<Traced> {
  const declared = [
    ...family.agents.map(({ name, packages }) => ({ reason: `agent ${name}`, packages: packages.map((one) => one.name) })),
    ...(await declaredByHardening(files, request)),
    ownPackages,
  ]
  const read = await readInventory(files, { ...request, declared })
  if (!read.ok) return { inventory: undefined, reasons: [`${read.message.slice(0, 1).toUpperCase()}${read.message.slice(1)}.`] }
  const names = read.untraced.map(({ name }) => name)
  if (names.length === 0) return { inventory: read.inventory, reasons: [] }
  const rest = names.length > longestList ? ` and ${names.length - longestList} more` : ''
  const reason = `Nothing accounts for ${names.slice(0, longestList).join(', ')}${rest}: declare ${names.length === 1 ? 'it' : 'them'} with the agent, control or provisioner that needs ${names.length === 1 ? 'it' : 'them'}, or keep ${names.length === 1 ? 'it' : 'them'} out.`
  return { inventory: read.inventory, reasons: [reason] }
}

// Whether every package of the image is there for a reason, and which.

import { declaredByHardening, type Inventory, type Profile, readInventory } from '../../hardening/index.ts'
import { type Family, ownPackagesOf } from '../config/index.ts'
import { listed } from '../kernel/index.ts'
import type { Files } from '../ports/index.ts'
import { sentence } from './sentence.ts'

export interface Traced {
  readonly inventory: Inventory | undefined
  /** One sentence each; empty when everything is accounted for. */
  readonly reasons: readonly string[]
}

interface TraceRequest {
  readonly bakeDirectory: string
  readonly machineDirectory: string
  readonly profile: Profile
}

const longestList = 10

export async function tracePackagesOf(files: Files, family: Family, request: TraceRequest): Promise<Traced> {
  const declared = [
    ...family.agents.map(({ name, packages }) => ({ reason: `agent ${name}`, packages: packages.map((one) => one.name) })),
    ...(await declaredByHardening(files, request.profile)),
    { reason: 'drover', packages: ownPackagesOf(family) },
  ]
  const read = await readInventory(files, { ...request, declared })
  if (!read.ok) return { inventory: undefined, reasons: [sentence(read.message)] }
  const names = read.untraced.map(({ name }) => name)
  if (names.length === 0) return { inventory: read.inventory, reasons: [] }
  const it = names.length === 1 ? 'it' : 'them'
  const reason = `Nothing accounts for ${listed(names, longestList)}: declare ${it} with the agent, control or provisioner that needs ${it}, or keep ${it} out.`
  return { inventory: read.inventory, reasons: [reason] }
}

// What a proof is guessed to cost, and what it has cost so far. Pure.

import { machinesEach, type ProofPlan } from './plan.ts'

/**
 * USD, the dearest region of AWS's public price lists as they were known in 2025; nobody has looked them up since. A guess:
 * taxes, traffic and what an account has agreed are left out. Linux, on demand.
 */
export const priceDate = '2025'
const hourly: Readonly<Record<string, number>> = {
  't3.micro': 0.0168,
  't3.small': 0.0336,
  't3.medium': 0.0672,
  't3.large': 0.1344,
  'm5.large': 0.153,
  'm6i.large': 0.153,
}
const addressHourly = 0.005
const diskGbMonth = 0.19
const snapshotGbMonth = 0.068

export const pricedTypes: readonly string[] = Object.keys(hourly)

const hoursOfMonth = 730
const hourMs = 3_600_000
const minuteMs = 60_000

/** Of the root disk: Debian's, and that of EKS's images. An image may have more. */
function diskGbOf({ baked }: ProofPlan): number {
  return baked?.isNode ? 20 : 8
}

export interface CostEstimate {
  readonly hours: number
  readonly machineHours: number
  readonly gbMonths: number
  readonly usd: number
}

/** By type of machine. */
export type MachineHours = Readonly<Record<string, number>>

/** A roll of two machines with its checkpoint and bake time takes a quarter of an hour; beside it, start, copy and teardown. */
const rollMs = 15 * minuteMs
const aroundMs = 30 * minuteMs
/** One machine that the image is made on, then two of it that are looked into, and of a node one of its base. */
const bakeMs = 45 * minuteMs
const verifyMs = 45 * minuteMs

/** Three groups for the whole time, each twice as large while it is rolled, and the machines that make and try the image. */
export function estimateOf(plan: ProofPlan): CostEstimate {
  const { soakMs, instanceType, baked } = plan
  const totalMs = aroundMs + 3 * (rollMs + soakMs) + (baked === undefined ? 0 : bakeMs + verifyMs)
  const groupHours = (3 * machinesEach * (totalMs + rollMs)) / hourMs
  const hours = sumOf([
    [instanceType, groupHours],
    baked === undefined
      ? [instanceType, (10 * minuteMs) / hourMs]
      : [baked.instanceType, (bakeMs + (baked.isNode ? 3 : 2) * verifyMs) / hourMs],
  ])
  const machineHours = hoursIn(hours)
  const totalHours = totalMs / hourMs
  const gbMonths = (diskGbOf(plan) * (machineHours + totalHours)) / hoursOfMonth
  return { hours: totalHours, machineHours, gbMonths, usd: usdOf(hours, totalHours, plan) }
}

export function usdOf(machines: MachineHours, hours: number, plan: ProofPlan): number {
  const diskGb = diskGbOf(plan)
  const around = addressHourly + (diskGb * diskGbMonth) / hoursOfMonth
  const running = Object.entries(machines).map(([type, ran]) => ran * ((hourly[type] ?? Number.POSITIVE_INFINITY) + around))
  return running.reduce((sum, usd) => sum + usd, 0) + (hours * diskGb * snapshotGbMonth) / hoursOfMonth
}

export function hoursIn(machines: MachineHours): number {
  return Object.values(machines).reduce((sum, hours) => sum + hours, 0)
}

export interface RunningMachine {
  readonly id: string
  readonly type: string
}

/** By machine: its type, and when it was first and last seen. AWS charges at least a minute of each. */
export type MachinesSeen = ReadonlyMap<string, { readonly type: string; readonly firstAt: number; readonly lastAt: number }>

export function seenAgain(seen: MachinesSeen, running: readonly RunningMachine[], now: number): MachinesSeen {
  const entries = running.map(({ id, type }) => [id, { type, firstAt: seen.get(id)?.firstAt ?? now, lastAt: now }] as const)
  return new Map([...seen, ...entries])
}

/** A machine may have run for a whole look before it was first seen, and after it was last. */
export function machineHoursOf(seen: MachinesSeen, lookEveryMs: number): MachineHours {
  const spans = [...seen.values()].map(
    ({ type, firstAt, lastAt }) => [type, Math.max(minuteMs, lastAt - firstAt + 2 * lookEveryMs) / hourMs] as const,
  )
  return sumOf(spans)
}

/** With what ending takes: the machines that run now, for as long as a teardown lasts. */
export function withEnding(hours: MachineHours, running: readonly RunningMachine[]): MachineHours {
  return sumOf([...Object.entries(hours), ...running.map(({ type }) => [type, (10 * minuteMs) / hourMs] as const)])
}

function sumOf(parts: readonly (readonly [type: string, hours: number])[]): MachineHours {
  const sums = new Map<string, number>()
  for (const [type, hours] of parts) sums.set(type, (sums.get(type) ?? 0) + hours)
  return Object.fromEntries(sums)
}

// What a proof is guessed to cost, and what it has cost so far. Pure.

import { machinesEach } from './plan.ts'

/**
 * USD, the dearest region of AWS's public price lists as they were known in 2025; nobody has looked them up since. A guess:
 * taxes, traffic and what an account has agreed are left out. Linux, on demand.
 */
export const priceDate = '2025'
const hourly: Readonly<Record<string, number>> = { 't3.micro': 0.0168, 't3.small': 0.0336, 't3.medium': 0.0672 }
const addressHourly = 0.005
const diskGbMonth = 0.19
const snapshotGbMonth = 0.068

export const pricedTypes: readonly string[] = Object.keys(hourly)

const hoursOfMonth = 730
/** Of the root disk; an image may have more. */
const diskGb = 8
const hourMs = 3_600_000
const minuteMs = 60_000

export interface CostEstimate {
  readonly hours: number
  readonly machineHours: number
  readonly gbMonths: number
  readonly usd: number
}

/** A roll of two machines with its checkpoint and bake time takes a quarter of an hour; beside it, start, copy and teardown. */
const rollMs = 15 * minuteMs
const aroundMs = 30 * minuteMs

/** Three groups for the whole time, each twice as large while it is rolled, and one machine that tries the image. */
export function estimateOf(instanceType: string, soakMs: number): CostEstimate {
  const totalMs = aroundMs + 3 * (rollMs + soakMs)
  const machineHours = (3 * machinesEach * totalMs + 3 * machinesEach * rollMs + 10 * minuteMs) / hourMs
  const gbMonths = (diskGb * (machineHours + totalMs / hourMs)) / hoursOfMonth
  return { hours: totalMs / hourMs, machineHours, gbMonths, usd: usdOf({ machineHours, hours: totalMs / hourMs }, instanceType) }
}

export function usdOf(used: { readonly machineHours: number; readonly hours: number }, instanceType: string): number {
  const machine = (hourly[instanceType] ?? Number.POSITIVE_INFINITY) + addressHourly + (diskGb * diskGbMonth) / hoursOfMonth
  return used.machineHours * machine + (used.hours * diskGb * snapshotGbMonth) / hoursOfMonth
}

/** By machine: when it was first and last seen. AWS charges at least a minute of each. */
export type MachinesSeen = ReadonlyMap<string, { readonly firstAt: number; readonly lastAt: number }>

export function seenAgain(seen: MachinesSeen, running: readonly string[], now: number): MachinesSeen {
  const entries = running.map((id) => [id, { firstAt: seen.get(id)?.firstAt ?? now, lastAt: now }] as const)
  return new Map([...seen, ...entries])
}

/** A machine may have run for a whole look before it was first seen, and after it was last. */
export function machineHoursOf(seen: MachinesSeen, lookEveryMs: number): number {
  const spans = [...seen.values()].map(({ firstAt, lastAt }) => Math.max(minuteMs, lastAt - firstAt + 2 * lookEveryMs))
  return spans.reduce((sum, span) => sum + span, 0) / hourMs
}

/** What ending takes: the machines that run now, for as long as a teardown lasts. */
export function endingHours(running: number): number {
  return (running * 10 * minuteMs) / hourMs
}

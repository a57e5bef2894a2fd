// Draws from a seed what its world is and what will happen in it; the same seed gives the same plan.

import type { Policy, StagePolicy } from '../../../pipeline/release/index.ts'
import { hourMs, minuteMs } from '../../support/factories.ts'
import { createSeededRandom, type SeededRandom } from '../../support/seeded-random.ts'
import { type FaultRates, faultless } from '../faults.ts'
import { between, oneOf, several } from './draw.ts'
import { drawGates } from './draw-gates.ts'
import { drawMoves } from './draw-moves.ts'
import { type Company, drawCompany, regions } from './draw-policies.ts'
import { drawRetiring } from './draw-retiring.ts'
import type { Image, Plan, PlannedOrder, PlannedRelease, PlannedRunners, Weather } from './plan.ts'

/** `without`: the same company and releases, but nothing goes wrong on the way. */
export function drawPlan(seed: number, { without = false }: { readonly without?: boolean } = {}): Plan {
  const random = createSeededRandom(Math.imul(seed + 1, 0x9e3779b1))
  const company = drawCompany(random)
  const releases = drawReleases(random, company.policies.weekly)
  const runners = drawRunners(random)
  const lastOpened = Math.max(...releases.map(({ afterMs }) => afterMs))
  const drawn = {
    seed,
    ...company,
    releases,
    runners,
    wire: drawWire(random),
    death: oneOf(random, [0, 0.002, 0.01, 0.03]),
    denial: 0.15,
    weather: drawWeather(random, company, lastOpened),
    calmAfterMs: lastOpened + between(random, 2, 48) * hourMs,
  }
  const ordered = drawOrders(random, drawn)
  const { renewals, ...moved } = drawMoves(random, drawn, lastOpened)
  const { groups, policies, hookFailure } = drawGates(random, moved)
  const orders = [...ordered, ...renewals, ...drawRetiring(random, { releases, policies })]
  const lastOrdered = Math.max(0, ...orders.map(lastOf))
  const calmAfterMs = Math.max(drawn.calmAfterMs, lastOrdered + hourMs)
  const plan: Plan = { ...drawn, groups, policies, hookFailure, orders, calmAfterMs }
  return without ? { ...plan, wire: faultless, death: 0, weather: [], orders: [], hookFailure: 0 } : plan
}

function lastOf(order: PlannedOrder): number {
  if (order.kind === 'hold') return order.untilMs
  return order.kind === 'retire' ? order.fromMs + order.times * order.everyMs : order.fromMs
}

/** Drawn last, so that a seed's company and releases are what they were before there were orders. */
function drawOrders(random: SeededRandom, { releases, policies }: Pick<Plan, 'releases' | 'policies'>): readonly PlannedOrder[] {
  const soakMs = policies.weekly.stages.reduce((sum, { soak }) => sum + soak.durationMs, 0)
  const last = releases[releases.length - 1]?.afterMs ?? 0
  return several(oneOf(random, [0, 0, 0, 1, 1, 2]), (): PlannedOrder => {
    const fromMs = (random.chance(0.5) ? last : 0) + between(random, 1, soakMs / minuteMs + 120) * minuteMs
    const { name } = oneOf(random, policies.weekly.stages as readonly [StagePolicy, ...StagePolicy[]])
    const stage = random.chance(0.6) ? { stage: name } : {}
    return oneOf<PlannedOrder>(random, [
      { kind: 'hold', ...stage, fromMs, untilMs: fromMs + between(random, 5, 300) * minuteMs },
      { kind: 'undo', ...stage, fromMs },
      { kind: 'revoke', release: random.below(releases.length), fromMs },
    ])
  })
}

function drawReleases(random: SeededRandom, weekly: Policy): readonly [PlannedRelease, ...PlannedRelease[]] {
  const soakMs = weekly.stages.reduce((sum, { soak }) => sum + soak.durationMs, 0)
  const first: PlannedRelease = { lane: 'weekly', afterMs: 0, image: drawImage(random), fixes: [] }
  const kind = oneOf(random, ['alone', 'alone', 'emergency', 'emergency mid-roll', 'again'])
  // The first roll begins some minutes after the opening; an emergency then meets machines that are still starting.
  const meetsMs = kind === 'emergency mid-roll' ? between(random, 2, 12) * minuteMs : between(random, 0, soakMs + hourMs)
  const fixes = random.chance(0.5) ? ['CVE-2026-0001'] : []
  if (kind === 'alone') return [first]
  if (kind === 'again')
    return [first, { lane: 'weekly', afterMs: soakMs + between(random, 1, 30) * hourMs, image: drawImage(random), fixes: [] }]
  return [first, { lane: 'emergency', afterMs: meetsMs, image: drawImage(random), fixes }]
}

function drawImage(random: SeededRandom): Image {
  if (random.chance(0.78)) return 'sound'
  return oneOf<Image>(random, ['unverified', 'failing', 'failing', 'silent', 'unbootable', 'dying'])
}

function drawRunners(random: SeededRandom): PlannedRunners {
  const watch = random.chance(0.5)
  return {
    count: oneOf(random, [1, 2]),
    watch,
    everyMs: watch ? oneOf(random, [minuteMs, 10 * minuteMs, hourMs]) : oneOf(random, [10 * minuteMs, hourMs]),
    keepName: random.chance(0.7),
  }
}

function drawWire(random: SeededRandom): FaultRates {
  const rate = () => oneOf(random, [0, 0, 0.01, 0.05])
  return { throttled: rate(), reset: rate(), broken: rate(), lost: rate() }
}

function drawWeather(random: SeededRandom, { groups }: Company, lastOpenedMs: number): readonly Weather[] {
  return several(oneOf(random, [0, 0, 1, 2, 3]), () => {
    const fromMs = random.chance(0.6) ? between(random, 0, 20) * minuteMs : between(random, 0, lastOpenedMs + hourMs)
    const window = { fromMs, untilMs: fromMs + between(random, 2, 120) * minuteMs }
    const group = groups[random.below(groups.length)] ?? { name: '', account: '', region: '', machines: 0 }
    return oneOf<Weather>(random, [
      { ...window, kind: 'no-capacity', zone: `${oneOf(random, regions)}${oneOf(random, ['a', 'b', 'c'])}` },
      { ...window, kind: 'vcpu-quota', account: group.account, limit: 2 * group.machines },
      { ...window, kind: 'machines', group: group.name, how: 'dies', times: between(random, 1, 2) },
      { ...window, kind: 'machines', group: group.name, how: 'falls-ill', times: 1 },
      { ...window, kind: 'alarm', name: oneOf(random, ['roll-alarm', 'soak-alarm']) },
    ])
  })
}

// Draws what stands before and around a company's rolls: calendars, hooks, instance-hours; and which of its groups are arm64.

import type { BakingLane, CalendarPolicy, Policy, StagePolicy } from '../../../pipeline/release/index.ts'
import { minuteMs } from '../../support/factories.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import { between, oneOf } from './draw.ts'
import type { Company } from './draw-policies.ts'
import { architectureOf, architecturesOf, type PlannedGroup } from './plan.ts'

export interface Gated extends Company {
  /** Chance that a hook fails. */
  readonly hookFailure: number
}

/** Each in a few companies only; drawn behind all else. */
export function drawGates(random: SeededRandom, company: Company): Gated {
  const built = random.chance(0.1) ? drawArchitectures(random, company) : company
  const timed = random.chance(0.08) ? drawCalendars(random, built) : built
  const counted = random.chance(0.08) ? drawInstanceHours(random, timed) : timed
  if (!random.chance(0.1)) return { ...counted, hookFailure: 0 }
  const hooks = new Map(
    counted.policies.weekly.stages.map(({ name }) => [name, random.chance(0.6) ? drawHooks(random) : undefined]),
  )
  const hooked = eachStage(counted, (stage) => {
    const own = hooks.get(stage.name)
    return own === undefined ? stage : { ...stage, hooks: own }
  })
  return { ...hooked, hookFailure: oneOf(random, [0, 0.05, 0.2]) }
}

/** A parameter has one value for all that it serves, and a cluster's nodes are made without a type of their own: those stay as they are. */
function drawArchitectures(random: SeededRandom, company: Company): Company {
  const mayBe = ({ kind, parameter }: PlannedGroup) => (kind === undefined || kind === 'hooked') && parameter === undefined
  const groups = company.groups.map((group): PlannedGroup => {
    return mayBe(group) && random.chance(0.5) ? { ...group, architecture: 'arm64' } : group
  })
  if (architecturesOf({ groups }).length === 1) return { ...company, groups }
  const architectures = new Map(groups.map((group) => [group.name, architectureOf(group)]))
  return eachStage({ ...company, groups }, ({ waves, ...stage }) => {
    const named = waves.map((wave) => {
      return {
        ...wave,
        groups: wave.groups.map((target) => ({ ...target, architecture: architectures.get(target.name) ?? 'x86_64' })),
      }
    })
    return { ...stage, waves: named }
  })
}

/** The simulation begins on a Sunday in the morning. */
function drawCalendars(random: SeededRandom, company: Company): Company {
  const calendars = new Map(
    company.policies.weekly.stages.map(({ name }) => [name, random.chance(0.6) ? drawCalendar(random) : undefined]),
  )
  return eachStage(company, (stage, lane) => {
    const calendar = calendars.get(stage.name)
    return calendar === undefined ? stage : { ...stage, calendar: { ...calendar, overridden: lane === 'emergency' } }
  })
}

function drawCalendar(random: SeededRandom): Omit<CalendarPolicy, 'overridden'> {
  const timeZone = oneOf(random, ['UTC', 'Europe/Berlin', 'Asia/Kolkata'])
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
  const [from, to] = oneOf<readonly [string, string]>(random, [
    ['00:00', '24:00'],
    ['06:30', '18:00'],
    ['20:00', '08:00'],
  ])
  const windows = random.chance(0.8) ? [{ days: days.filter(() => random.chance(0.8)), from, to, timeZone }] : []
  const frozen = `2026-11-${between(random, 22, 24)}`
  const freezes = random.chance(0.4) ? [{ from: frozen, to: frozen, timeZone, reason: 'the sale' }] : []
  return { windows: windows.filter((window) => window.days.length > 0), freezes }
}

function drawInstanceHours(random: SeededRandom, company: Company): Company {
  const hours = new Map(company.policies.weekly.stages.map(({ name }) => [name, oneOf(random, [0, 1, 4, 9])]))
  return eachStage(company, (stage, lane) => {
    const instanceHours = lane === 'weekly' ? (hours.get(stage.name) ?? 0) : 0
    return instanceHours === 0 ? stage : { ...stage, soak: { ...stage.soak, instanceHours } }
  })
}

function drawHooks(random: SeededRandom): NonNullable<StagePolicy['hooks']> {
  const hook = (name: string) => ({ kind: 'program', name, argv: [`/acme/${name}`], timeoutMs: minuteMs }) as const
  return {
    before: random.chance(0.8) ? [hook('silence')] : [],
    after: random.chance(0.8) ? [hook('speak'), ...(random.chance(0.3) ? [hook('count')] : [])] : [],
  }
}

function eachStage(company: Company, change: (stage: StagePolicy, lane: BakingLane) => StagePolicy): Company {
  const policy = (lane: BakingLane): Policy => {
    const own = company.policies[lane]
    return { ...own, stages: own.stages.map((stage) => change(stage, lane)) }
  }
  return { ...company, policies: { weekly: policy('weekly'), emergency: policy('emergency') } }
}

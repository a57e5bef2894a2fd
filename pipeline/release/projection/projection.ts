// When a release will be in production, step by step, and which steps decide that. Pure.

import { assert } from '../../kernel/index.ts'
import type { Architecture } from '../../ports/index.ts'
import type { Policy } from '../policy.ts'
import type { Release } from '../release.ts'
import { type EstimateSource, type Estimates, estimatesFrom } from './estimates.ts'
import type { PlannedStep } from './planned-step.ts'
import { releaseSteps } from './release-steps.ts'

export interface Projection {
  readonly openedAt: number
  /** In the order they begin. */
  readonly steps: readonly ProjectedStep[]
  /** When it is in production; not before, where something in `unknown` is waited for. */
  readonly end: number
  /** Steps that last as long as a person takes. */
  readonly unknown: readonly string[]
  /** When it has to be there; undefined in a lane without a limit. */
  readonly due: number | undefined
}

export interface ProjectedStep {
  readonly step: string
  /** Milliseconds since the epoch, on the clock that soaks are measured by; of what has ended, as it was. */
  readonly from: number
  readonly until: number
  readonly state: 'ended' | 'running' | 'ahead'
  readonly source: EstimateSource | 'ledger'
  readonly basis: string
  readonly after: readonly string[]
  readonly isUnknown: boolean
  /** A later end of it would make the release later. */
  readonly isCritical: boolean
}

export interface ProjectionInput {
  readonly policy: Policy
  readonly architectures: readonly Architecture[]
  readonly openedAt: number
  readonly now: number
  readonly estimates: Estimates
  readonly machines: ReadonlyMap<string, number>
  /** Undefined: it is not opened yet. */
  readonly release?: Release
}

/** @param releases the whole ledger's, in the order they were opened: those before this one are what it is judged by. */
export function inputFor(release: Release, releases: readonly Release[], now: number): ProjectionInput {
  const earlier = releases.slice(
    0,
    releases.findIndex(({ id }) => id === release.id),
  )
  return {
    policy: release.policy,
    architectures: release.bases.map(({ architecture }) => architecture),
    openedAt: release.openedAt.at,
    now,
    estimates: estimatesFrom(
      earlier.filter(({ family }) => family === release.family),
      release.lane,
    ),
    machines: release.machines,
    release,
  }
}

/** As it was to be seen when the release was opened. */
export function atOpening({ release: _, ...input }: ProjectionInput): ProjectionInput {
  return { ...input, now: input.openedAt }
}

export function project(input: ProjectionInput): Projection {
  const { policy, openedAt, now } = input
  const placed = new Map<string, ProjectedStep>()
  for (const planned of releaseSteps({ ...input, release: input.release })) {
    placed.set(planned.step, place(planned, placed, openedAt, now))
  }
  const critical = criticalPath(placed)
  // A window that is open takes no time, and says nothing.
  const steps = [...placed.values()]
    .filter(({ step, from, until }) => !step.startsWith('window of ') || until > from)
    .map((step) => ({ ...step, isCritical: critical.has(step.step) }))
    .sort((one, other) => one.from - other.from)
  return {
    openedAt,
    steps,
    end: endOf(placed),
    unknown: steps.filter(({ isUnknown }) => isUnknown).map(({ step }) => step),
    due: policy.withinMs === undefined ? undefined : openedAt + policy.withinMs,
  }
}

export function isLate({ end, due }: Projection): boolean {
  return due !== undefined && end > due
}

function place(planned: PlannedStep, placed: ReadonlyMap<string, ProjectedStep>, openedAt: number, now: number): ProjectedStep {
  const { step, after, source, basis, isUnknown, known } = planned
  const named = { step, after, basis, isUnknown, isCritical: false }
  if (known?.ended !== undefined) return { ...named, from: known.begun, until: known.ended, state: 'ended', source: 'ledger' }
  if (known) return { ...named, from: known.begun, until: Math.max(now, planned.ends(known.begun)), state: 'running', source }
  const ready = Math.max(openedAt, ...after.map((name) => stepNamed(placed, name).until))
  // A person has been waited for since then.
  if (isUnknown)
    return { ...named, from: ready, until: planned.ends(Math.max(now, ready)), state: now > ready ? 'running' : 'ahead', source }
  const from = Math.max(now, ready)
  return { ...named, from, until: planned.ends(from), state: 'ahead', source }
}

function endOf(placed: ReadonlyMap<string, ProjectedStep>): number {
  return Math.max(...[...placed.values()].map(({ until }) => until))
}

/** Back from what ends last, each time to what it had to wait for longest. */
function criticalPath(placed: ReadonlyMap<string, ProjectedStep>): ReadonlySet<string> {
  const path = new Set<string>()
  let current = latest([...placed.values()])
  while (current.length > 0) {
    for (const { step } of current) path.add(step)
    current = current.flatMap(({ after }) => latest(after.map((name) => stepNamed(placed, name))))
  }
  return path
}

/** Those that end last, which may be several. */
function latest(steps: readonly ProjectedStep[]): readonly ProjectedStep[] {
  const end = Math.max(...steps.map(({ until }) => until))
  return steps.filter(({ until }) => until === end)
}

function stepNamed(placed: ReadonlyMap<string, ProjectedStep>, name: string): ProjectedStep {
  const found = placed.get(name)
  assert(found, `${name} is waited for and stands nowhere before`)
  return found
}

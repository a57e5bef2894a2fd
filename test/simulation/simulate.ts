// One seed: its company, its people, its runners and its weather, watched from the first release to the end of the last.

import { type ActingPerformers, unsettledReleases } from '../../pipeline/conductor/index.ts'
import type { CloudState } from '../../pipeline/localcloud/index.ts'
import type { HttpProbe } from '../../pipeline/ports/index.ts'
import type { Performer } from '../../pipeline/release/index.ts'
import type { Proposal } from '../../pipeline/retire/index.ts'
import type { CallHook } from '../../pipeline/roll/index.ts'
import { hourMs, minuteMs, scanCounts, testStart } from '../support/factories.ts'
import { createMemoryLedger, type MemoryLedger } from '../support/memory-ledger.ts'
import { createSeededRandom, type SeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import type { CreateChecker } from './checkers/checker.ts'
import { checkers as everyChecker } from './checkers/index.ts'
import { imageOfGroup, openedOf, releaseOfImage } from './checkers/lineage.ts'
import { faultless, faultyWire } from './faults.ts'
import type { Ask } from './in-process-wire.ts'
import { drawPlan } from './plan/draw-plan.ts'
import type { Plan, PlannedRelease } from './plan/plan.ts'
import { createTrace, type Trace } from './trace.ts'
import { createWatch, type Watch } from './watch.ts'
import { bakeByCopy } from './world/bake-by-copy.ts'
import { lookAfterNodes } from './world/clusters.ts'
import { type Company, openCompany } from './world/company.ts'
import { giveOrders } from './world/orders.ts'
import { answer, openReleases } from './world/people.ts'
import { withProcessTime } from './world/process-time.ts'
import { createRunner, performersOver } from './world/runner.ts'
import { letWeatherCome } from './world/weather.ts'

export interface SimulationOptions {
  readonly plan: Plan
  readonly onLine?: (line: string) => void
  /** Default: every one there is. */
  readonly checkers?: Readonly<Record<string, CreateChecker>>
  /** Whether a runner dies there, whatever the plan's chance: `after StartInstanceRefresh`, `before it recorded roll.started`. */
  readonly kills?: (at: string) => boolean
  /** Puts something wrong in production's place, to show that it is found. */
  readonly sabotage?: Sabotage
}

export interface Sabotage {
  readonly performers?: (performers: ActingPerformers, world: SabotagedWorld) => ActingPerformers
  /** Policies that the releases are opened with, in place of those the plan's checkers hold them to. */
  readonly policies?: (policies: Plan['policies']) => Plan['policies']
  /** What becomes of images, in place of what was decided. */
  readonly proposals?: (proposals: readonly Proposal[]) => readonly Proposal[]
}

export interface SabotagedWorld {
  readonly company: Company
  readonly ledger: MemoryLedger
}

export interface Simulated {
  readonly seed: number
  /** What the checkers have found; empty when all went as it should. */
  readonly found: readonly string[]
  readonly digest: string
  /** The last lines of what happened. */
  readonly lines: readonly string[]
  readonly requests: number
  readonly kills: number
  /** How each release ended. */
  readonly endings: readonly string[]
  /** By group: the release whose image its next machine runs; undefined for what was there before. */
  readonly launches: Readonly<Record<string, string | undefined>>
}

const keptLines = 60

export async function simulate(seed: number, options: Partial<SimulationOptions> = {}): Promise<Simulated> {
  const clock = createVirtualClock({ startAt: testStart })
  return withProcessTime(clock.now, () => simulateOn(clock, { ...options, plan: options.plan ?? drawPlan(seed) }))
}

interface Simulation {
  readonly plan: Plan
  readonly options: SimulationOptions
  readonly clock: VirtualClock
  readonly random: SeededRandom
  readonly company: Company
  readonly ledger: MemoryLedger
  readonly trace: Trace
  readonly watch: Watch
  readonly beginsAt: number
  readonly counts: { requests: number; kills: number }
  isOver: boolean
}

async function simulateOn(clock: VirtualClock, options: SimulationOptions): Promise<Simulated> {
  const { plan } = options
  const random = createSeededRandom(plan.seed)
  const seen: { watch?: Watch; state?: CloudState } = {}
  const onState = (state: CloudState, now: number) => {
    seen.state = state
    seen.watch?.onState(state, now)
  }
  const company = await openCompany({ plan, clock, random, onState })
  const trace = createTrace({ now: clock.now, kept: keptLines, ...(options.onLine && { onLine: options.onLine }) })
  const ledger = createMemoryLedger()
  let onFound = () => {}
  const isFound = new Promise<void>((resolve) => {
    onFound = resolve
  })
  const watch = createWatch({
    plan,
    first: seen.state as CloudState,
    records: ledger.records,
    checkers: options.checkers ?? everyChecker,
    note: trace.note,
    onFound: () => onFound(),
  })
  seen.watch = watch
  const beginsAt = clock.now()
  const counts = { requests: 0, kills: 0 }
  const simulation: Simulation = { plan, options, clock, random, company, ledger, trace, watch, beginsAt, counts, isOver: false }
  ledger.onAppend = (moment) => {
    if (moment === 'after') onRecord(simulation)
  }
  try {
    await Promise.race([isFound, live(simulation)])
    if (watch.found.length === 0) await restAndEnd(simulation)
  } finally {
    simulation.isOver = true
    await company.local.close()
  }
  const { found } = watch
  const told = { digest: trace.digest(), lines: trace.lines(), endings: endingsOf(ledger), launches: launchesOf(simulation) }
  return { seed: plan.seed, found, ...counts, ...told }
}

function onRecord(simulation: Simulation): void {
  const { ledger, watch, trace, clock } = simulation
  const record = ledger.records.at(-1)
  if (record === undefined) return
  const { sequence, runner, release, event } = record
  trace.note(`${runner} recorded ${sequence} ${release} ${describeEvent(event)}`)
  watch.onRecord(record, clock.now())
  if (event.type !== 'approval.requested') return
  answer({ ...simulation, note: trace.note }, record).catch((error: unknown) => crashed(simulation, 'a person', error))
}

function describeEvent(event: object): string {
  const { policy: _policy, config: _config, ...rest } = event as Record<string, unknown>
  return JSON.stringify(rest).slice(0, 300)
}

/** Until nothing is left to do, or until it should long have been. */
async function live(simulation: Simulation): Promise<void> {
  const { plan, clock, company, ledger, random, trace, watch, beginsAt, options } = simulation
  const policies = options.sabotage?.policies?.(plan.policies) ?? plan.policies
  const people = openReleases({ plan: { ...plan, policies }, clock, ledger, random, note: trace.note })
  const cloud = company.cloudOver((ask) =>
    traced(
      simulation,
      'rita',
      faultyWire(ask, random, () => ratesOf(simulation)),
    ),
  )
  const performers = performersOver(cloud, { ...playedBy(simulation), ...ownPerformers(simulation, cloud) })
  const meddle = options.sabotage?.proposals
  const orders = giveOrders({ plan, clock, ledger, random, note: trace.note, cloud, performers, ...(meddle && { meddle }) })
  let hasEnded = false
  const clusters = lookAfterNodes({ plan, company, clock, note: trace.note, isOver: () => hasEnded || simulation.isOver })
  const script = Promise.all([people, orders, letWeatherCome(plan, company, clock, trace.note)])
  let isScriptOver = false
  const scripted = script.then(() => {
    isScriptOver = true
  })
  const isDone = () => isScriptOver && unsettled(simulation).length === 0
  const shifts = Array.from({ length: plan.runners.count }, (_, index) => keepShift(simulation, index, isDone))
  const latest = beginsAt + plan.calmAfterMs + longestMs(plan)
  const ended = await Promise.race([
    Promise.all([scripted, ...shifts]).then(() => true),
    clock.idleUntil(latest).then(() => false),
  ]).catch((error: unknown) => crashed(simulation, 'the script', error))
  hasEnded = true
  await clusters
  if (ended === false)
    watch.find('ends', `not over long after faults stopped: ${unsettled(simulation).join(', ') || 'the runners'}`)
}

function unsettled({ ledger, clock }: Simulation): readonly string[] {
  const observer = { runner: 'nobody', wallNow: clock.wallNow() }
  return unsettledReleases(ledger.records, observer, clock.now()).map(({ id }) => id)
}

/** A window that opens on a few days of the week only, and a freeze besides. */
const longestClosedMs = 8 * 24 * hourMs

/** A bound on what all releases of the plan may still take when nothing goes wrong any more. */
function longestMs({ policies, releases, runners, orders }: Plan): number {
  const one = ({ lane }: Pick<PlannedRelease, 'lane'>) =>
    policies[lane].stages.reduce((sum, { soak, waves, calendar }) => {
      const deadlines = waves.flatMap(({ groups }) => groups.map(({ roll }) => 2 * roll.deadlineMs + 2 * hourMs))
      const rolls = 2 * deadlines.reduce((all, deadline) => all + deadline, 0)
      const counted = 2 * (soak.instanceHours ?? 0) * hourMs
      return sum + soak.durationMs + counted + rolls + (calendar ? (2 + waves.length) * longestClosedMs : 0) + hourMs
    }, 0)
  // An undo takes no longer than what it undoes.
  const each = [...releases, ...orders.map(() => ({ lane: 'weekly' as const }))]
  return each.reduce((sum, release) => sum + one(release), 0) + 60 * runners.everyMs + 24 * hourMs
}

/** One runner after another, as long as there is something to do. */
async function keepShift(simulation: Simulation, index: number, isDone: () => boolean): Promise<void> {
  const { plan, clock, random, trace, counts } = simulation
  const { watch, keepName, everyMs } = plan.runners
  const person = ['ada', 'ben'][index] ?? 'cyd'
  for (let hired = 1; !simulation.isOver; hired++) {
    if (unsettled(simulation).length === 0) {
      if (isDone()) return
      await clock.pause(everyMs)
      continue
    }
    const name = keepName ? `${person}@example` : `${person}-${hired}`
    const runner = createRunner({
      ...simulation,
      name,
      watch,
      death: (at) => deathOf(simulation, at),
      cloudOver: (way, own) =>
        simulation.company.cloudOver(
          (ask) =>
            way(
              traced(
                simulation,
                name,
                faultyWire(ask, random, () => ratesOf(simulation)),
              ),
            ),
          own,
        ),
      performersOver: (cloud) => {
        const performers = performersOver(cloud, { ...playedBy(simulation), ...ownPerformers(simulation, cloud) })
        return simulation.options.sabotage?.performers?.(performers, simulation) ?? performers
      },
    })
    const end = await Promise.race([runner.work().then(() => undefined), runner.killed]).catch((error: unknown) =>
      crashed(simulation, name, error),
    )
    if (simulation.isOver) return
    if (end !== undefined) {
      counts.kills++
      trace.note(`${name} was killed ${end}`)
    }
    await clock.pause(everyMs)
  }
}

function deathOf(simulation: Simulation, at: string): number {
  const { plan, options, isOver } = simulation
  if (isOver || options.kills?.(at)) return 1
  return isCalm(simulation) ? 0 : plan.death
}

/** What is outside of drover and of AWS: the machines' web servers, and whoever is called before and after a roll. */
function playedBy({ company, clock, random, plan }: Simulation): { readonly probe: HttpProbe; readonly callHook: CallHook } {
  return {
    probe: company.probe,
    callHook: async () => {
      await clock.pause(20_000)
      return random.chance(plan.hookFailure) ? { ok: false, detail: 'exit code 1' } : { ok: true, detail: '' }
    },
  }
}

function ownPerformers(
  simulation: Simulation,
  cloud: Parameters<typeof bakeByCopy>[0],
): { bake: Performer<'bake'>; verify: Performer<'verify'> } {
  return {
    bake: bakeByCopy(cloud, (release, architecture) => {
      return simulation.company.bakedFrom[placeInPlan(simulation, release)]?.[architecture] ?? ''
    }),
    verify: async ({ release, clock, signal }) => {
      await clock.pause(2 * minuteMs, signal)
      const isRefused = simulation.plan.releases[placeInPlan(simulation, release.id)]?.image === 'unverified'
      const verdict = isRefused
        ? ({ verdict: 'refuse', reasons: ['not hard enough'] } as const)
        : ({ verdict: 'pass', reasons: [] } as const)
      return [{ type: 'verify.finished', ...verdict, counts: scanCounts(), evidence: [] }]
    },
  }
}

function placeInPlan({ ledger }: Simulation, release: string): number {
  return openedOf(ledger.records).indexOf(release)
}

function isCalm({ clock, beginsAt, plan }: Simulation): boolean {
  return clock.now() >= beginsAt + plan.calmAfterMs
}

function ratesOf(simulation: Simulation) {
  return isCalm(simulation) ? faultless : simulation.plan.wire
}

function traced({ trace, counts }: Simulation, name: string, ask: Ask): Ask {
  return async (request) => {
    counts.requests++
    try {
      const answer = await ask(request)
      trace.note(`${name} ${request.action} ${answer.status}`)
      return answer
    } catch (error) {
      trace.note(`${name} ${request.action} ${error instanceof Error ? error.message : error}`)
      throw error
    }
  }
}

function crashed({ watch }: Simulation, who: string, error: unknown): never | undefined {
  watch.find('no crash', `${who}: ${error instanceof Error ? error.stack : error}`)
  return undefined
}

/** Lets the cloud come to rest without faults, and looks at it for the last time. */
async function restAndEnd({ company: { local }, clock, watch, ledger }: Simulation): Promise<void> {
  await local.admin.call('set-faults', { faults: [] })
  for (let minutes = 0; minutes < 120; minutes += 5) {
    await local.catchUp()
    clock.advance(5 * minuteMs)
  }
  await local.catchUp()
  const verdict = await ledger.verify()
  if (!verdict.ok) watch.find('whole ledger', verdict.breach.message)
  watch.end()
}

function launchesOf({ plan, company }: Simulation): Simulated['launches'] {
  const state = company.state()
  return Object.fromEntries(plan.groups.map((group) => [group.name, releaseOfImage(state, imageOfGroup(state, group) ?? '')]))
}

function endingsOf({ records }: MemoryLedger): readonly string[] {
  return records.flatMap(({ event }) => (/^release\.(finished|failed|refused|superseded)$/.test(event.type) ? [event.type] : []))
}

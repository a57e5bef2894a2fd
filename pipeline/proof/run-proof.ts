// One proof in one account: looked at, made, walked from dev to production, and always torn down.

import { AssertionFailure, badArgument, ProblemError, thrownWords } from '../kernel/index.ts'
import type { Clock, CloudAt, Place, Tags } from '../ports/index.ts'
import type { Performer, PinnedBase, Policy } from '../release/index.ts'
import { estimateOf } from './cost.ts'
import { createMeter, money } from './meter.ts'
import { bakeByCopy, verifyByStarting } from './performers.ts'
import { alarmOf, groupNamesOf, machinesEach, type ProofPlan, policyOf, tagsOf } from './plan.ts'
import { planLines } from './plan-view.ts'
import { findBase, needPlace, needSandbox } from './preconditions.ts'
import { type Remover, tearDown } from './teardown.ts'

/** What a proof asks of the account that drover itself never makes; the AWS adapter's world builder fits it. */
export interface Builder {
  ensureGroup(
    place: Place,
    group: {
      readonly name: string
      readonly imageId: string
      readonly instanceType: string
      readonly minSize: number
      readonly maxSize: number
      readonly desiredCapacity: number
      readonly openPorts: readonly number[]
      readonly tags: Tags
    },
  ): Promise<void>
  putAlarm(place: Place, name: string): Promise<void>
}

/** Walks a release of that policy to its end, as drover does. */
export type Walk = (order: WalkOrder, signal: AbortSignal) => Promise<Walked>

export type Walked =
  | { readonly ok: true }
  /** `refused`: the gate's answer; nothing failed. */
  | { readonly ok: false; readonly why: string; readonly refused: boolean }

export interface WalkOrder {
  readonly family: string
  readonly policy: Policy
  readonly base: PinnedBase
  readonly bake: Performer<'bake'>
  readonly verify: Performer<'verify'>
}

/** A family's own bake and verification, in place of the copy. */
export interface Baking {
  readonly bake: Performer<'bake'>
  readonly verify: Performer<'verify'>
  /** The base of the family. Throws a ProblemError, with nothing made, when it can't be baked or verified there. */
  prepare(): Promise<PinnedBase>
}

export interface ProofWorld {
  readonly at: CloudAt
  /** The same place, for what makes the image and tries it, and for the meter, which sees those machines too. */
  readonly imageAt: CloudAt
  /** Of a plan that has a family baked. */
  readonly baking?: Baking
  readonly builder: Builder
  readonly remover: Remover
  readonly clock: Clock
  readonly walk: Walk
  say(line: string): void
}

export interface ProofRequest {
  readonly plan: ProofPlan
  readonly ceilingUsd: number
  /** What is copied and rolled out; default Debian's newest. */
  readonly image: string | undefined
  /** Only look, and say what would be made. */
  readonly dryRun: boolean
}

export interface ProofRun {
  readonly ending: 'planned' | 'walked' | 'failed' | 'refused' | 'ceiling' | 'interrupted'
  /** Absent when it was walked to the end. */
  readonly why?: string
  readonly used: { readonly machineHours: number; readonly usd: number }
  /** What could not be torn down. */
  readonly left: readonly string[]
}

/** Throws a ProblemError, with nothing made, when the account is another one, no sandbox, or the ceiling too low. */
export async function runProof(world: ProofWorld, request: ProofRequest, signal: AbortSignal): Promise<ProofRun> {
  const { at, clock, say } = world
  const { plan, ceilingUsd } = request
  const { id } = plan
  await needSandbox(at)
  await needPlace(at, plan)
  const base = world.baking === undefined ? await findBase(world.imageAt, request.image) : await world.baking.prepare()
  const estimate = estimateOf(plan)
  for (const line of planLines(plan, base, estimate, ceilingUsd)) say(line)
  if (estimate.usd > ceilingUsd) {
    throw badArgument(
      `the proof would cost about ${money(estimate.usd)}, more than the ceiling of ${money(ceilingUsd)}`,
      'raise the ceiling, or let the stages soak for less: --soak 1m',
    )
  }
  if (request.dryRun) return { ending: 'planned', used: { machineHours: 0, usd: 0 }, left: [] }

  const stop = new AbortController()
  const over = new AbortController()
  let ceiling: string | undefined
  const onCeiling = (why: string) => {
    ceiling = why
    stop.abort(new Error(why))
  }
  const meter = createMeter({ plan, at: world.imageAt, clock, ceilingUsd, onCeiling })
  const watching = meter.watch(over.signal)
  const ending = await endingOf(() => makeAndWalk(world, plan, base, AbortSignal.any([signal, stop.signal])))
  say(ending.bug === undefined ? `tearing down the proof ${id}` : `tearing down the proof ${id}, for drover has a bug`)
  const { left } = await tearDown(id, world)
  over.abort()
  await watching
  await meter.look()
  if (ending.bug !== undefined) throw ending.bug
  const common = { used: meter.used(), left }
  if (signal.aborted) return { ...common, ending: 'interrupted', why: 'it was interrupted' }
  if (ceiling !== undefined) return { ...common, ending: 'ceiling', why: ceiling }
  if (ending.why === undefined) return { ...common, ending: 'walked' }
  return { ...common, ending: ending.isRefused ? 'refused' : 'failed', why: ending.why }
}

interface Ending {
  readonly why?: string
  readonly isRefused?: boolean
  /** Ours, to be thrown once everything is gone. */
  readonly bug?: unknown
}

/** Nothing that is thrown may keep the teardown from being made. */
async function endingOf(work: () => Promise<Walked>): Promise<Ending> {
  try {
    const walked = await work()
    return walked.ok ? {} : { why: walked.why, isRefused: walked.refused }
  } catch (error) {
    if (error instanceof AssertionFailure || error instanceof TypeError) return { bug: error }
    return { why: thrownWords(error) }
  }
}

async function makeAndWalk(world: ProofWorld, plan: ProofPlan, base: PinnedBase, signal: AbortSignal): Promise<Walked> {
  const { builder, say } = world
  const { id, place, instanceType } = plan
  signal.throwIfAborted()
  await builder.putAlarm(place, alarmOf(id))
  for (const name of groupNamesOf(id)) {
    signal.throwIfAborted()
    say(`making ${name}: ${machinesEach} machines on ${base.imageId}`)
    await builder.ensureGroup(place, {
      name,
      imageId: base.imageId,
      instanceType,
      minSize: machinesEach,
      maxSize: 2 * machinesEach,
      desiredCapacity: machinesEach,
      openPorts: [],
      tags: tagsOf(id),
    })
  }
  await untilInService(world, id, signal)
  const { bake, verify } = world.baking ?? copying(world, plan, base)
  return world.walk({ family: plan.baked?.family ?? 'proof', policy: policyOf(plan), base, bake, verify }, signal)
}

function copying({ imageAt }: ProofWorld, { id, instanceType }: ProofPlan, base: PinnedBase): Omit<Baking, 'prepare'> {
  const copy = { id, at: imageAt, base }
  return { bake: bakeByCopy(copy), verify: verifyByStarting(copy, instanceType) }
}

const settleDeadlineMs = 20 * 60_000

async function untilInService({ at, clock }: ProofWorld, id: string, signal: AbortSignal): Promise<void> {
  for (const startedAt = clock.now(); ; ) {
    const groups = await at.describeGroups(groupNamesOf(id))
    const up = groups.ok
      ? groups.value.map(({ instances }) => instances.filter(({ lifecycle }) => lifecycle === 'InService').length)
      : []
    if (up.length === groupNamesOf(id).length && up.every((count) => count >= machinesEach)) return
    if (clock.now() - startedAt >= settleDeadlineMs) {
      const why = groups.ok ? `their machines in service: ${up.join(', ')}` : groups.message
      throw new ProblemError({
        code: 'refused',
        message: `the groups did not come up (${why})`,
        hint: 'the groups’ scaling activities say why',
      })
    }
    await clock.pause(15_000, signal)
  }
}

// Which of a policy's limits costs how much of the hour: each is lifted alone, and the time there is then compared. Pure.

import { formatDuration } from '../../kernel/index.ts'
import type { Policy, RollPolicy, StagePolicy } from '../policy.ts'
import type { Lever } from './lever.ts'
import { type ProjectedStep, type Projection, type ProjectionInput, project } from './projection.ts'

interface Change {
  readonly limit: string
  readonly policy: Policy
}

/** Those that buy anything, the most first. */
export function leversOf(input: ProjectionInput): readonly Lever[] {
  const { end } = project(input)
  return changesOf(input.policy)
    .map(({ limit, policy }) => ({ limit, buysMs: end - project({ ...input, policy }).end }))
    .filter(({ buysMs }) => buysMs > 0)
    .sort((one, other) => other.buysMs - one.buysMs)
}

/** What made it later than was seen when it was opened; where nothing did, what takes longest. */
export function causeOf(now: Projection, atOpening: Projection): ProjectedStep | undefined {
  const grown = ({ step, from, until }: ProjectedStep) => {
    const before = atOpening.steps.find((one) => one.step === step)
    return until - from - (before ? before.until - before.from : 0)
  }
  const critical = now.steps.filter(({ isCritical }) => isCritical)
  const most = greatest(critical, grown)
  return most && grown(most) > 0 ? most : greatest(critical, ({ from, until }) => until - from)
}

function greatest(steps: readonly ProjectedStep[], measure: (step: ProjectedStep) => number): ProjectedStep | undefined {
  return steps.reduce<ProjectedStep | undefined>((most, one) => (most && measure(most) >= measure(one) ? most : one), undefined)
}

function changesOf(policy: Policy): readonly Change[] {
  return [...policy.stages.flatMap((stage) => stageChanges(policy, stage)), ...rollChanges(policy)]
}

function stageChanges(policy: Policy, stage: StagePolicy): readonly Change[] {
  const { name, soak, calendar, waves } = stage
  const change = (limit: string, over: Partial<StagePolicy>): Change => {
    return { limit, policy: { ...policy, stages: policy.stages.map((one) => (one === stage ? { ...stage, ...over } : one)) } }
  }
  const { instanceHours, ...timed } = soak
  return [
    change(`the soak in ${name} (${formatDuration(soak.durationMs)})`, { soak: { ...soak, durationMs: 0 } }),
    change(`the ${instanceHours ?? 0} instance-hours of ${name}`, { soak: timed }),
    change(`the tests between in ${name} (every ${formatDuration(soak.testEveryMs)})`, { soak: { ...soak, testEveryMs: 0 } }),
    ...(calendar ? [change(`the windows and freezes of ${name}`, { calendar: { ...calendar, overridden: true } })] : []),
    change(`the waves of ${name}, one after the other`, {
      waves: [{ name: waves.map((wave) => wave.name).join('+'), groups: waves.flatMap(({ groups }) => groups) }],
    }),
  ]
}

function rollChanges(policy: Policy): readonly Change[] {
  const rolls = policy.stages.flatMap(({ waves }) => waves.flatMap(({ groups }) => groups.map(({ roll }) => roll)))
  const longest = (time: (roll: RollPolicy) => number) => formatDuration(Math.max(0, ...rolls.map(time)))
  const change = (limit: string, over: Partial<RollPolicy>): Change => ({ limit, policy: withRolls(policy, over) })
  const [first] = rolls
  return [
    change(`the warm-up (${longest(({ instanceWarmupMs }) => instanceWarmupMs)})`, { instanceWarmupMs: 0 }),
    change(
      `minHealthy ${first?.minHealthyPercentage}% and maxHealthy ${first?.maxHealthyPercentage}%, instead of 100% and 200%`,
      {
        minHealthyPercentage: 100,
        maxHealthyPercentage: 200,
      },
    ),
    change(`the delay at checkpoints (${longest(({ checkpointDelayMs }) => checkpointDelayMs)})`, {
      checkpointPercentages: [],
      checkpointDelayMs: 0,
    }),
  ]
}

function withRolls(policy: Policy, over: Partial<RollPolicy>): Policy {
  return {
    ...policy,
    stages: policy.stages.map((stage) => ({
      ...stage,
      waves: stage.waves.map((wave) => ({
        ...wave,
        groups: wave.groups.map((target) => ({ ...target, roll: { ...target.roll, ...over } })),
      })),
    })),
  }
}

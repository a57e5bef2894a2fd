// Draws a company: its stages and groups, and what a weekly and an emergency release must go through.

import type {
  BakingLane,
  GroupTarget,
  Policy,
  RollPolicy,
  SoakPolicy,
  StagePolicy,
  WavePolicy,
} from '../../../pipeline/release/index.ts'
import { aPolicy, aRollPolicy, aSoakPolicy, aStage, hourMs, httpTest, machineTest, minuteMs } from '../../support/factories.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import { between, oneOf, several } from './draw.ts'
import type { PlannedGroup } from './plan.ts'

export const regions = ['eu-central-1', 'eu-west-1'] as const
const stageNames = ['dev', 'staging', 'prod'] as const
const mostGroups = 6

export interface Company {
  readonly groups: readonly PlannedGroup[]
  readonly policies: Readonly<Record<BakingLane, Policy>>
}

export function drawCompany(random: SeededRandom): Company {
  const names = oneOf<readonly string[]>(random, [stageNames, stageNames.slice(1), stageNames.slice(2)])
  const [first, second] = regions
  const used = oneOf<readonly string[]>(random, [[first], [first, second], [second]])
  const groups = drawGroups(random, names, used)
  const rolls = new Map(groups.map((group) => [group, drawRoll(random, group.machines)]))
  const approved = names.filter(() => random.chance(0.25))
  const stages = (lane: BakingLane): readonly StagePolicy[] =>
    names.map((name) => {
      const own = groups.filter(({ stage }) => stage === name)
      return aStage(name, {
        approval: lane === 'weekly' && approved.includes(name) ? 'required' : 'none',
        soak: drawSoak(random, lane),
        waves: drawWaves(random, lane, own, rolls),
      })
    })
  const policy = (lane: BakingLane) => aPolicy({ lane, stages: stages(lane) })
  return { groups, policies: { weekly: policy('weekly'), emergency: policy('emergency') } }
}

function drawGroups(random: SeededRandom, stages: readonly string[], used: readonly string[]): readonly PlannedGroup[] {
  const drawn = stages.flatMap((stage) =>
    several(oneOf(random, [1, 1, 2]), (index): PlannedGroup => {
      const region = used[random.below(used.length)] ?? regions[0]
      const { account } = aStage(stage)
      const machines = oneOf(random, [1, 2, 2, 3, 3, 4, 6])
      return { stage, account, region, name: `${stage}-${index + 1}`, machines }
    }),
  )
  return drawn.slice(0, mostGroups)
}

/** Percentages that leave room to replace a machine, as the preflight demands, but for one company in thirty. */
function drawRoll(random: SeededRandom, machines: number): RollPolicy {
  const [minHealthyPercentage, maxHealthyPercentage] = drawHealthy(random, machines)
  return aRollPolicy({
    minHealthyPercentage,
    maxHealthyPercentage,
    instanceWarmupMs: oneOf(random, [0, 15_000, 30_000]),
    ...(random.chance(0.15) ? { checkpointPercentages: [50, 100], checkpointDelayMs: 2 * minuteMs } : {}),
    deadlineMs: oneOf(random, [hourMs / 2, hourMs, 2 * hourMs]),
    alarms: random.chance(0.2) ? ['roll-alarm'] : [],
  })
}

function drawHealthy(random: SeededRandom, machines: number): readonly [number, number] {
  const [min, max] = oneOf<readonly [number, number]>(random, [
    [100, 200],
    [100, 150],
    [100, 110],
    [90, 120],
    [50, 150],
    [50, 100],
    [66, 100],
  ])
  const hasRoom = max > 100 || Math.ceil((machines * min) / 100) < machines
  return hasRoom || random.chance(0.1) ? [min, max] : [100, 200]
}

function drawSoak(random: SeededRandom, lane: BakingLane): SoakPolicy {
  const durationMs = lane === 'weekly' ? oneOf(random, [0, hourMs, 4 * hourMs, 20 * hourMs]) : oneOf(random, [0, 0, hourMs / 4])
  return aSoakPolicy({
    durationMs,
    tests: [...(random.chance(0.7) ? [httpTest] : []), ...(random.chance(0.2) ? [machineTest] : [])],
    testEveryMs: random.chance(0.3) ? Math.max(5 * minuteMs, durationMs / 3) : 0,
    alarms: random.chance(0.2) ? ['soak-alarm'] : [],
  })
}

/** The emergency lane rolls a stage at once; the weekly one in one or more waves. */
function drawWaves(
  random: SeededRandom,
  lane: BakingLane,
  groups: readonly PlannedGroup[],
  rolls: ReadonlyMap<PlannedGroup, RollPolicy>,
): readonly WavePolicy[] {
  const targets = groups.map((group): GroupTarget => {
    const withoutHealth = 'a simulated group'
    return { name: group.name, region: group.region, roll: rolls.get(group) ?? aRollPolicy(), withoutHealth }
  })
  if (lane === 'emergency' || random.chance(0.5)) return [{ name: 'all', groups: targets }]
  const canaries = between(random, 1, targets.length)
  const waves = [targets.slice(0, canaries), targets.slice(canaries)].filter((wave) => wave.length > 0)
  return waves.map((wave, index) => ({ name: `wave ${index + 1}`, groups: wave }))
}

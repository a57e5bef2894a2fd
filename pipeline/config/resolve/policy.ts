// A family's policy in a lane: stages, soaks and waves with every default and name worked out.

import { assert } from '../../kernel/index.ts'
import {
  type BakingLane,
  type CalendarPolicy,
  type GroupTarget,
  type HookPolicy,
  type NodeClassPolicy,
  type NodeGroupPolicy,
  type NodeHooks,
  type Policy,
  type RollPolicy,
  type StagePolicy,
  type TestPolicy,
  usualNodeHooks,
  type WavePolicy,
} from '../../release/index.ts'
import type { WrittenConfig, WrittenFamily, WrittenGroup, WrittenWave } from '../written/drover-file.ts'
import { hookName, type WrittenHook, type WrittenHooks } from '../written/hooks.ts'
import type { WrittenLane } from '../written/lane.ts'
import { parseGroupName } from '../written/names.ts'
import type { WrittenTest } from '../written/test.ts'
import type { Named } from '../yaml/mapping.ts'
import { clusterTest } from './cluster-test.ts'
import { imagesAccountOf } from './images-account.ts'
import { roleArn } from './partition.ts'
import { wavesInOrder } from './waves.ts'

export function policyOf(written: WrittenConfig, family: WrittenFamily, lane: BakingLane): Policy {
  const { account, region, role, kmsKeyIds, organisationArn, copyDeadlineMs } = imagesAccountOf(written)
  return {
    lane,
    ...(lane === 'emergency' ? { withinMs: written.lanes.emergency.within } : {}),
    home: { account, region, ...(role === undefined ? {} : { role }) },
    kmsKeyIds,
    ...(organisationArn === undefined ? {} : { organisationArn }),
    ...(copyDeadlineMs === undefined ? {} : { copyDeadlineMs }),
    stages: written.stages.map((stage) => stagePolicy(written, family, written.lanes[lane], stage)),
  }
}

function stagePolicy(
  { images }: WrittenConfig,
  family: WrittenFamily,
  lane: WrittenLane,
  { name, value: stage }: WrittenConfig['stages'][number],
): StagePolicy {
  const alarms = under(family.alarms, name)?.value ?? []
  const soak = lane.soak.stages.find((entry) => entry.name === name)
  const waves = under(family.groups, name)
  const exposure = under(lane.exposure, name)
  assert(soak && waves, `stage ${name} was checked to have a soak and groups`)
  const roll = rollPolicy(lane, alarms)
  return {
    name,
    account: stage.account.value,
    ...(stage.role === undefined ? {} : { role: roleArn(stage.role.name.value, stage.account.value, images.region.value) }),
    ...(stage.kmsKeys.length === 0 ? {} : { kmsKeyIds: Object.fromEntries(stage.kmsKeys.map((key) => [key.name, key.value])) }),
    ...approvalOf(under(lane.approval, name)),
    ...calendarOf(stage, lane),
    soak: {
      durationMs: soak.durationMs.value,
      ...(exposure === undefined ? {} : { instanceHours: exposure }),
      tests: (under(family.tests, name) ?? []).filter((test) => test !== undefined).map(testPolicy),
      testEveryMs: lane.testEvery,
      alarms,
    },
    ...hooksOf(under(family.hooks, name)),
    waves: wavesInOrder(
      waves.value.map((wave) => wavePolicy(wave, family, roll)),
      under(lane.waves, name) ?? 'one-by-one',
    ),
  }
}

function approvalOf(written: WrittenLane['approval'][number]['value'] | undefined): Pick<StagePolicy, 'approval' | 'approvers'> {
  if (written === undefined) return { approval: 'none' }
  const { needed, by, notBy } = written
  if (by.length === 0 && notBy === undefined) return { approval: needed }
  return { approval: needed, approvers: { by, notOpener: notBy === 'opener' } }
}

type WrittenStage = WrittenConfig['stages'][number]['value']

function calendarOf(stage: WrittenStage, lane: WrittenLane): { readonly calendar?: CalendarPolicy } {
  const windows = stage.windows.map(({ days, from, to, timeZone = stage.timeZone }) => ({ days, from, to, timeZone }))
  const freezes = stage.freezes.map(({ from, to, reason, timeZone = stage.timeZone }) => ({
    from,
    to: to.value,
    reason,
    timeZone,
  }))
  if (windows.length === 0 && freezes.length === 0) return {}
  return { calendar: { overridden: lane.calendar === 'override', windows, freezes } }
}

function hooksOf(written: WrittenHooks | undefined): Pick<StagePolicy, 'hooks'> {
  const listed = (hooks: WrittenHooks['before'] = []) => hooks.flatMap(({ value }) => (value ? [hookPolicy(value)] : []))
  const [before, after] = [listed(written?.before), listed(written?.after)]
  return before.length + after.length === 0 ? {} : { hooks: { before, after } }
}

function hookPolicy(written: WrittenHook): HookPolicy {
  const name = hookName(written)
  const { kind, value } = written
  if (kind === 'webhook') return { kind, name, url: value.url, secret: value.secret, timeoutMs: value.timeout }
  const [program, ...args] = value.run
  assert(program, `hook ${name} was checked to name a program`)
  return { kind, name, argv: [program, ...args], timeoutMs: value.timeout }
}

function under<T>(entries: readonly Named<T>[], name: string): T | undefined {
  return entries.find((entry) => entry.name === name)?.value
}

function rollPolicy({ roll }: WrittenLane, alarms: readonly string[]): RollPolicy {
  return {
    minHealthyPercentage: roll.minHealthy,
    maxHealthyPercentage: roll.maxHealthy?.value ?? Math.min(200, roll.minHealthy + 100),
    instanceWarmupMs: roll.warmup,
    checkpointPercentages: roll.checkpoints.value,
    checkpointDelayMs: roll.checkpointDelay.value,
    ...(roll.bakeTime.value === 0 ? {} : { bakeTimeMs: roll.bakeTime.value }),
    deadlineMs: roll.deadline.value,
    alarms,
  }
}

function wavePolicy({ wave, parameter, groups, tag }: WrittenWave, family: WrittenFamily, roll: RollPolicy): WavePolicy {
  const targets = groups.map((group) => groupTarget(group, family, parameter?.value, roll))
  return { name: wave.value, groups: targets, ...tagsOf(tag?.value) }
}

function tagsOf(written: readonly Named<string>[] | undefined): Pick<WavePolicy, 'tags'> {
  return written === undefined ? {} : { tags: Object.fromEntries(written.map(({ name, value }) => [name, value])) }
}

function groupTarget(written: WrittenGroup, family: WrittenFamily, parameter: string | undefined, roll: RollPolicy): GroupTarget {
  const { group, architecture, withoutHealth, nodeGroup, karpenter } = written
  const maxAge = karpenter === undefined ? (written.maxAge ?? family.maxAge) : undefined
  const found = parseGroupName(group.value)
  assert(found, `${group.value} was checked to be a group`)
  const { group: name, region } = found
  return {
    name,
    region,
    ...(architecture === undefined ? {} : { architecture: architecture.value }),
    ...(nodeGroup === undefined ? {} : { nodeGroup: nodeGroupPolicy(name, nodeGroup) }),
    ...(karpenter === undefined ? {} : { karpenter: nodeClassPolicy(name), parameter: karpenter.parameter.value }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(withoutHealth === undefined ? {} : { withoutHealth }),
    // EKS and Karpenter drain and wait by themselves.
    ...(nodeGroup === undefined && karpenter === undefined ? { nodeHooks: usualNodeHooks, ...nodeHooksOf(family) } : {}),
    ...(maxAge === undefined ? {} : { maxAgeMs: maxAge.value }),
    roll,
  }
}

export function nodeHooksOf({ nodeHooks }: WrittenFamily): { readonly nodeHooks?: NodeHooks } {
  if (nodeHooks === undefined) return {}
  const { launch, readyWithin, drain } = nodeHooks
  return { nodeHooks: { launch, readyWithinMs: readyWithin.value, drainMs: drain.value } }
}

function nodeGroupPolicy(written: string, { force, limit }: NonNullable<WrittenGroup['nodeGroup']>): NodeGroupPolicy {
  const [cluster = '', name = ''] = written.split('/')
  return { cluster, name, force, ...(limit === undefined ? {} : { limit }) }
}

function nodeClassPolicy(written: string): NodeClassPolicy {
  const [cluster = '', nodeClass = ''] = written.split('/')
  return { cluster, nodeClass }
}

function testPolicy({ kind, value }: WrittenTest): TestPolicy {
  const { name, timeout: timeoutMs } = value
  if (kind === 'http') return { kind, name, port: value.port, path: value.path, expectStatus: value.expect, timeoutMs }
  if (kind === 'machine') return { kind, name, script: value.script, timeoutMs }
  if (kind === 'drift') return { kind, name, allow: value.allow, timeoutMs }
  if (kind === 'findings') return { kind, name, source: value.source, atMost: value.atMost, timeoutMs }
  if (kind === 'cluster') return clusterTest(value)
  const [program, ...args] = value.run
  assert(program, `test ${name} was checked to name a program`)
  return { kind, name, argv: [program, ...args], timeoutMs }
}

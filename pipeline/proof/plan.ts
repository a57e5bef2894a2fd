// What a proof makes and walks through: three groups of two machines, one a stage, in one account and region. Pure.

import type { Architecture, Place, Tags } from '../ports/index.ts'
import type { Policy } from '../release/index.ts'

export interface ProofPlan {
  /** Names everything the proof makes, and is the value of its tag. */
  readonly id: string
  readonly place: Place
  /** Of the groups' machines. */
  readonly instanceType: string
  /** How long each stage soaks. */
  readonly soakMs: number
  /** Absent: the image is a copy, and nothing looks into a machine. */
  readonly baked?: BakedPlan
}

/** The image is baked and verified, as a release's is. */
export interface BakedPlan {
  /** Of the configuration. */
  readonly family: string
  /** Of the machines that bake and verify. */
  readonly instanceType: string
  /** How the runner reaches them. */
  readonly reach: string
  /** A Kubernetes node, whose base is booted too. */
  readonly isNode: boolean
}

/** What the groups' machines are of. */
export const proofArchitecture: Architecture = 'x86_64'

export const proofTag = 'drover:proof'
export const machinesEach = 2
const stages = ['dev', 'staging', 'prod'] as const

/** Set by a person in the account; without it nothing is made there. */
export const sandboxParameter = '/drover/sandbox'

export const alarmOf = (id: string): string => `drover-proof-${id}`
export const groupNamesOf = (id: string): readonly string[] => stages.map((stage) => groupOf(id, stage))
export const tagsOf = (id: string): Tags => ({ [proofTag]: id })

const groupOf = (id: string, stage: string): string => `drover-proof-${id}-${stage}`
const minuteMs = 60_000

/** Of everything the proof starts machines of. */
export function typesOf({ instanceType, baked }: ProofPlan): readonly string[] {
  return [...new Set([instanceType, ...(baked === undefined ? [] : [baked.instanceType])])]
}

/** Of a machine with those tags: bake and verification say on theirs what they are for. */
export function typeOfMachine({ instanceType, baked }: ProofPlan, tags: Tags): string {
  return baked !== undefined && tags['drover:purpose'] !== undefined ? baked.instanceType : instanceType
}

/** Half of a group, a pause, the rest; the alarm watched to the end. No test looks into the machines: nothing reaches them. */
export function policyOf({ id, place, soakMs }: ProofPlan): Policy {
  const alarms = [alarmOf(id)]
  const roll = {
    minHealthyPercentage: 100,
    maxHealthyPercentage: 200,
    instanceWarmupMs: minuteMs / 2,
    checkpointPercentages: [50, 100],
    checkpointDelayMs: minuteMs / 2,
    bakeTimeMs: 3 * minuteMs,
    deadlineMs: 40 * minuteMs,
    alarms,
  }
  return {
    lane: 'weekly',
    home: place,
    kmsKeyIds: {},
    stages: stages.map((name) => ({
      name,
      account: place.account,
      approval: 'none',
      soak: { durationMs: soakMs, tests: [], testEveryMs: minuteMs, alarms },
      waves: [{ name: 'all', groups: [{ name: groupOf(id, name), region: place.region, roll }] }],
    })),
  }
}

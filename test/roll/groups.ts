// Groups, instances, refreshes and moves to start a test from.

import type {
  GroupInstance,
  GroupState,
  InstanceRefresh,
  MachineImage,
  ScalingActivity,
  TemplateVersionDetail,
} from '../../pipeline/ports/index.ts'
import { type RollPolicy, usualNodeHooks } from '../../pipeline/release/index.ts'
import type { PreflightFacts, RollOrder } from '../../pipeline/roll/check.ts'
import type { Move, MoveObservation } from '../../pipeline/roll/move.ts'
import { aRollPolicy, aSoakPolicy, aStage, aTarget, machineTest, testStart } from '../support/factories.ts'

export const templateId = 'lt-0123456789abcdef0'
export const oldImage = 'ami-00000000000000001'
export const newImage = 'ami-00000000000000002'

export function anInstance(number: number, version: number, over: Partial<GroupInstance> = {}): GroupInstance {
  return {
    id: `i-${String(number).padStart(17, '0')}`,
    zone: 'eu-west-1a',
    lifecycle: 'InService',
    healthy: true,
    protectedFromScaleIn: false,
    weight: 1,
    template: { templateId, version },
    ...over,
  }
}

export const templateSource = { kind: 'template', templateId, templateName: 'web', version: '7' } as const

export const mixedSource = {
  ...templateSource,
  kind: 'mixed',
  overridesWithTemplate: 0,
  overridesWithImage: 0,
  overridesWithRequirements: 0,
} as const

/** Two instances on version 7, which is what the group has saved. */
export function aGroup(over: Partial<GroupState> = {}): GroupState {
  return {
    name: 'web',
    minSize: 1,
    maxSize: 4,
    desiredCapacity: 2,
    zones: ['eu-west-1a'],
    subnetIds: ['subnet-0123456789abcdef0'],
    healthCheckType: 'EC2',
    trafficSources: 0,
    suspendedProcesses: [],
    launchSource: templateSource,
    instances: [anInstance(1, 7), anInstance(2, 7)],
    tags: {},
    ...over,
  }
}

/** The same group once it has settled on version 8. */
export function aRolledGroup(over: Partial<GroupState> = {}): GroupState {
  return aGroup({
    launchSource: { ...templateSource, version: '8' },
    instances: [anInstance(3, 8), anInstance(4, 8)],
    ...over,
  })
}

export function anImage(over: Partial<MachineImage> = {}): MachineImage {
  return {
    id: newImage,
    name: 'web-2026.47.1',
    ownerAccount: '111111111111',
    state: 'available',
    architecture: 'x86_64',
    createdAt: '2026-11-22T06:00:00.000Z',
    rootDevice: '/dev/xvda',
    snapshotIds: ['snap-00000000000000002'],
    encrypted: true,
    tags: {},
    ...over,
  }
}

export function aTemplate(over: Partial<TemplateVersionDetail> = {}): TemplateVersionDetail {
  return {
    templateId,
    templateName: 'web',
    version: 7,
    imageId: oldImage,
    instanceType: 't3.large',
    description: undefined,
    volumeKeys: [],
    tags: {},
    ...over,
  }
}

/** Facts that a preflight finds nothing wrong with. */
export function facts(over: Partial<PreflightFacts> = {}): PreflightFacts {
  return {
    groupName: 'web',
    group: aGroup(),
    template: aTemplate(),
    refreshes: [],
    imageId: newImage,
    image: anImage(),
    previousImage: anImage({ id: oldImage }),
    alarms: [],
    hooks: [],
    subnets: [{ id: 'subnet-0123456789abcdef0', zone: 'eu-west-1a', freeAddresses: 200 }],
    vcpus: { quota: 64, inUse: 8, perMachine: 2 },
    ...over,
  }
}

/** A stage whose machines are asked how they are, and a group of it. */
export function anOrder(policy: Partial<RollPolicy> = {}): RollOrder {
  const stage = aStage('prod', { soak: aSoakPolicy({ tests: [machineTest] }) })
  return { stage, target: aTarget('eu-west-1/web', { nodeHooks: usualNodeHooks, roll: aRollPolicy(policy) }) }
}

/** From version 7 to 8, within two hours of the start. */
export function aMove(over: Partial<Move> = {}): Move {
  const policy = aRollPolicy()
  return {
    group: { stage: 'prod', region: 'eu-west-1', group: 'web' },
    policy,
    target: { templateId, version: 8 },
    previous: { templateId, version: 7 },
    refreshId: undefined,
    afterRefreshId: undefined,
    deadlineAt: testStart + policy.deadlineMs,
    ...over,
  }
}

/** To version 8, begun at the start. */
export function aRefresh(over: Partial<InstanceRefresh> = {}): InstanceRefresh {
  return {
    id: 'refresh-8',
    status: 'InProgress',
    percentageComplete: 50,
    instancesToUpdate: 1,
    startedAt: isoAt(0),
    desired: { templateId, version: '8' },
    ...over,
  }
}

export function seen(over: Partial<MoveObservation> = {}): MoveObservation {
  return { group: aGroup(), refreshes: [], activities: [], wallAt: testStart, ...over }
}

/** A launch that failed with those words. */
export function aFailedLaunch(afterMs: number, statusMessage: string): ScalingActivity {
  return {
    id: `activity-${afterMs}`,
    status: 'Failed',
    cause: 'an instance was launched in response to an instance refresh.',
    description: 'Launching a new EC2 instance.  Status Reason: it failed',
    statusMessage,
    startedAt: isoAt(afterMs),
  }
}

export function aLaunch(afterMs: number, instanceId: string): ScalingActivity {
  return {
    id: `activity-${afterMs}`,
    status: 'Successful',
    cause: 'an instance was launched in response to an instance refresh.',
    description: `Launching a new EC2 instance: ${instanceId}`,
    startedAt: isoAt(afterMs),
  }
}

export function anUnhealthyEnd(afterMs: number, instanceId: string, words: string): ScalingActivity {
  return {
    id: `activity-${afterMs}`,
    status: 'Successful',
    cause: `At ${isoAt(afterMs)} an instance was taken out of service in response to ${words}.`,
    description: `Terminating EC2 instance: ${instanceId}`,
    startedAt: isoAt(afterMs),
  }
}

/** ISO 8601, that long after the tests' start. */
export function isoAt(afterMs: number): string {
  return new Date(testStart + afterMs).toISOString()
}

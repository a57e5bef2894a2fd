// Instance refreshes: started with the configuration the group is to end on, followed, cancelled, rolled back.

import {
  CancelInstanceRefreshCommand,
  DescribeInstanceRefreshesCommand,
  type DesiredConfiguration,
  type LaunchTemplateOverrides,
  type LaunchTemplateSpecification,
  type MixedInstancesPolicy,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  type RefreshPreferences as WirePreferences,
  type InstanceRefresh as WireRefresh,
} from '@aws-sdk/client-auto-scaling'
import type { CloudAt, InstanceRefresh, RefreshPreferences, RefreshStatus } from '../ports/index.ts'
import { calls, rightsFor } from './actions.ts'
import { oneOf, only, optional, outcomeOf, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { readGroups } from './groups.ts'
import { everyItem } from './pages.ts'

type RefreshVerbs = Pick<CloudAt, 'describeRefreshes' | 'startRefresh' | 'cancelRefresh' | 'rollbackRefresh'>

export function refreshVerbs(call: Caller): RefreshVerbs {
  return {
    describeRefreshes: (group) => outcomeOf(() => describeRefreshes(call, group)),
    startRefresh: (group, desired, preferences) => outcomeOf(() => startRefresh(call, group, desired, preferences)),
    cancelRefresh: (group, { waitForStarting }) =>
      outcomeOf(async () => {
        const request = new CancelInstanceRefreshCommand({
          AutoScalingGroupName: group,
          WaitForTransitioningInstances: waitForStarting,
        })
        await call(`CancelInstanceRefresh ${group}`, ({ autoScaling }) => autoScaling.send(request))
      }),
    rollbackRefresh: (group) =>
      outcomeOf(async () => {
        const request = new RollbackInstanceRefreshCommand({ AutoScalingGroupName: group })
        await call(`RollbackInstanceRefresh ${group}`, ({ autoScaling }) => autoScaling.send(request))
      }),
  }
}

async function describeRefreshes(call: Caller, group: string): Promise<readonly InstanceRefresh[]> {
  const refreshes = await everyItem(async (NextToken) => {
    const request = new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group, NextToken })
    const answer = await call(`DescribeInstanceRefreshes ${group}`, ({ autoScaling }) => autoScaling.send(request))
    return { items: answer.InstanceRefreshes, next: answer.NextToken }
  })
  return refreshes.map(instanceRefresh)
}

/** StartInstanceRefresh takes no client token: a repeat after a lost answer is the caller's to decide, after looking. */
async function startRefresh(
  call: Caller,
  group: string,
  desired: Parameters<CloudAt['startRefresh']>[1],
  preferences: RefreshPreferences,
): Promise<{ readonly refreshId: string }> {
  const request = new StartInstanceRefreshCommand({
    AutoScalingGroupName: group,
    Strategy: 'Rolling',
    ...(desired === undefined ? {} : { DesiredConfiguration: await desiredConfiguration(call, group, desired) }),
    Preferences: wirePreferences(preferences),
  })
  const answer = await call(`StartInstanceRefresh ${group}`, ({ autoScaling }) => autoScaling.send(request), 'unsafe').catch(
    sayWhatIsMissing,
  )
  return { refreshId: text(answer.InstanceRefreshId, 'ID of the instance refresh') }
}

/** AWS says no more than that the template may not be used, never which right that takes. */
function sayWhatIsMissing(error: unknown): never {
  if (!(error instanceof CallFailed) || !/not authorized to use launch template/i.test(error.failure.message)) throw error
  const rights = calls.startRefresh
    .flatMap((action) => [...rightsFor([action])])
    .filter((right) => !right.startsWith('autoscaling:'))
  const message = `${error.failure.message}: for what it launches drover's role needs ${rights.join(', ')}`
  throw new CallFailed({ ...error.failure, message }, error)
}

async function desiredConfiguration(
  call: Caller,
  group: string,
  desired: NonNullable<Parameters<CloudAt['startRefresh']>[1]>,
): Promise<DesiredConfiguration> {
  const template = { LaunchTemplateId: desired.templateId, Version: desired.version }
  if (desired.kind === 'template') return { LaunchTemplate: template }
  const policy = only(await readGroups(call, [group]), 'groups').MixedInstancesPolicy
  if (policy === undefined) {
    const message = `StartInstanceRefresh ${group}: the group has no mixed instances policy any more`
    throw new CallFailed({ ok: false, kind: 'conflict', code: 'GroupChanged', message })
  }
  return { MixedInstancesPolicy: withTemplate(policy, template) }
}

/** The group's own policy as it stands, launching from another template version. */
function withTemplate(policy: MixedInstancesPolicy, template: LaunchTemplateSpecification): MixedInstancesPolicy {
  const overrides = policy.LaunchTemplate?.Overrides?.map(nameless)
  return {
    ...optional('InstancesDistribution', policy.InstancesDistribution),
    LaunchTemplate: { LaunchTemplateSpecification: template, ...optional('Overrides', overrides) },
  }
}

/** Answers give a template's ID and name; requests may give one of them. */
function nameless(override: LaunchTemplateOverrides): LaunchTemplateOverrides {
  const template = override.LaunchTemplateSpecification
  if (template?.LaunchTemplateId === undefined) return override
  const { LaunchTemplateName: _, ...named } = template
  return { ...override, LaunchTemplateSpecification: named }
}

function wirePreferences(preferences: RefreshPreferences): WirePreferences {
  const { checkpointPercentages, alarms } = preferences
  return {
    MinHealthyPercentage: preferences.minHealthyPercentage,
    MaxHealthyPercentage: preferences.maxHealthyPercentage,
    InstanceWarmup: preferences.instanceWarmupSeconds,
    SkipMatching: preferences.skipMatching,
    AutoRollback: preferences.autoRollback,
    ...optional('CheckpointPercentages', checkpointPercentages && [...checkpointPercentages]),
    ...optional('CheckpointDelay', preferences.checkpointDelaySeconds),
    BakeTime: preferences.bakeTimeSeconds,
    ScaleInProtectedInstances: preferences.protectedInstances,
    StandbyInstances: preferences.standbyInstances,
    ...optional('AlarmSpecification', alarms && { Alarms: [...alarms] }),
  }
}

const statuses = [
  'Pending',
  'InProgress',
  'Successful',
  'Failed',
  'Cancelling',
  'Cancelled',
  'RollbackInProgress',
  'RollbackFailed',
  'RollbackSuccessful',
  'Baking',
] as const satisfies readonly RefreshStatus[]

function instanceRefresh(refresh: WireRefresh): InstanceRefresh {
  const wanted = refresh.DesiredConfiguration
  const template = wanted?.LaunchTemplate ?? wanted?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification
  return {
    id: text(refresh.InstanceRefreshId, 'ID of the instance refresh'),
    status: oneOf(refresh.Status, statuses, 'status of the instance refresh'),
    ...optional('statusReason', refresh.StatusReason),
    percentageComplete: refresh.PercentageComplete ?? 0,
    instancesToUpdate: refresh.InstancesToUpdate ?? 0,
    ...optional('startedAt', refresh.StartTime?.toISOString()),
    ...optional('endedAt', refresh.EndTime?.toISOString()),
    ...optional('desired', desiredVersion(template)),
  }
}

function desiredVersion(template: LaunchTemplateSpecification | undefined): { templateId: string; version: string } | undefined {
  if (template?.LaunchTemplateId === undefined) return undefined
  return { templateId: template.LaunchTemplateId, version: template.Version ?? '$Default' }
}

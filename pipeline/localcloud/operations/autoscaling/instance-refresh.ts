// StartInstanceRefresh, DescribeInstanceRefreshes, CancelInstanceRefresh, RollbackInstanceRefresh.

import type {
  CancelInstanceRefreshAnswer,
  CancelInstanceRefreshType,
  DescribeInstanceRefreshesAnswer,
  DescribeInstanceRefreshesType,
  RollbackInstanceRefreshAnswer,
  RollbackInstanceRefreshType,
  StartInstanceRefreshAnswer,
  StartInstanceRefreshType,
  InstanceRefresh as WireRefresh,
} from '@aws-sdk/client-auto-scaling'
import { activeRefresh } from '../../reconcile/groups.ts'
import { beginRollback } from '../../reconcile/refresh-end.ts'
import { isActive, isConfiguration, type LaunchSource, type Member } from '../../store/group.ts'
import type { Refresh } from '../../store/refresh.ts'
import { isLaunchedFrom, type Launchable, launchables, movingVersion, sourceTarget } from '../../store/source-target.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { isImageAlias, resolvedImage } from '../ec2/image-alias.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { findAutoScalingGroup, validation } from './group-input.ts'
import { launchSource } from './launch-source.ts'
import { preferencesView, refreshRules } from './refresh-preferences.ts'

export const startInstanceRefresh = operation<StartInstanceRefreshType, StartInstanceRefreshAnswer>({
  handles: [
    'AutoScalingGroupName',
    'Strategy',
    'DesiredConfiguration.LaunchTemplate',
    'DesiredConfiguration.MixedInstancesPolicy',
    'Preferences.AlarmSpecification',
    'Preferences.AutoRollback',
    'Preferences.BakeTime',
    'Preferences.CheckpointDelay',
    'Preferences.CheckpointPercentages',
    'Preferences.InstanceWarmup',
    'Preferences.MaxHealthyPercentage',
    'Preferences.MinHealthyPercentage',
    'Preferences.ScaleInProtectedInstances',
    'Preferences.SkipMatching',
    'Preferences.StandbyInstances',
  ],
  run({ input, draft, place, now }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    if (input.Strategy !== undefined && input.Strategy !== 'Rolling')
      throw unsupported(`Strategy=${input.Strategy} in StartInstanceRefresh`)
    if (activeRefresh(draft, place, group.name) !== undefined) {
      throw new ApiFault(
        'InstanceRefreshInProgress',
        'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
      )
    }
    const desired = input.DesiredConfiguration === undefined ? undefined : launchSource(draft, place, input.DesiredConfiguration)
    const source = desired ?? group.launch
    const found = sourceTarget(draft, place, source)
    if (found === undefined) throw validation('The launch template of the Auto Scaling group does not exist.')
    const rules = refreshRules(input.Preferences ?? {}, group)
    refuseAlarms(draft, place, rules.alarms)
    if (rules.skipMatching) refuseSkipping(source)
    if (rules.autoRollback) refuseWithoutWayBack(draft, place, group.launch, input.DesiredConfiguration !== undefined)
    const { image, ...version } = found
    const target = { source, ...version, imageId: resolvedImage(draft, place, image) }
    const wanted = rules.skipMatching
      ? launchables(draft, place, source).map((one) => ({ ...one, image: resolvedImage(draft, place, one.image) }))
      : []
    const replacing = group.members
      .filter((member) => isActive(member) || (member.lifecycle === 'Standby' && rules.standbyInstances !== 'Ignore'))
      .filter((member) => !wanted.some((one) => isMatching(member, one)))
      .filter((member) => !(rules.protectedInstances === 'Ignore' && member.isProtected))
      .map((member) => member.instanceId)
    const refresh: Refresh = {
      id: draft.mintUuid(),
      group: group.name,
      status: 'Pending',
      startedAt: now,
      percentageComplete: 0,
      instancesToUpdate: replacing.length,
      preferences: input.Preferences ?? {},
      rules,
      target,
      saved: group.launch,
      replacing,
      desired: group.desired,
      checkpointsPassed: 0,
      waitsForTransitioning: true,
      ...(input.DesiredConfiguration === undefined ? {} : { desiredConfiguration: input.DesiredConfiguration }),
    }
    draft.put(place, 'refreshes', refresh.id, refresh)
    return { InstanceRefreshId: refresh.id }
  },
})

/**
 * "Skips replacing instances that already use the specified launch template and instance types" [doc: StartInstanceRefresh]; one version
 * launches other images when its image is an alias or an override's, and they are compared too [doc: instance-refresh-overview].
 */
function isMatching(member: Member, wanted: Launchable): boolean {
  const { instanceType = member.instanceType, image } = wanted
  return isLaunchedFrom(member, wanted) && member.instanceType === instanceType && member.imageId === image
}

/** "Using skip matching with a launch configuration is not supported" [doc: start-instance-refresh]. */
function refuseSkipping(source: LaunchSource): void {
  if (isConfiguration(source)) throw validation('SkipMatching cannot be set to true with a launch configuration.')
}

/** "The start fails if an alarm is in ALARM or INSUFFICIENT_DATA" [doc: instance-refresh-alarms]; ten alarms at most. */
function refuseAlarms(draft: Draft, place: PlaceKey, names: readonly string[]): void {
  if (names.length > 10) throw validation('You can specify up to 10 CloudWatch alarms.')
  for (const name of names) {
    const alarm = draft.get(place, 'alarms', name)
    if (alarm === undefined) throw validation(`The alarm ${name} does not exist.`)
    if (alarm.state !== 'OK') throw validation(`The instance refresh cannot start: alarm ${name} is in the ${alarm.state} state.`)
  }
}

/** Rolling back needs a desired configuration, and something lasting to go back to. */
function refuseWithoutWayBack(draft: Draft, place: PlaceKey, saved: LaunchSource, hasDesired: boolean): void {
  if (!hasDesired) throw validation('AutoRollback cannot be set to true when no DesiredConfiguration is specified.')
  const why = whyNotBack(draft, place, saved)
  if (why !== undefined) throw validation(`AutoRollback cannot be set to true when ${why}.`)
}

/** "A rollback is not supported" to `$Latest`, `$Default`, or "a parameter instead of an AMI ID" [doc: RollbackInstanceRefresh]; a launch configuration is not among these. */
function whyNotBack(draft: Draft, place: PlaceKey, saved: LaunchSource): string | undefined {
  const moving = movingVersion(saved)
  if (moving !== undefined) return `the launch template version of the group is ${moving}`
  const isAliased = launchables(draft, place, saved).some(({ image }) => isImageAlias(image))
  return isAliased ? 'the launch template takes its image from a parameter' : undefined
}

export const describeInstanceRefreshes = operation<DescribeInstanceRefreshesType, DescribeInstanceRefreshesAnswer>({
  handles: ['AutoScalingGroupName', 'InstanceRefreshIds', 'MaxRecords', 'NextToken'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const rows = draft
      .rows(place, 'refreshes')
      .filter((refresh) => refresh.group === group.name)
      .filter((refresh) => !input.InstanceRefreshIds?.length || input.InstanceRefreshIds.includes(refresh.id))
      .reverse()
      .sort((a, b) => b.startedAt - a.startedAt)
    const request = { size: input.MaxRecords, token: input.NextToken, largest: 100, badToken: 'InvalidNextToken' }
    const page = pageOf(rows, (refresh) => refresh.id, request)
    return { NextToken: page.nextToken, InstanceRefreshes: page.rows.map(refreshView) }
  },
})

export const cancelInstanceRefresh = operation<CancelInstanceRefreshType, CancelInstanceRefreshAnswer>({
  handles: ['AutoScalingGroupName', 'WaitForTransitioningInstances'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const refresh = activeRefresh(draft, place, group.name)
    if (refresh === undefined) throw noneActive()
    draft.change(place, 'refreshes', refresh.id, {
      status: 'Cancelling',
      waitsForTransitioning: input.WaitForTransitioningInstances ?? true,
    })
    return { InstanceRefreshId: refresh.id }
  },
})

export const rollbackInstanceRefresh = operation<RollbackInstanceRefreshType, RollbackInstanceRefreshAnswer>({
  handles: ['AutoScalingGroupName'],
  run({ input, draft, place, now }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const refresh = activeRefresh(draft, place, group.name)
    if (refresh === undefined) throw noneActive()
    refuseIrreversible(draft, place, refresh)
    beginRollback(draft, place, group, refresh, 'Rollback initiated by user request.', now)
    return { InstanceRefreshId: refresh.id }
  },
})

function noneActive(): ApiFault {
  return new ApiFault('ActiveInstanceRefreshNotFound', 'No in progress or pending Instance Refresh found.')
}

/** "You can't roll back without a desired configuration", nor to what does not last [doc: RollbackInstanceRefresh]. */
function refuseIrreversible(draft: Draft, place: PlaceKey, refresh: Refresh): void {
  const irreversible = (why: string) =>
    new ApiFault('IrreversibleInstanceRefresh', `The instance refresh cannot be rolled back: ${why}.`)
  if (refresh.desiredConfiguration === undefined) throw irreversible('it has no desired configuration')
  if (refresh.status !== 'Pending' && refresh.status !== 'InProgress' && refresh.status !== 'Baking')
    throw irreversible(`it is ${refresh.status}`)
  const why = whyNotBack(draft, place, refresh.saved)
  if (why !== undefined) throw irreversible(why)
}

function refreshView(refresh: Refresh): WireRefresh {
  const { rollback } = refresh
  const isWaiting = refresh.status === 'Pending'
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.group,
    Status: refresh.status,
    Preferences: preferencesView(refresh),
    Strategy: 'Rolling',
    ...(refresh.statusReason === undefined ? {} : { StatusReason: refresh.statusReason }),
    ...(isWaiting
      ? {}
      : {
          StartTime: new Date(refresh.startedAt),
          PercentageComplete: refresh.percentageComplete,
          InstancesToUpdate: refresh.instancesToUpdate,
        }),
    ...(refresh.endedAt === undefined ? {} : { EndTime: new Date(refresh.endedAt) }),
    ...(refresh.desiredConfiguration === undefined ? {} : { DesiredConfiguration: refresh.desiredConfiguration }),
    ...(rollback === undefined
      ? {}
      : {
          RollbackDetails: {
            RollbackReason: rollback.reason,
            RollbackStartTime: new Date(rollback.startedAt),
            PercentageCompleteOnRollback: rollback.percentageOnRollback,
            InstancesToUpdateOnRollback: rollback.toUpdateOnRollback,
          },
        }),
  }
}

// Preferences of an instance refresh with the API's defaults, which differ from the console's.

import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling'
import type { Group } from '../../store/group.ts'
import type { Refresh, RefreshRules } from '../../store/refresh.ts'
import { validation } from './group-input.ts'

const longestWaitSeconds = 172_800

/** Defaults as the API has them [doc: understand-instance-refresh-default-values]. */
export function refreshRules(preferences: RefreshPreferences, group: Group): RefreshRules {
  const { CheckpointPercentages: checkpoints = [], StandbyInstances: standby = 'Wait' } = preferences
  checkMaximum(preferences)
  const rules: RefreshRules = {
    minHealthy: preferences.MinHealthyPercentage ?? group.maintenance?.minHealthy ?? 90,
    maxHealthy: preferences.MaxHealthyPercentage ?? group.maintenance?.maxHealthy ?? 100,
    isMaxSet: preferences.MaxHealthyPercentage !== undefined || group.maintenance !== undefined,
    warmupSeconds: warmup(preferences, group),
    skipMatching: preferences.SkipMatching ?? false,
    checkpoints,
    checkpointDelaySeconds: preferences.CheckpointDelay ?? 3_600,
    bakeSeconds: preferences.BakeTime ?? 0,
    autoRollback: preferences.AutoRollback ?? false,
    alarms: preferences.AlarmSpecification?.Alarms ?? [],
    protectedInstances: preferences.ScaleInProtectedInstances ?? 'Wait',
    standbyInstances: standby,
  }
  checkPercentages(rules)
  checkCheckpoints(rules, preferences)
  checkWait('CheckpointDelay', rules.checkpointDelaySeconds)
  checkWait('BakeTime', rules.bakeSeconds)
  return rules
}

/** As they are described: with the defaults it goes by; what is not set at all, such as checkpoints, stays away. */
export function preferencesView({ rules, preferences }: Refresh): RefreshPreferences {
  return {
    MinHealthyPercentage: rules.minHealthy,
    ...(rules.isMaxSet ? { MaxHealthyPercentage: rules.maxHealthy } : {}),
    SkipMatching: rules.skipMatching,
    AutoRollback: rules.autoRollback,
    ScaleInProtectedInstances: rules.protectedInstances,
    StandbyInstances: rules.standbyInstances ?? 'Wait',
    ...(preferences.CheckpointPercentages === undefined ? {} : { CheckpointDelay: rules.checkpointDelaySeconds }),
    ...preferences,
    InstanceWarmup: rules.warmupSeconds,
  }
}

/** "If you specify MaxHealthyPercentage, you must also specify MinHealthyPercentage" [doc: RefreshPreferences]. */
function checkMaximum({ MinHealthyPercentage: min, MaxHealthyPercentage: max }: RefreshPreferences): void {
  if (max !== undefined && min === undefined) throw validation('MaxHealthyPercentage requires MinHealthyPercentage.')
}

/** "The value of DefaultInstanceWarmup if defined, or of HealthCheckGracePeriod otherwise" [doc: RefreshPreferences]. */
function warmup({ InstanceWarmup: asked }: RefreshPreferences, group: Group): number {
  if (asked !== undefined && asked >= 0) return asked
  return group.defaultWarmupSeconds ?? group.gracePeriodSeconds
}

function checkPercentages({ minHealthy, maxHealthy }: RefreshRules): void {
  if (minHealthy < 0 || minHealthy > 100) throw validation('MinHealthyPercentage must be between 0 and 100.')
  if (maxHealthy < 100 || maxHealthy > 200) throw validation('MaxHealthyPercentage must be between 100 and 200.')
  if (maxHealthy - minHealthy > 100)
    throw validation('The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100.')
}

/** "In ascending order; each number must be unique" [doc: RefreshPreferences]. */
function checkCheckpoints({ checkpoints }: RefreshRules, preferences: RefreshPreferences): void {
  const isAscending = checkpoints.every((percentage, index) => percentage > (checkpoints[index - 1] ?? 0) && percentage <= 100)
  if (!isAscending) throw validation('CheckpointPercentages must be unique, in ascending order and between 1 and 100.')
  if (preferences.CheckpointDelay !== undefined && checkpoints.length === 0)
    throw validation('CheckpointDelay requires CheckpointPercentages.')
}

function checkWait(name: string, seconds: number): void {
  if (seconds < 0 || seconds > longestWaitSeconds)
    throw validation(`${name} must be between 0 and ${longestWaitSeconds} seconds.`)
}

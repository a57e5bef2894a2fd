// Starts a move's refresh with the configuration the group is to end on; the group itself is never updated first.

import type { CloudAt, CloudOutcome, GroupState, RefreshPreferences } from '../ports/index.ts'
import type { Move } from './move.ts'

/** A rollback restores what the group has saved: were the target saved first, there would be nothing to go back to. */
export async function startRefresh(
  at: CloudAt,
  move: Move,
  group: GroupState,
): Promise<CloudOutcome<{ readonly refreshId: string }>> {
  const source = group.launchSource
  if (source.kind !== 'template' && source.kind !== 'mixed') {
    const message = `${group.name} does not launch from a template any more`
    return { ok: false, kind: 'invalid', code: 'NoTemplate', message }
  }
  const preferences = preferencesOf(move)
  // The template stays as it is.
  if (move.parameter !== undefined) return at.startRefresh(group.name, undefined, preferences)
  const { templateId, version } = move.target
  return at.startRefresh(group.name, { ...source, templateId, version: String(version) }, preferences)
}

/**
 * Everything is said, so that no default of AWS's decides: its own alarms and rollback go on when no runner is there
 * [doc: understand-instance-refresh-default-values].
 */
function preferencesOf({ policy, renews, parameter }: Move): RefreshPreferences {
  const { checkpointPercentages, alarms } = policy
  // Where the group stays on its version every machine matches, and AWS would end "immediately without replacing any instances"
  // [doc: asg-instance-refresh-skip-matching]. Nor does it roll back to a parameter [doc: RollbackInstanceRefresh].
  const isNewVersion = !renews && parameter === undefined
  return {
    minHealthyPercentage: policy.minHealthyPercentage,
    maxHealthyPercentage: policy.maxHealthyPercentage,
    instanceWarmupSeconds: Math.ceil(policy.instanceWarmupMs / 1_000),
    skipMatching: isNewVersion,
    autoRollback: isNewVersion,
    bakeTimeSeconds: Math.ceil((policy.bakeTimeMs ?? 0) / 1_000),
    // Set aside by somebody since the preflight: never ended for a roll. AWS waits an hour, then the roll fails and goes back.
    protectedInstances: 'Wait',
    standbyInstances: 'Wait',
    ...(checkpointPercentages.length === 0
      ? {}
      : { checkpointPercentages, checkpointDelaySeconds: Math.ceil(policy.checkpointDelayMs / 1_000) }),
    ...(alarms.length === 0 ? {} : { alarms }),
  }
}

// Managed node groups: created when their nodes are ready, updated, deleted with all that is their own.

import type { NodeGroup } from '../store/node-group.ts'
import { nodeGroupKey } from '../store/node-group.ts'
import { type Draft, everywhere, type PlaceKey, placeOf } from '../store/state.ts'
import { removeVersion, versionsOf } from '../store/template-versions.ts'
import { openUpdates } from './at-rest.ts'
import type { Due } from './due.ts'
import { advanceRoll } from './node-update.ts'
import { isReady } from './nodes.ts'

/** Instances that don't join in time fail the creation: after 20 minutes [thread: terraform-aws-modules/terraform-aws-eks#3283]. */
const creationAllowedMs = 20 * 60_000

export function advanceNodeGroups(draft: Draft, place: PlaceKey, now: number, due: Due): void {
  for (const row of draft.rows(place, 'nodeGroups')) {
    if (row.status === 'CREATING') create(draft, place, row, now, due)
    else if (row.status === 'UPDATING') update(draft, place, row, now, due)
    else if (row.status === 'DELETING') remove(draft, place, row)
  }
}

function create(draft: Draft, place: PlaceKey, row: NodeGroup, now: number, due: Due): void {
  const group = draft.get(place, 'groups', row.group)
  const ready = group?.members.filter((member) => isReady(draft, place, member)).length ?? 0
  const endsAt = row.createdAt + creationAllowedMs
  if (group !== undefined && ready >= group.desired) become(draft, place, row, { status: 'ACTIVE', modifiedAt: now })
  else if (now < endsAt) due.idleUntil(endsAt)
  else {
    // Codes as in [doc: API_Issue]; the words are [inferred].
    const isLaunching = group !== undefined && group.failedLaunches > 0
    const failure = isLaunching
      ? { code: 'AsgInstanceLaunchFailures', message: 'The Auto Scaling group fails to launch instances.' }
      : { code: 'NodeCreationFailure', message: 'Instances failed to join the kubernetes cluster' }
    become(draft, place, row, { status: 'CREATE_FAILED', failure, modifiedAt: now })
  }
}

function update(draft: Draft, place: PlaceKey, row: NodeGroup, now: number, due: Due): void {
  const [open] = draft.found(place, openUpdates, nodeGroupKey(row.cluster, row.name))
  if (open?.roll !== undefined) {
    advanceRoll({ draft, place, row, update: open, roll: open.roll, now, due })
    return
  }
  // What a configuration changes was changed with the request.
  if (open !== undefined) draft.change(place, 'nodeGroupUpdates', open.id, { status: 'Successful' })
  become(draft, place, row, { status: 'ACTIVE' })
}

function remove(draft: Draft, place: PlaceKey, row: NodeGroup): void {
  if (draft.get(place, 'groups', row.group) !== undefined) return
  const template = draft.get(place, 'launchTemplates', row.own.id)
  if (template !== undefined) {
    for (const { number } of versionsOf(draft, place, template)) removeVersion(draft, place, template, number)
    draft.remove(place, 'launchTemplates', template.id)
  }
  draft.remove(everywhere, 'instanceProfiles', `${placeOf(place).account}/${row.instanceProfile}`)
  for (const { id, cluster, nodeGroup } of draft.rows(place, 'nodeGroupUpdates'))
    if (cluster === row.cluster && nodeGroup === row.name) draft.remove(place, 'nodeGroupUpdates', id)
  draft.remove(place, 'nodeGroups', nodeGroupKey(row.cluster, row.name))
}

function become(draft: Draft, place: PlaceKey, row: NodeGroup, changes: Partial<NodeGroup>): void {
  draft.put(place, 'nodeGroups', nodeGroupKey(row.cluster, row.name), { ...row, ...changes })
}

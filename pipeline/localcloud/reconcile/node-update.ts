// A version update of a node group, phase by phase. [doc: eks/managed-node-update-behavior]

import { nodeLaunch, ownData } from '../operations/eks/node-template.ts'
import type { Group } from '../store/group.ts'
import { type NodeGroup, type NodeGroupUpdate, nodeGroupKey, type Roll } from '../store/node-group.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import { putVersion, versionOf } from '../store/template-versions.ts'
import { retire } from './members.ts'
import { drain, type RollStep } from './node-drain.ts'
import { freeSlots, isReady, mostUnavailable, type NodesSeen, nodesSeen, raiseOf } from './nodes.ts'

/** "Each node must bootstrap within 15 minutes" [thread: awsdocs/amazon-eks-user-guide#842]. */
const joiningAllowedMs = 15 * 60_000

interface GroupStep extends RollStep {
  readonly group: Group
  readonly ownVersion: number
  readonly seen: NodesSeen
}

export function advanceRoll(step: RollStep): void {
  const { draft, place, row, roll } = step
  const group = draft.get(place, 'groups', row.group)
  if (group === undefined || group.isDeleting) {
    fail(step, group, notJoining(row), [row.group])
    return
  }
  if (roll.phase === 'setup' || roll.ownVersion === undefined) {
    setUp(step, group)
    return
  }
  const seen = nodesSeen(group.members, row.own.id, roll.ownVersion)
  const whole = { ...step, group, ownVersion: roll.ownVersion, seen }
  if (roll.phase === 'scale-up') scaleUp(whole)
  else if (roll.phase === 'upgrade') upgrade(whole)
  else scaleDown(whole)
}

/** "Creates a new launch template version, updates the Auto Scaling group to use it"; and raises the group, unless the strategy is MINIMAL. */
function setUp(step: RollStep, group: Group): void {
  const { draft, place, row, roll, now } = step
  const cluster = draft.get(place, 'clusters', row.cluster)
  const own = draft.get(place, 'launchTemplates', row.own.id)
  const target = draft.get(place, 'launchTemplates', roll.target.id)
  const version = target === undefined ? undefined : versionOf(draft, place, target, String(roll.target.version))
  if (cluster === undefined || own === undefined || version === undefined) {
    fail(step, group, { code: 'Unknown', message: "We couldn't find the launch template of the managed node group." }, [])
    return
  }
  const number = own.latestVersion + 1
  const data = ownData({ data: version.data }, cluster, row)
  draft.put(place, 'launchTemplates', own.id, { ...own, latestVersion: number })
  putVersion(draft, place, own, { number, createdAt: now, createdBy: own.createdBy, data })
  const raisedBy =
    row.updates.strategy === 'MINIMAL' || group.desired === 0
      ? 0
      : raiseOf(group.zones.length, mostUnavailable(row.updates, group.desired))
  const { retryAt: _retryAt, ...rest } = group
  draft.put(place, 'groups', group.name, {
    ...rest,
    launch: nodeLaunch({ ...row.own, version: number }, row.instanceTypes, data),
    maxSize: group.maxSize + raisedBy,
    desired: group.desired + raisedBy,
  })
  become(step, {
    phase: raisedBy === 0 ? 'upgrade' : 'scale-up',
    phaseStartedAt: now,
    ownVersion: number,
    before: { maxSize: group.maxSize, desired: group.desired },
    raisedBy,
  })
}

/** "At least one new node in every Availability Zone where the node exists; every new node should be in Ready state". */
function scaleUp(step: GroupStep): void {
  const { draft, place, group, seen, now } = step
  const isWhole = seen.fresh.length + seen.old.length >= group.desired
  const zones = new Set(seen.fresh.map(({ zone }) => zone))
  const isCovered = seen.old.every(({ zone }) => zones.has(zone))
  if (isWhole && isCovered && seen.fresh.every((member) => isReady(draft, place, member)))
    become(step, { phase: 'upgrade', phaseStartedAt: now })
  else awaitNodes(step)
}

function upgrade(step: GroupStep): void {
  const { draft, place, row, group, seen, now, roll } = step
  const desired = roll.before?.desired ?? group.desired
  const drained = drain(step, group)
  if (drained.blocked !== undefined) {
    // The code is the page's [doc: troubleshooting-managed-node-groups]; the words are [inferred].
    const message = 'Reached max retries while trying to evict pods from nodes in node group'
    fail(step, group, { code: 'PodEvictionFailure', message: `${message} ${row.name}` }, [drained.blocked])
    return
  }
  const busy = new Set(drained.draining.map(({ instanceId }) => instanceId))
  const waiting = seen.old.filter(({ instanceId }) => !busy.has(instanceId))
  const ready = [...seen.fresh, ...waiting].filter((member) => isReady(draft, place, member)).length
  const slots = freeSlots(mostUnavailable(row.updates, desired), busy.size, desired, ready)
  const chosen = randomly(draft, waiting, slots).map(({ instanceId }) => ({ instanceId, startedAt: now }))
  const draining = [...drained.draining, ...chosen]
  const hasMoved = chosen.length > 0 || drained.hasMoved
  if (hasMoved) become(step, { draining, phaseStartedAt: now })
  else if (waiting.length === 0 && draining.length === 0 && ready >= desired && (isSettled(step) || hasWaited(step)))
    become(step, { phase: 'scale-down', phaseStartedAt: now })
  else if (draining.length === 0) awaitNodes(step)
}

/** "Randomly selects a node that needs to be upgraded, up to the maximum unavailable". */
function randomly<Item>(draft: Draft, items: readonly Item[], count: number): readonly Item[] {
  const left = [...items]
  const chosen: Item[] = []
  while (chosen.length < count && left.length > 0)
    chosen.push(...left.splice(Number.parseInt(draft.mintHex(8), 16) % left.length, 1))
  return chosen
}

/** "If the workflow determines that the Cluster Autoscaler is scaling up the node group, it exits without bringing the group back to its size". */
function scaleDown(step: GroupStep): void {
  const { draft, place, row, update, roll, group, ownVersion, now } = step
  const { before } = roll
  if (before !== undefined && group.desired === before.desired + roll.raisedBy)
    draft.change(place, 'groups', group.name, { desired: before.desired, maxSize: group.maxSize - roll.raisedBy })
  draft.put(place, 'nodeGroups', nodeGroupKey(row.cluster, row.name), {
    ...row,
    status: 'ACTIVE',
    source: roll.target,
    imageId: roll.imageId,
    own: { ...row.own, version: ownVersion },
    modifiedAt: now,
  })
  end(draft, place, update, 'Successful', [])
}

/** The last replacements serve as well, so that none of those that stay is still on its way. */
function isSettled({ draft, place, group, seen: { fresh } }: GroupStep): boolean {
  return fresh.length >= group.desired && fresh.every((member) => isReady(draft, place, member))
}

function hasWaited({ roll, now }: RollStep): boolean {
  return now >= roll.phaseStartedAt + joiningAllowedMs
}

function awaitNodes(step: GroupStep): void {
  if (hasWaited(step)) fail(step, step.group, notJoining(step.row), [])
  else step.due.idleUntil(step.roll.phaseStartedAt + joiningAllowedMs)
}

/** In EKS's words [thread: kubernetes/autoscaler#5264]. */
function notJoining({ name }: NodeGroup): { readonly code: string; readonly message: string } {
  const message = `Couldn't proceed with upgrade process as new nodes are not joining node group ${name}`
  return { code: 'NodeCreationFailure', message }
}

/**
 * "If an update fails the resource goes back to its previous configuration and into the Active state" [thread: crossplane-contrib/provider-aws#1475].
 * What was launched beyond the size leaves first, and of it what is not ready; no page says who leaves [inferred].
 */
function fail(
  step: RollStep,
  group: Group | undefined,
  error: { readonly code: string; readonly message: string },
  resourceIds: readonly string[],
): void {
  const { draft, place, row, update, now } = step
  if (group !== undefined && !group.isDeleting) restore(step, group)
  draft.put(place, 'nodeGroups', nodeGroupKey(row.cluster, row.name), { ...row, status: 'ACTIVE', modifiedAt: now })
  end(draft, place, update, 'Failed', [{ ...error, resourceIds }])
}

function restore({ draft, place, row, roll, now }: RollStep, group: Group): void {
  const { before, raisedBy, ownVersion } = roll
  if (before === undefined || ownVersion === undefined) return
  const version = draft.get(place, 'templateVersions', `${row.own.id} ${row.own.version}`)
  let current: Group = {
    ...group,
    maxSize: group.maxSize - raisedBy,
    desired: Math.max(group.minSize, group.desired - raisedBy),
    launch: version === undefined ? group.launch : nodeLaunch(row.own, row.instanceTypes, version.data),
    retryAt: undefined,
  }
  draft.put(place, 'groups', group.name, current)
  const { fresh, old } = nodesSeen(group.members, row.own.id, ownVersion)
  const surplus = Math.max(0, fresh.length + old.length - current.desired)
  const unreadyFirst = [...fresh].sort((a, b) => Number(isReady(draft, place, a)) - Number(isReady(draft, place, b)))
  for (const member of unreadyFirst.slice(0, surplus)) {
    const cause = `instance ${member.instanceId} was taken out of service in response to a user request.`
    current = retire(draft, place, current, member, cause, now)
  }
}

function become({ draft, place, update, roll }: RollStep, changes: Partial<Roll>): void {
  draft.put(place, 'nodeGroupUpdates', update.id, { ...update, roll: { ...roll, ...changes } })
}

function end(
  draft: Draft,
  place: PlaceKey,
  update: NodeGroupUpdate,
  status: 'Successful' | 'Failed',
  errors: NodeGroupUpdate['errors'],
): void {
  const { roll: _roll, ...rest } = update
  draft.put(place, 'nodeGroupUpdates', update.id, { ...rest, status, errors })
}

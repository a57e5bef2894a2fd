// Nodes as a cluster would see them, and how many of them an update may take away at once.

import { isActive, type Member } from '../store/group.ts'
import type { UpdateRules } from '../store/node-group.ts'
import type { Draft, PlaceKey } from '../store/state.ts'

/** No kubelet runs: a node is Ready when its instance is in service and its machine answers. */
export function isReady(draft: Draft, place: PlaceKey, member: Member): boolean {
  const instance = draft.get(place, 'instances', member.instanceId)
  return member.lifecycle === 'InService' && instance?.machine === 'answering' && !instance.isImpaired
}

/** "The maximum unavailable has a quota of 100 nodes" [doc: eks/managed-node-update-behavior]; a percentage is rounded down, but never to none [inferred]. */
export function mostUnavailable(rules: UpdateRules, desired: number): number {
  const count = 'maxUnavailable' in rules ? rules.maxUnavailable : Math.floor((desired * rules.maxUnavailablePercentage) / 100)
  return Math.min(100, Math.max(1, count))
}

/** "Increments the maximum size and desired size by the larger of either: up to twice the number of Availability Zones; the maximum unavailable" [same]. */
export function raiseOf(zones: number, unavailable: number): number {
  return Math.max(2 * zones, unavailable)
}

/** How many more nodes may begin to drain: the limit holds for those that drain, and for what the group lacks. */
export function freeSlots(limit: number, draining: number, desired: number, available: number): number {
  return Math.max(0, Math.min(limit - draining, limit - Math.max(0, desired - available)))
}

export interface NodesSeen {
  /** Of the version that is rolled out. */
  readonly fresh: readonly Member[]
  readonly old: readonly Member[]
}

export function nodesSeen(members: readonly Member[], templateId: string, version: number): NodesSeen {
  const active = members.filter(isActive)
  const isFresh = ({ template }: Member) => template?.id === templateId && template.version === version
  return { fresh: active.filter(isFresh), old: active.filter((member) => !isFresh(member)) }
}

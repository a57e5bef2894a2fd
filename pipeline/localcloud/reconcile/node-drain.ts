// Nodes lose their pods and then their instance. No pods run here: how long they take, and whether a budget keeps them, is set by an operator.

import type { Group } from '../store/group.ts'
import { type DrainingNode, type NodeGroup, type NodeGroupUpdate, nodeGroupKey, type Roll } from '../store/node-group.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import type { Due } from './due.ts'
import { retire } from './members.ts'

/** "If the Pods don't leave the node within 15 minutes and there's no force flag, the upgrade phase fails" [doc: eks/managed-node-update-behavior]. */
const drainAllowedMs = 15 * 60_000
/** "Cordons the node after every Pod is evicted and waits for 60 seconds" [same]. */
const cordonMs = 60_000
/** Of a node group for which nothing was set: what pods are given to end when they say nothing else [doc: kubernetes/pod-lifecycle]. */
const usualDrainMs = 30_000

/** An update under way, and where and when it is looked at. */
export interface RollStep {
  readonly draft: Draft
  readonly place: PlaceKey
  readonly row: NodeGroup
  readonly update: NodeGroupUpdate
  readonly roll: Roll
  readonly now: number
  readonly due: Due
}

export interface Drained {
  readonly draining: readonly DrainingNode[]
  /** A node's pods left, or its instance was let go. */
  readonly hasMoved: boolean
  /** The instance of a node whose pods did not leave in time. */
  readonly blocked?: string
}

/** One step of every node that drains; those whose instance has gone are done. */
export function drain(step: RollStep, group: Group): Drained {
  const { draft, place, roll, now, due } = step
  const emptyAfterMs = emptyAfter(step)
  const draining: DrainingNode[] = []
  let hasMoved = false
  let current = group
  for (const node of roll.draining) {
    const member = current.members.find(({ instanceId }) => instanceId === node.instanceId)
    if (member === undefined) {
      hasMoved = true
      continue
    }
    if (member.lifecycle === 'Terminating') {
      draining.push(node)
      continue
    }
    const emptyAt = node.startedAt + (emptyAfterMs ?? drainAllowedMs)
    if (now < emptyAt) due.idleUntil(emptyAt)
    else if (emptyAfterMs === undefined) return { draining, hasMoved, blocked: node.instanceId }
    else if (now < emptyAt + cordonMs) due.idleUntil(emptyAt + cordonMs)
    else {
      const cause = `instance ${node.instanceId} was taken out of service in response to a user request.`
      current = retire(draft, place, current, member, cause, now)
    }
    draining.push(node)
  }
  return { draining, hasMoved }
}

/** Undefined when its pods will not leave in time. Forced, they are deleted at the end of that time. */
function emptyAfter({ draft, row, roll }: RollStep): number | undefined {
  const key = nodeGroupKey(row.cluster, row.name)
  const { drainMs = usualDrainMs, isBlocked = false } = draft.settings.drains?.find(({ nodeGroup }) => nodeGroup === key) ?? {}
  if (!isBlocked && drainMs <= drainAllowedMs) return drainMs
  return roll.isForced ? drainAllowedMs : undefined
}

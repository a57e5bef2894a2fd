// How long EKS takes to replace the machines of a managed node group if no pod holds it up. Pure.

import type { UnavailableLimit } from '../../ports/index.ts'
import type { GroupTarget } from '../policy.ts'
import { launchMsOf, refreshMs } from './refresh-time.ts'

/** "The default value is 1"; a percentage of nearly nothing is one as well [doc: eks/managed-node-update-behavior; inferred]. */
export function mostUnavailable(limit: UnavailableLimit | undefined, machines: number): number {
  if (limit === undefined) return 1
  const count = 'maxUnavailable' in limit ? limit.maxUnavailable : Math.floor((machines * limit.maxUnavailablePercentage) / 100)
  return Math.min(100, Math.max(1, count))
}

/** Pods are given 30 s by default, and the empty node stands cordoned for 60 s before it goes [doc: eks/managed-node-update-behavior]. */
const drainMs = 90_000

type Target = Pick<GroupTarget, 'roll' | 'nodeGroup' | 'karpenter'>

/** Of an update: the first machines come, then as many drain at a time as may be away, each replaced by one. */
export function rollMs(machines: number, { roll, nodeGroup, karpenter }: Target, launchMs: number): number {
  // A parameter is written; nobody waits for Karpenter.
  if (karpenter !== undefined) return 0
  if (nodeGroup === undefined) return refreshMs(machines, roll, launchMs)
  const batches = batchesOf(machines, nodeGroup)
  return batches === 0 ? 0 : launchMs + batches * (drainMs + launchMs)
}

/** The launch time that makes a roll of so many machines last that long; undefined where nothing was replaced. */
export function launchMsOfRoll(tookMs: number, machines: number, { roll, nodeGroup, karpenter }: Target): number | undefined {
  if (karpenter !== undefined) return undefined
  if (nodeGroup === undefined) return launchMsOf(tookMs, machines, roll)
  const batches = batchesOf(machines, nodeGroup)
  return batches === 0 ? undefined : Math.max(0, (tookMs - batches * drainMs) / (batches + 1))
}

function batchesOf(machines: number, { limit }: NonNullable<Target['nodeGroup']>): number {
  return Math.ceil(machines / mostUnavailable(limit, machines))
}

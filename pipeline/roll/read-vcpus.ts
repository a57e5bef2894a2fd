// Reads how many vCPUs the account has, uses, and would use for one machine more of a group.

import type { CloudAt, CloudOutcome, FleetInstance, GroupState } from '../ports/index.ts'
import { isThere } from './group-now.ts'

export interface Vcpus {
  readonly quota: number
  readonly inUse: number
  /** Of the largest type the group runs. */
  readonly perMachine: number
}

export interface FoundVcpus extends Vcpus {
  /** Of the largest type among those machines, 0 where the quota counts none of them. */
  largest(machines: readonly FleetInstance[]): number
}

/** "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" [doc: ec2-on-demand-instances]. */
const standardQuota = 'L-1216C47A'
const standardTypes = /^(?!inf|trn|dl|hpc|mac)[acdhimrtz]/

/**
 * Undefined for a group that draws on other quotas: of spot machines, or of types with one of their own.
 * @param fleet every machine of the account.
 */
export async function readVcpus(
  at: CloudAt,
  group: GroupState,
  fleet: readonly FleetInstance[],
): Promise<CloudOutcome<FoundVcpus | undefined>> {
  const counted = fleet.filter(isCounted)
  const members = new Set(group.instances.map(({ id }) => id))
  const own = counted.filter(({ id }) => members.has(id))
  if (own.length === 0) return { ok: true, value: undefined }
  const types = await at.instanceTypes([...new Set(counted.map(({ instanceType }) => instanceType))])
  if (!types.ok) return types
  const quota = await at.quota('ec2', standardQuota)
  // A partition without Service Quotas has no answer; its launches say soon enough.
  if (!quota.ok) return quota.kind === 'not-found' ? { ok: true, value: undefined } : quota
  const size = new Map(types.value.map(({ name, vcpus }) => [name, vcpus]))
  const vcpusOf = ({ instanceType }: FleetInstance) => size.get(instanceType) ?? 0
  const inUse = counted.reduce((sum, instance) => sum + vcpusOf(instance), 0)
  const largest = (machines: readonly FleetInstance[]) => Math.max(0, ...machines.filter(isCounted).map(vcpusOf))
  return { ok: true, value: { quota: quota.value, inUse, perMachine: largest(own), largest } }
}

function isCounted(instance: FleetInstance): boolean {
  return !instance.spot && isThere(instance) && standardTypes.test(instance.instanceType)
}

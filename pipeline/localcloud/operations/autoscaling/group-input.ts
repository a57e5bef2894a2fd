// What CreateAutoScalingGroup and UpdateAutoScalingGroup say, checked and turned into a group's own terms.

import type { CreateAutoScalingGroupType, UpdateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling'
import { terminationPolicies } from '../../reconcile/termination-policies.ts'
import { ensureDefaultNetwork } from '../../store/default-network.ts'
import type { Group } from '../../store/group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'

export function validation(message: string): ApiFault {
  return new ApiFault('ValidationError', message)
}

export function findAutoScalingGroup(draft: Draft, place: PlaceKey, name: string | undefined): Group {
  const group = name === undefined ? undefined : draft.get(place, 'groups', name)
  if (group !== undefined) return group
  throw validation(`AutoScalingGroup name not found - AutoScalingGroup ${name} not found`)
}

export interface Spread {
  readonly zones: readonly string[]
  readonly subnetIds: readonly string[]
}

/** Subnets as written (`subnet-1,subnet-2`), or the default subnets of the zones. */
export function spreadOf(
  draft: Draft,
  place: PlaceKey,
  input: Pick<CreateAutoScalingGroupType | UpdateAutoScalingGroupType, 'VPCZoneIdentifier' | 'AvailabilityZones'>,
  cidr: string,
): Spread | undefined {
  ensureDefaultNetwork(draft, place, cidr)
  const { VPCZoneIdentifier: written, AvailabilityZones: zones } = input
  if (written) {
    const subnetIds = written.split(',').map((id) => id.trim())
    const found = subnetIds.map((id) => {
      const subnet = draft.get(place, 'subnets', id)
      if (subnet === undefined) throw validation(`The subnet ID '${id}' does not exist`)
      return subnet.zone
    })
    return { subnetIds, zones: [...new Set(found)] }
  }
  if (!zones?.length) return undefined
  const subnets = draft.rows(place, 'subnets')
  const subnetIds = zones.map((zone) => {
    const subnet = subnets.find((row) => row.isDefault && row.zone === zone)
    if (subnet === undefined) throw validation(`The availability zone ${zone} is not valid`)
    return subnet.id
  })
  return { subnetIds, zones }
}

export function checkSizes({ minSize, maxSize, desired }: Pick<Group, 'minSize' | 'maxSize' | 'desired'>): void {
  if (minSize < 0 || maxSize < minSize)
    throw validation(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`)
  if (desired < minSize)
    throw validation(`Desired capacity:${desired} must be between the specified min size:${minSize} and max size:${maxSize}`)
  if (desired > maxSize)
    throw validation(`Desired capacity:${desired} must be between the specified min size:${minSize} and max size:${maxSize}`)
}

const healthTypes = new Set(['EC2', 'EBS', 'ELB'])

export function checkHealthType(written: string | undefined): void {
  for (const type of written?.split(',') ?? []) if (!healthTypes.has(type)) throw unsupported(`HealthCheckType=${type}`)
}

export function checkTerminationPolicies(written: readonly string[] | undefined): void {
  for (const policy of written ?? []) {
    if (policy.startsWith('arn:')) throw unsupported(`TerminationPolicies=${policy} (a Lambda function)`)
    if (!(terminationPolicies as readonly string[]).includes(policy)) throw validation(`Invalid termination policy: ${policy}`)
  }
}

/** "Both must be specified, and the difference cannot be greater than 100. To clear a previously set value, specify -1" [doc: InstanceMaintenancePolicy]. */
export function maintenanceOf(input: CreateAutoScalingGroupType['InstanceMaintenancePolicy']): Group['maintenance'] {
  if (input === undefined) return undefined
  const { MinHealthyPercentage: minHealthy, MaxHealthyPercentage: maxHealthy } = input
  if (minHealthy === undefined || maxHealthy === undefined || (minHealthy === -1) !== (maxHealthy === -1))
    throw validation('Both MinHealthyPercentage and MaxHealthyPercentage must be specified.')
  if (minHealthy === -1) return undefined
  if (minHealthy < 0 || minHealthy > 100) throw validation('MinHealthyPercentage must be between 0 and 100.')
  if (maxHealthy < 100 || maxHealthy > 200) throw validation('MaxHealthyPercentage must be between 100 and 200.')
  if (maxHealthy - minHealthy > 100)
    throw validation('The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.')
  return { minHealthy, maxHealthy }
}

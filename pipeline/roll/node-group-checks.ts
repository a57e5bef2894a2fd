// Checks of a managed node group: whether EKS would take an update of it, and whether there would be a way back.

import type { Refusal } from './check.ts'
import type { GroupNow } from './group-now.ts'

/** Only a template that names its image can be given another one, and be taken back. */
export function ownTemplate({ name, nodeGroup }: GroupNow): Refusal | undefined {
  if (nodeGroup === undefined || (nodeGroup.amiType === 'CUSTOM' && nodeGroup.template !== undefined)) return undefined
  const from = nodeGroup.template === undefined ? 'has no launch template of yours' : 'has a launch template that names no image'
  return {
    cause: `the managed node group ${name} ${from}, so that EKS chooses its image (${nodeGroup.amiType || 'no AMI type'})`,
    hint: 'EKS changes no node group from one to the other: make a new one from a launch template that names the image and its user data, and drain this one.',
  }
}

/** EKS takes an update of an active one only, and one at a time. */
export function readyNodeGroup({ name, nodeGroup }: GroupNow): Refusal | undefined {
  if (nodeGroup === undefined || nodeGroup.status === 'ACTIVE') return undefined
  const { cluster, name: ownName, status, issues } = nodeGroup
  const look = `aws eks describe-nodegroup --cluster-name ${cluster} --nodegroup-name ${ownName}`
  if (status === 'UPDATING') {
    const updates = `aws eks list-updates --name ${cluster} --nodegroup-name ${ownName}`
    return {
      cause: `an update that drover did not start is running on the managed node group ${name}`,
      hint: `Let it end, for EKS stops none: ${updates}`,
    }
  }
  if (status === 'DEGRADED') {
    const cause = `the managed node group ${name} is DEGRADED: ${issues.join('; ') || 'EKS does not say why'}`
    return { cause, hint: `Mend what EKS names, until it is ACTIVE again: ${look}` }
  }
  return { cause: `the managed node group ${name} is ${status}`, hint: `Roll it when it is ACTIVE: ${look}` }
}

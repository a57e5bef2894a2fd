// Checks of who else has a say in a group: EKS, Karpenter, or a person by a tag.

import type { GroupState } from '../ports/index.ts'
import type { Refusal } from './check.ts'

/** A managed node group is replaced by EKS, with the pods drained; a refresh behind its back would not drain them. */
export function managedElsewhere({ name, tags }: GroupState): Refusal | undefined {
  const nodeGroup = tags['eks:nodegroup-name']
  if (nodeGroup !== undefined) {
    return {
      cause: `${name} belongs to the EKS managed node group ${nodeGroup}, which replaces its machines itself`,
      hint: `Name it instead of its group: { nodeGroup: REGION/${tags['eks:cluster-name'] ?? 'CLUSTER'}/${nodeGroup} }`,
    }
  }
  const karpenter = Object.keys(tags).find((tag) => /^karpenter\.(sh|k8s\.aws)\//.test(tag) && tag !== mayBeFound)
  if (karpenter === undefined) return undefined
  return {
    cause: `${name} belongs to Karpenter (tag ${karpenter}), which replaces its machines itself`,
    hint: 'Name its EC2NodeClass instead of the group: { karpenter: REGION/CLUSTER/CLASS, parameter: NAME }',
  }
}

/** Modules put it on everything of a cluster: Karpenter looks for subnets by it, and owns nothing for it. */
const mayBeFound = 'karpenter.sh/discovery'

/** What a person has said about rolls of the group. */
const rollTag = 'drover:roll'

export function forbidden({ name, tags }: GroupState): Refusal | undefined {
  const wish = tags[rollTag]
  if (wish === undefined || wish === 'by-hand') return undefined
  if (wish === 'never') {
    const hint = 'Take the group out of drover.yaml; or, when it may be rolled, the tag off it.'
    return { cause: `${name} is tagged ${rollTag} = ${wish}`, hint }
  }
  return {
    cause: `${name} is tagged ${rollTag} = ${wish}, which says nothing`,
    hint: 'Write never or by-hand, or take the tag off.',
  }
}

/** Rolled only when a person says so, release by release. */
export function isByHand({ tags }: GroupState): boolean {
  return tags[rollTag] === 'by-hand'
}

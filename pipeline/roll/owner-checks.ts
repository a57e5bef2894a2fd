// Checks of who else has a say in a group: EKS, Karpenter, a cluster whose pods must be drained, or a person by a tag.

import type { GroupState } from '../ports/index.ts'
import type { PreflightFacts, Refusal } from './check.ts'

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

/** Kubernetes learns of a terminated node when it is gone: a hook holds the machine while its pods are moved. */
export function undrained({ name, tags }: GroupState, { hooks }: PreflightFacts): Refusal | undefined {
  const cluster = clusterTagOf(tags)
  if (cluster === undefined || hooks.some(({ transition }) => transition === 'terminating')) return undefined
  const hook = `aws autoscaling put-lifecycle-hook --auto-scaling-group-name ${name} --lifecycle-hook-name drain`
  const holding = '--lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 600 --default-result CONTINUE'
  return {
    cause: `${name} is of a Kubernetes cluster (tag ${cluster}) and has no lifecycle hook that lets its nodes be drained`,
    hint: `Add one that aws-node-termination-handler or another drainer answers: ${hook} ${holding}`,
  }
}

/** Without one a machine counts as in service when it runs, and the next node goes before this one has taken a pod. */
export function unawaited({ name, tags }: GroupState, { hooks }: PreflightFacts): Refusal | undefined {
  const cluster = clusterTagOf(tags)
  if (cluster === undefined || hooks.some(({ transition }) => transition === 'launching')) return undefined
  const hook = `aws autoscaling put-lifecycle-hook --auto-scaling-group-name ${name} --lifecycle-hook-name drover-node-ready`
  // CONTINUE, so that an image without what completes it, such as the one a roll goes back to, only comes late.
  const holding = '--lifecycle-transition autoscaling:EC2_INSTANCE_LAUNCHING --heartbeat-timeout 900 --default-result CONTINUE'
  return {
    cause: `${name} is of a Kubernetes cluster (tag ${cluster}) and has no lifecycle hook that waits until a new node is Ready`,
    hint: `Add one that the image's drover-node-ready completes (docs/kubernetes.md): ${hook} ${holding}`,
  }
}

function clusterTagOf(tags: GroupState['tags']): string | undefined {
  return Object.keys(tags).find((tag) => /^(kubernetes\.io\/cluster\/|k8s\.io\/cluster-autoscaler\/)/.test(tag))
}

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

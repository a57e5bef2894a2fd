// The tags by which machines of Karpenter's are known.

import type { Tags } from '../ports/index.ts'
import type { NodeClassPolicy } from './policy.ts'

const classTag = 'karpenter.k8s.aws/ec2nodeclass'
const clusterTag = 'kubernetes.io/cluster/'

/** Karpenter puts them on every instance it launches [inferred: both are among the tags that an EC2NodeClass may not set itself]. */
export function nodeClassTags({ cluster, nodeClass }: NodeClassPolicy): Tags {
  return { [`${clusterTag}${cluster}`]: 'owned', [classTag]: nodeClass }
}

/** `cluster/class` of the EC2NodeClass that a machine with those tags was made from; undefined for none. */
export function nodeClassOf(tags: Tags): string | undefined {
  const cluster = Object.keys(tags).find((tag) => tag.startsWith(clusterTag))
  const nodeClass = tags[classTag]
  return cluster === undefined || nodeClass === undefined ? undefined : `${cluster.slice(clusterTag.length)}/${nodeClass}`
}

// What a family's images are made from: vendor images by name, or those a vendor publishes under public parameters.

import type { BaseQuery, NodeSettings } from '../resolved.ts'
import type { WrittenConfig, WrittenFamily, WrittenNode } from '../written/drover-file.ts'
import { eksOwners } from './eks-owners.ts'

/** `/aws/service/eks/optimized-ami/VERSION/amazon-linux-2023/ARCHITECTURE/standard/recommended/…` [doc: eks/retrieve-ami-id]. */
const eksImages = '/aws/service/eks/optimized-ami'

export function basesOf({ images }: WrittenConfig, { base, node }: WrittenFamily): readonly BaseQuery[] {
  if (node === undefined) {
    return (base ?? []).map(({ architecture, owner, name }) => ({
      architecture: architecture.value,
      ownerAccount: owner,
      nameGlob: name,
    }))
  }
  const { kubernetes, architectures, owners, releaseVersion } = node
  return architectures.value.map((architecture) => ({
    architecture,
    ownerAccounts: owners ?? eksOwners(images.region.value),
    parameters: `${eksImages}/${kubernetes}/amazon-linux-2023/${architecture}/standard/recommended`,
    kubernetes,
    distribution: releaseVersion,
  }))
}

export function nodeSettings({ kubernetes, upgradeNodeComponents, supportNotice, afterSupport }: WrittenNode): NodeSettings {
  return { kubernetes, upgradeComponents: upgradeNodeComponents, supportNoticeMs: supportNotice, afterSupport }
}

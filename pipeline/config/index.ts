// The configuration: what a user writes in YAML, and what the other rooms read of it.

export { ownersOf } from './base-queries.ts'
export { debianAccount } from './debian-account.ts'
export {
  componentsOf,
  type FamilyKind,
  madeNodeOf,
  neverBootedHere,
  ownPackagesOf,
  type PackageManager,
  packageManagerOf,
  unitsOfUserData,
} from './family-kinds.ts'
export { kubernetesSupport } from './kubernetes-support.ts'
export { type LoadedConfig, loadConfig } from './load-config.ts'
export { type ReadOrigin, readOrigin } from './origin.ts'
export { eksOwners } from './resolve/eks-owners.ts'
export { partitionOf } from './resolve/partition.ts'
export type * from './resolved.ts'
export type * from './resolved-notification.ts'
export { ssmAgentUnit } from './ssm-agent.ts'

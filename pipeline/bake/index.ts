// The bake: from a family's configuration and a pinned base to one image per architecture, made by Packer.

export { checkReach, type ReachOutlook } from './check-reach.ts'
export { createBake } from './create-bake.ts'
export { resolveBases } from './resolve-bases.ts'

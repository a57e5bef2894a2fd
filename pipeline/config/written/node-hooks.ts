// What the lifecycle hooks of a cluster's self-managed groups must be like, as it is written.

import { usualNodeHooks } from '../../release/index.ts'
import { mapping, placedDefault, withDefault } from '../yaml/mapping.ts'
import { duration, shaped } from '../yaml/scalars.ts'

/** "Letters, digits, hyphens, underscores and slashes" [doc: PutLifecycleHook]. */
const hookName = shaped('the name of a lifecycle hook', /^[\w/-]{1,255}$/, 'drover-node-ready')

export const nodeHooks = mapping('`nodeHooks`', {
  launch: withDefault(hookName, usualNodeHooks.launch),
  readyWithin: placedDefault(duration(), usualNodeHooks.readyWithinMs),
  drain: placedDefault(duration(), usualNodeHooks.drainMs),
})

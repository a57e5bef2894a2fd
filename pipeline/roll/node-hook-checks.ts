// Lifecycle hooks of a cluster's group: a node counts once it is Ready, and goes once its pods or tasks have had their time.

import { formatDuration } from '../kernel/index.ts'
import type { GroupState, LifecycleHook } from '../ports/index.ts'
import { besideReadyMs, type GroupTarget, longestHeartbeatMs, usualNodeHooks } from '../release/index.ts'
import type { PreflightFacts, Refusal, RollOrder } from './check.ts'

/** Kubernetes learns of a terminated node when it is gone: a hook holds the machine while its pods are moved. */
export function undrained({ name, tags }: GroupState, { hooks }: PreflightFacts, order: RollOrder): Refusal | undefined {
  const cluster = clusterTagOf(tags)
  if (cluster === undefined) return undefined
  const drainMs = order.target.nodeHooks?.drainMs ?? 0
  const longest = hooksOf(hooks, 'terminating').toSorted((one, other) => other.heartbeatMs - one.heartbeatMs)[0]
  if (longest === undefined) {
    const line = putHook(name, 'drain', 'TERMINATING', Math.max(drainMs, 600_000))
    return {
      cause: `${name} is of a Kubernetes cluster (tag ${cluster}) and has no lifecycle hook that lets its nodes be drained`,
      hint: `Add one that aws-node-termination-handler or another drainer answers: ${line}`,
    }
  }
  if (longest.heartbeatMs >= drainMs) return undefined
  const line = putHook(name, longest.name, 'TERMINATING', drainMs)
  return {
    cause: `the terminate hook ${longest.name} of ${name} gives pods ${formatDuration(longest.heartbeatMs)} to leave a node, and ${formatDuration(drainMs)} is asked for (\`nodeHooks.drain\`)`,
    hint: `Hold for longer: ${line}; or, where the drainer renews the heartbeat, ${configured(order, `drain: ${formatDuration(longest.heartbeatMs)}`)}`,
  }
}

/**
 * ECS places tasks on machines of a capacity provider until they are gone, unless its managed draining holds them by a hook
 * [doc: managed-instance-draining].
 */
export function tasksUndrained(
  { name, tags }: GroupState,
  { hooks }: PreflightFacts,
  { target }: RollOrder,
): Refusal | undefined {
  if (isOlder(target) || tags[ecsTag] === undefined || hooksOf(hooks, 'terminating').length > 0) return undefined
  return {
    cause: `${name} belongs to a capacity provider of ECS (tag ${ecsTag}) and has no lifecycle hook that lets its tasks be moved`,
    hint: 'Turn on managed draining: aws ecs update-capacity-provider --name PROVIDER --auto-scaling-group-provider managedDraining=ENABLED',
  }
}

/** ECS puts it on the groups of its capacity providers. [doc: asg-capacity-providers] */
const ecsTag = 'AmazonECSManaged'

/** Without one a machine counts as in service when it runs, and the next node goes before this one has taken a pod. */
export function unawaited({ name, tags }: GroupState, { hooks }: PreflightFacts, order: RollOrder): Refusal | undefined {
  const { target } = order
  const cluster = clusterTagOf(tags)
  if (cluster === undefined) return undefined
  const { launch, readyWithinMs } = target.nodeHooks ?? usualNodeHooks
  const launching = hooksOf(hooks, 'launching')
  if (isOlder(target) && launching.length > 0) return undefined
  const own = launching.find((hook) => hook.name === launch)
  // What an older ledger asks for may leave less than the whole of it.
  const neededMs = Math.min(readyWithinMs + besideReadyMs, longestHeartbeatMs)
  const line = putHook(name, launch, 'LAUNCHING', neededMs)
  if (own === undefined) {
    const others = launching.map((hook) => hook.name).join(', ')
    const lacks = others === '' ? 'no lifecycle hook' : `no lifecycle hook ${launch} beside ${others}, and so none known as one`
    const another = others === '' ? '' : `; or, where one of these does that, ${configured(order, 'launch: NAME')}`
    return {
      cause: `${name} is of a Kubernetes cluster (tag ${cluster}) and has ${lacks} that waits until a new node is Ready`,
      hint: `Add one that the image's drover-node-ready completes (docs/kubernetes.md): ${line}${another}`,
    }
  }
  if (own.heartbeatMs >= neededMs) return undefined
  return {
    cause: `the launch hook ${launch} of ${name} holds a machine for ${formatDuration(own.heartbeatMs)}, and a node may need ${formatDuration(neededMs)}: ${formatDuration(readyWithinMs)} to be Ready (\`nodeHooks.readyWithin\`), the rest to boot and to say how it ended; ${outcomeOf(own)}`,
    hint: `Hold for longer: ${line}`,
  }
}

/** What may be written in drover.yaml; of a release its ledger says what is asked. */
function configured({ recorded }: RollOrder, written: string): string {
  return `write nodeHooks: { ${written} }${recorded ? ', which counts from the next release on' : ''}`
}

/**
 * Of a release that was opened before a hook's name and heartbeat were asked for, as were ECS's: any hook will do, or it could not be
 * ended as it was begun.
 */
function isOlder({ nodeHooks }: GroupTarget): boolean {
  return nodeHooks === undefined
}

function hooksOf(hooks: readonly LifecycleHook[], transition: LifecycleHook['transition']): readonly LifecycleHook[] {
  return hooks.filter((hook) => hook.transition === transition)
}

function outcomeOf({ defaultResult }: LifecycleHook): string {
  return defaultResult === 'CONTINUE'
    ? 'it then counts, Ready or not (CONTINUE)'
    : 'it is then ended, launch after launch (ABANDON)'
}

/** The same line adds a hook and changes one. CONTINUE, so that an image without what completes it, such as the one a roll goes back to, only comes late. */
function putHook(group: string, hook: string, way: 'LAUNCHING' | 'TERMINATING', heartbeatMs: number): string {
  return [
    `aws autoscaling put-lifecycle-hook --auto-scaling-group-name ${group} --lifecycle-hook-name ${hook}`,
    `--lifecycle-transition autoscaling:EC2_INSTANCE_${way} --heartbeat-timeout ${Math.ceil(heartbeatMs / 1_000)} --default-result CONTINUE`,
  ].join(' ')
}

function clusterTagOf(tags: GroupState['tags']): string | undefined {
  return Object.keys(tags).find((tag) => /^(kubernetes\.io\/cluster\/|k8s\.io\/cluster-autoscaler\/)/.test(tag))
}

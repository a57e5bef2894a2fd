// Whether every daemon set has a ready pod on every node it wants, as far as the stage's nodes are concerned.

import { type Answer, type ClusterAt, list } from './api.ts'
import { type DaemonSet, daemonSetShape, type Pod, podShape } from './shapes.ts'

/** The first daemon set that is short, in a sentence; empty when all are full. */
export async function shortDaemonSet(at: ClusterAt, nodes: ReadonlySet<string>): Promise<Answer<string>> {
  const sets = await list(at, '/apis/apps/v1/daemonsets', {}, daemonSetShape)
  if (!sets.ok) return sets
  for (const set of sets.value.filter(({ status }) => status.numberReady < status.desiredNumberScheduled)) {
    const fault = await shortHere(at, set, nodes)
    if (!fault.ok || fault.value !== '') return fault
  }
  return { ok: true, value: '' }
}

/** Its figures are the whole cluster's: a pod that is not ready on a node of somebody else's is not the release's fault. */
async function shortHere(at: ClusterAt, set: DaemonSet, nodes: ReadonlySet<string>): Promise<Answer<string>> {
  const { name, namespace, uid } = set.metadata
  const { desiredNumberScheduled: desired, numberReady } = set.status
  const labels = Object.entries(set.spec.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  const query = labels.length === 0 ? {} : { labelSelector: labels.join(',') }
  const pods = await list(at, `/api/v1/namespaces/${namespace}/pods`, query, podShape)
  if (!pods.ok) return pods
  const own = pods.value.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
  const figures = `the daemon set ${namespace}/${name} has ${numberReady} of ${desired} pods ready`
  const bad = own.find((pod) => !isReady(pod) && nodes.has(nodeOf(pod)))
  if (bad) return { ok: true, value: `${figures}: ${bad.metadata.name} on ${nodeOf(bad)} is not: ${whyOf(bad)}` }
  const covered = new Set(own.map(nodeOf))
  const bare = [...nodes].filter((node) => !covered.has(node))
  // Which nodes it wants only its controller knows: as many pods as it wants, and none missing can be on these nodes.
  if (own.length >= desired || bare.length === 0) return { ok: true, value: '' }
  return { ok: true, value: `${figures}: ${desired - own.length} are not there, and ${bare[0]} has none` }
}

/** A daemon set's pod that is not on its node yet names it in its affinity. */
function nodeOf({ spec }: Pod): string {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const wanted = terms.flatMap(({ matchFields }) => matchFields ?? []).find(({ key }) => key === 'metadata.name')
  return spec.nodeName ?? wanted?.values?.[0] ?? ''
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
}

function whyOf({ status }: Pod): string {
  const waiting = status.containerStatuses?.find(({ state }) => state?.waiting)?.state?.waiting
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  return waiting?.reason || ready?.reason || status.reason || status.phase || 'it has not said how it is'
}

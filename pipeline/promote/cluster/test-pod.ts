// Runs the pod of the `cluster` test to its end, and takes it away however that came.

import { z } from 'zod'
import { formatDuration } from '../../kernel/index.ts'
import { type Answer, ask, type ClusterAt, list } from './api.ts'
import { type PodWish, podManifest, podNameOf, releaseLabel } from './pod-manifest.ts'
import { type Pod, podShape } from './shapes.ts'

const pollMs = 3_000
/** Of its own, whatever the test has used up: what was begun is taken away. */
const removalMs = 30_000

export interface PodEnd {
  /** One sentence, without the node; empty when it did what it should. */
  readonly fault: string
  /** Why it is still there; empty when it is gone. */
  readonly left: string
}

export async function runTestPod(at: ClusterAt, namespace: string, wish: PodWish): Promise<PodEnd> {
  const path = `/api/v1/namespaces/${namespace}/pods`
  const name = podNameOf(wish)
  let fault = ''
  let left = ''
  try {
    const made = await ask(at, { method: 'POST', path, body: podManifest(wish) }, z.unknown())
    // Taken already: the answer to the first try was lost.
    fault = made.ok || made.status === 409 ? await untilEnded(at, `${path}/${name}`, wish) : made.message
  } finally {
    left = await remove(at, `${path}/${name}`)
  }
  return { fault, left }
}

async function untilEnded(at: ClusterAt, path: string, wish: PodWish): Promise<string> {
  for (;;) {
    const seen = await ask(at, { method: 'GET', path }, podShape)
    if (!seen.ok) return seen.status === 404 ? 'somebody has taken the test pod away' : seen.message
    const { phase } = seen.value.status
    const where = seen.value.spec.nodeName
    if (phase === 'Succeeded' && wish.nodes.some(({ metadata }) => metadata.name === where)) return ''
    if (phase === 'Succeeded') return `the test pod has run on ${where ?? 'no node'}, which is none of the group's`
    if (phase === 'Failed') return `a pod on ${where ?? 'no node'} has failed: ${lastWords(seen.value)}`
    if (at.clock.now() >= at.deadline) return `${stateOf(seen.value, wish)} after ${formatDuration(wish.timeoutMs)}`
    await at.clock.pause(pollMs, at.signal)
  }
}

function lastWords({ status }: Pod): string {
  const ended = status.containerStatuses?.[0]?.state?.terminated
  const words = ended?.message || status.message || ended?.reason || status.reason || 'it does not say why'
  return ended ? `exit ${ended.exitCode}: ${words}` : words
}

/** How far it has come, in a sentence. */
function stateOf({ spec, status }: Pod, { image }: PodWish): string {
  const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled')
  if (spec.nodeName == null)
    return `no node takes a pod: ${scheduled?.message || scheduled?.reason || 'the scheduler says nothing'}`
  const waiting = status.containerStatuses?.[0]?.state?.waiting
  const said = waiting?.message ? `${waiting.reason}: ${waiting.message}` : (waiting?.reason ?? '')
  if (/Image|Registry/.test(waiting?.reason ?? '')) return `${spec.nodeName} can't pull ${image} (${said})`
  return `a pod on ${spec.nodeName} has not ended (${said || status.phase || 'it says nothing'})`
}

/** Also when the run was given up: with a signal of its own. */
async function remove(at: ClusterAt, path: string): Promise<string> {
  const own = { ...at, signal: new AbortController().signal, deadline: at.clock.now() + removalMs }
  const gone = await ask(own, { method: 'DELETE', path }, z.unknown())
  return gone.ok || gone.status === 404 ? '' : gone.message
}

/** Pods of releases that have ended, or that nobody can be waiting for any more; why one could not be taken away. */
export async function removeLeftovers(at: ClusterAt, namespace: string, olderThanMs: number): Promise<Answer<number>> {
  const path = `/api/v1/namespaces/${namespace}/pods`
  const pods = await list(at, path, { labelSelector: releaseLabel }, podShape)
  if (!pods.ok) return pods
  const leftovers = pods.value.filter((pod) => isLeft(pod, at.clock.wallNow() - olderThanMs))
  for (const { metadata } of leftovers) {
    const why = await remove(at, `${path}/${metadata.name}`)
    if (why !== '') return { ok: false, message: why }
  }
  return { ok: true, value: leftovers.length }
}

function isLeft({ metadata, status }: Pod, before: number): boolean {
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return true
  return Date.parse(metadata.creationTimestamp ?? '') < before
}

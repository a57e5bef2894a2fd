// The pod of the `cluster` test: it resolves names on one of the stage's nodes, and ends.

import { sha256 } from '../../kernel/index.ts'
import type { Node } from './shapes.ts'

/** On every pod of drover's, with the release's ID: what a runner that died has left is found by it. */
export const releaseLabel = 'drover.io/release'

export interface PodWish {
  readonly release: string
  readonly stage: string
  readonly test: string
  readonly group: string
  readonly image: string
  readonly lookUp: readonly string[]
  /** Any one of them. */
  readonly nodes: readonly Node[]
  readonly timeoutMs: number
  readonly nowMs: number
}

/** The scheduler is asked with a term a node, and takes its time over each. */
const mostNodes = 50

/** What comes up with a pod's network comes up with it, not before it. */
const script = `for name in "$@"; do
  tries=1
  until nslookup "$name"; do
    [ "$tries" -lt 3 ] || { echo "no address for $name"; exit 1; }
    tries=$((tries + 1))
    sleep 2
  done
done`

export function podNameOf({ release, stage, test, group, nowMs }: PodWish): string {
  return `drover-test-${sha256([release, stage, test, group, nowMs].join('\n')).slice(0, 16)}`
}

/** By the scheduler, and not by `nodeName`, which goes past it; within Pod Security's `restricted`. */
export function podManifest(wish: PodWish): object {
  const nodes = wish.nodes.slice(0, mostNodes)
  const term = ({ metadata }: Node) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [metadata.name] }] })
  const tooLateMs = wish.timeoutMs + 60_000
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podNameOf(wish),
      labels: { [releaseLabel]: wish.release, 'app.kubernetes.io/managed-by': 'drover' },
      annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' },
    },
    spec: {
      restartPolicy: 'Never',
      // Its end when nobody is left to remove it.
      activeDeadlineSeconds: Math.ceil(tooLateMs / 1_000),
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: nodes.map(term) } },
      },
      tolerations: tolerations(nodes),
      securityContext: { runAsNonRoot: true, runAsUser: 65_534, runAsGroup: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'test',
          image: wish.image,
          imagePullPolicy: 'Always',
          command: ['sh', '-c', script, 'drover', ...wish.lookUp],
          // So that its last words are in its status: nothing needs a right to read logs.
          terminationMessagePolicy: 'FallbackToLogsOnError',
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  }
}

/** Taints that say that a node is not fit, or not yet: a pod that bears with them would prove nothing. */
const unfit = /^node\.kubernetes\.io\/|not-?ready|uninitialized|startup|disrupt/i

/** What the owners of the nodes keep other pods off with. */
function tolerations(nodes: readonly Node[]): readonly object[] {
  const taints = nodes.flatMap(({ spec }) => spec.taints ?? []).filter(({ key }) => !unfit.test(key))
  const distinct = new Map(taints.map(({ key, effect }) => [`${key}:${effect}`, { key, effect, operator: 'Exists' }]))
  return [...distinct.values()]
}

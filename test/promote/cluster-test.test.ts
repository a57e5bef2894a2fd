// The nodes of a stage as its cluster's API tells of them, by a stand-in of it: what passes, and the sentence of what does not.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CloudAt } from '../../pipeline/ports/index.ts'
import { testCluster } from '../../pipeline/promote/cluster-test.ts'
import type { TestRun, TestVerdict } from '../../pipeline/promote/test-run.ts'
import type { TestPolicy } from '../../pipeline/release/index.ts'
import { createFiles, createHttpClient } from '../../pipeline/system/index.ts'
import { aRelease, aStage, minuteMs } from '../support/factories.ts'
import { aDaemonSet, aNode, type KubernetesApi, nodeName, refusal, startKubernetesApi } from '../support/kubernetes-api.ts'
import { scriptedCloud, succeeded } from '../support/scripted-cloud.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'

type ClusterTest = Extract<TestPolicy, { readonly kind: 'cluster' }>

const image = 'registry.example.com/busybox:1.37'
const aTest: ClusterTest = {
  kind: 'cluster',
  name: 'nodes work',
  access: { kind: 'eks', cluster: 'acme-prod' },
  groups: [],
  namespace: 'drover',
  image,
  lookUp: ['shop.example.com'],
  timeoutMs: 3 * minuteMs,
}
const machine = (id: string, group = 'blue') => ({ id, group, address: '10.1.0.4', imageId: 'ami-1' })

let clock: VirtualClock
let api: KubernetesApi
beforeEach(async () => {
  clock = createVirtualClock()
  api = await startKubernetesApi(() => clock.wallNow())
  api.nodes.push(aNode('i-0a'), aNode('i-0b'), aNode('i-0f'))
  api.daemonSets.push(aDaemonSet('aws-node', 3, 3))
})
afterEach(() => api.close())

interface Scene {
  readonly over?: Partial<ClusterTest>
  readonly machines?: readonly ReturnType<typeof machine>[]
  readonly rehearsal?: boolean
  readonly door?: CloudAt['clusterDoor']
  readonly signal?: AbortSignal
}

async function judged({ over, machines, rehearsal = false, door, signal }: Scene = {}) {
  const clusterDoor = door ?? (async () => succeeded({ server: api.server, authority: api.authority, token: 'known' }))
  const at = scriptedCloud(() => ({ clusterDoor })).at({ account: '444444444444', region: 'eu-west-1' })
  const run: Partial<TestRun> = {
    clock,
    http: createHttpClient(),
    files: createFiles(),
    signal: signal ?? new AbortController().signal,
    release: { ...aRelease(), rehearsal },
    stage: aStage('prod'),
    round: 'start',
    regions: [{ region: 'eu-west-1', at, machines: machines ?? [machine('i-0a'), machine('i-0b', 'green')] }],
  }
  const begunAt = clock.now()
  const verdict: TestVerdict = await testCluster({ ...aTest, ...over }, run as TestRun)
  return { ...verdict, tookMs: clock.now() - begunAt }
}

describe('passes', () => {
  test('when all nodes are ready and full and each group has run a pod, which is gone afterwards', async () => {
    expect(await judged()).toMatchObject({ ok: true, detail: '' })
    const [blue, green, ...more] = api.created
    expect(more).toEqual([])
    const nodesOf = (pod?: (typeof api.created)[number]) =>
      pod?.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.map(
        (term: { readonly matchFields: readonly object[] }) => term.matchFields,
      )
    const onNode = (id: string) => [{ key: 'metadata.name', operator: 'In', values: [nodeName(id)] }]
    expect(nodesOf(blue)).toEqual([onNode('i-0a')])
    expect(nodesOf(green)).toEqual([onNode('i-0b')])
    expect(blue?.metadata.labels).toMatchObject({ 'drover.io/release': aRelease().id })
    expect(blue?.spec.containers[0]).toMatchObject({ image, imagePullPolicy: 'Always' })
    expect(blue?.spec.containers[0].command.at(-1)).toBe('shop.example.com')
    expect([...api.pods]).toEqual([])
  })

  test('when a node becomes ready in time, and what is not ready on somebody else’s node is not looked at', async () => {
    api.nodes.splice(0, 1, aNode('i-0a', { ready: 'False' }))
    api.daemonSets.splice(0, 1, aDaemonSet('aws-node', 3, 2))
    api.pods.set('kube-system/aws-node-a', daemonPod('aws-node', 'i-0a', true))
    api.pods.set('kube-system/aws-node-b', daemonPod('aws-node', 'i-0b', true))
    api.pods.set('kube-system/aws-node-f', daemonPod('aws-node', 'i-0f', false))
    api.disturb = () => void (clock.now() >= begun + minuteMs && api.nodes.splice(0, 1, aNode('i-0a')))
    const begun = clock.now()
    const { ok, detail, tookMs } = await judged()
    expect({ ok, detail }).toEqual({ ok: true, detail: '' })
    expect(tookMs).toBeGreaterThanOrEqual(minuteMs)
  })

  test('on nodes whose owner keeps other pods off, but not on those that are not ready for any', async () => {
    const taints = [{ key: 'acme.example/gpu', effect: 'NoSchedule' }]
    api.nodes.splice(0, 1, aNode('i-0a', { spec: { taints } }))
    expect(await judged({ machines: [machine('i-0a')] })).toMatchObject({ ok: true })
    const unfit = [{ key: 'node.cilium.io/agent-not-ready', effect: 'NoSchedule' }]
    api.nodes.splice(0, 1, aNode('i-0a', { spec: { taints: unfit } }))
    const { detail } = await judged({ machines: [machine('i-0a')] })
    expect(detail).toContain('blue: no node takes a pod: 0/3 nodes are available')
  })

  test('through a page after a page', async () => {
    for (let index = 0; index < 250; index++) api.nodes.unshift(aNode(`i-${index}`))
    expect(await judged()).toMatchObject({ ok: true })
    expect(api.asked.filter(({ path }) => path === '/api/v1/nodes')).toHaveLength(3)
  })

  test('with the groups that are named, and no other', async () => {
    expect(await judged({ over: { groups: [{ region: 'eu-west-1', name: 'green' }] } })).toMatchObject({ ok: true })
    expect(api.created).toHaveLength(1)
    expect(await judged({ over: { groups: [{ region: 'eu-west-1', name: 'red' }] } })).toMatchObject({
      ok: false,
      detail: 'eu-west-1/red has no machine in service to test',
    })
  })

  test('in a rehearsal, unasked', async () => {
    expect(await judged({ rehearsal: true })).toMatchObject({ ok: true, detail: 'not asked in a rehearsal' })
    expect(api.asked).toEqual([])
  })
})

function daemonPod(set: string, machineId: string, isReady: boolean, isPlaced = true) {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName(machineId)] }] }]
  const waiting = { state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } } }
  return {
    metadata: {
      name: `${set}-${machineId}`,
      labels: { 'k8s-app': set },
      creationTimestamp: '2026-11-22T06:00:00Z',
      ownerReferences: [{ uid: `uid-${set}` }],
    },
    spec: {
      ...(isPlaced ? { nodeName: nodeName(machineId) } : {}),
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', reason: 'ContainersNotReady' }],
      ...(isReady || !isPlaced ? {} : { containerStatuses: [waiting] }),
    },
  }
}

describe('fails with a sentence', () => {
  const cases: readonly (readonly [string, () => void, string])[] = [
    ['a machine that is no node', () => api.nodes.splice(0, 1), 'i-0a is no node of the cluster after 3m (eu-west-1)'],
    [
      'a node that is not ready',
      () => api.nodes.splice(1, 1, aNode('i-0b', { ready: 'False' })),
      `the node ${nodeName('i-0b')} (i-0b) is not Ready: container runtime network not ready: cni plugin not initialized after 3m (eu-west-1)`,
    ],
    [
      'a daemon set with a pod that is not ready on a node of the stage',
      () => {
        api.daemonSets.push(aDaemonSet('falco', 2, 1))
        api.pods.set('kube-system/a', daemonPod('falco', 'i-0a', false))
        api.pods.set('kube-system/f', daemonPod('falco', 'i-0f', true))
      },
      `the daemon set kube-system/falco has 1 of 2 pods ready: falco-i-0a on ${nodeName('i-0a')} is not: CrashLoopBackOff after 3m (eu-west-1)`,
    ],
    [
      'a daemon set with a pod that found no room there',
      () => {
        api.daemonSets.push(aDaemonSet('falco', 1, 0))
        api.pods.set('kube-system/a', daemonPod('falco', 'i-0a', false, false))
      },
      `the daemon set kube-system/falco has 0 of 1 pods ready: falco-i-0a on ${nodeName('i-0a')} is not: ContainersNotReady after 3m (eu-west-1)`,
    ],
    [
      'a daemon set without a pod',
      () => api.daemonSets.push(aDaemonSet('falco', 1, 0)),
      `the daemon set kube-system/falco has 0 of 1 pods ready: 1 are not there, and ${nodeName('i-0a')} has none after 3m (eu-west-1)`,
    ],
    [
      'an image that can’t be pulled',
      () => {
        api.fate = 'no-pull'
      },
      `blue: ${nodeName('i-0a')} can't pull ${image} (ImagePullBackOff: Back-off pulling image "${image}") after 3m (eu-west-1)`,
    ],
    [
      'a name without an address',
      () => {
        api.fate = 'no-dns'
      },
      `blue: a pod on ${nodeName('i-0a')} has failed: exit 1: ** server can't find shop.example.com: NXDOMAIN no address for shop.example.com (eu-west-1)`,
    ],
    [
      'no room for the pod',
      () => {
        api.fate = 'unschedulable'
      },
      'blue: no node takes a pod: 0/3 nodes are available: 3 node(s) had untolerated taint(s). after 3m (eu-west-1)',
    ],
    [
      'a pod that does not end',
      () => {
        api.fate = 'never-ends'
      },
      `blue: a pod on ${nodeName('i-0a')} has not ended (Running) after 3m (eu-west-1)`,
    ],
    [
      'nodes that are cordoned',
      () => api.nodes.splice(0, 1, aNode('i-0a', { spec: { unschedulable: true } })),
      'every node of blue is cordoned (eu-west-1)',
    ],
    [
      'no right to look',
      () => {
        api.disturb = ({ path }) =>
          path === '/api/v1/nodes' ? refusal(403, 'Forbidden', 'nodes is forbidden: User "arn" cannot list') : undefined
      },
      'GET /api/v1/nodes: the API server answers 403, nodes is forbidden: User "arn" cannot list (are the rights of docs/kubernetes.md bound to whom drover is there?) (eu-west-1)',
    ],
    [
      'an API server that is broken for long',
      () => {
        api.disturb = () => refusal(503, 'ServiceUnavailable', 'etcdserver: leader changed')
      },
      'GET /api/v1/namespaces/drover/pods: the API server answers 503, etcdserver: leader changed (eu-west-1)',
    ],
    [
      'an answer that is no API’s',
      () => {
        api.disturb = () => ({ status: 200, body: '<html>sign in</html>' })
      },
      'GET /api/v1/namespaces/drover/pods: the API server answers 20 characters that are no JSON, or more than is read (eu-west-1)',
    ],
    [
      'an answer without bounds',
      () => {
        api.disturb = () => ({ status: 200, body: `{"items":["${'x'.repeat(6 << 20)}"]}` })
      },
      'GET /api/v1/namespaces/drover/pods: the API server answers 4194304 characters that are no JSON, or more than is read (eu-west-1)',
    ],
    [
      'more items than were asked for',
      () => {
        api.disturb = () => ({ status: 200, body: { items: new Array(5_000).fill(aNode('i-0a')) } })
      },
      expect.stringMatching(/^GET \S+: the API server answers what drover does not read: items/) as unknown as string,
    ],
    [
      'a list without an end',
      () => {
        api.disturb = () => ({ status: 200, body: { metadata: { continue: 'more' }, items: [] } })
      },
      'GET /api/v1/namespaces/drover/pods: the list has no end (eu-west-1)',
    ],
  ]
  test.each(cases)('%s', async (_, arrange, detail) => {
    arrange()
    expect(await judged()).toMatchObject({ ok: false, detail })
    expect([...api.pods.keys()].filter((key) => key.startsWith('drover/'))).toEqual([])
  })

  test('an API server that is not there', async () => {
    await api.close()
    const { ok, detail, tookMs } = await judged()
    expect({ ok, detail }).toEqual({
      ok: false,
      detail: expect.stringMatching(/gives no answer: connect ECONNREFUSED .*\(eu-west-1\)$/),
    })
    expect(tookMs).toBe(3 * minuteMs)
    api = await startKubernetesApi(() => 0)
  })

  test('a server that somebody else vouches for', async () => {
    const door = async () => succeeded({ server: api.server, authority: '', token: 'known' })
    expect((await judged({ door })).detail).toMatch(/gives no answer: self[- ]signed certificate/)
    expect(api.asked).toEqual([])
  })
})

test('what may pass is asked again: a lost answer makes no second pod, and a server that asks for patience gets it', async () => {
  const seen = new Map<string, number>()
  api.disturb = ({ method, path }) => {
    const times = (seen.get(`${method} ${path}`) ?? 0) + 1
    seen.set(`${method} ${path}`, times)
    if (times === 1 && method === 'POST') return 'lost'
    if (times === 1) return { ...refusal(429, 'TooManyRequests', 'slow down'), headers: { 'retry-after': '20' } }
    if (times === 2 && method === 'GET') return refusal(500, 'InternalError', 'etcd')
    return times === 3 && method === 'GET' ? 'cut' : undefined
  }
  const { ok, detail, tookMs } = await judged({ machines: [machine('i-0a')] })
  expect({ ok, detail }).toEqual({ ok: true, detail: '' })
  expect(api.created).toHaveLength(1)
  expect([...api.pods]).toEqual([])
  expect(tookMs).toBeGreaterThan(4 * 20_000)
})

test('a token that is refused is made anew, once', async () => {
  let made = 0
  const door = async () => succeeded({ server: api.server, authority: api.authority, token: `token-${++made}` })
  api.isKnown = (token) => token === 'token-2'
  expect(await judged({ door })).toMatchObject({ ok: true })
  expect(made).toBe(2)
  api.isKnown = () => false
  expect((await judged({ door })).detail).toMatch(/the API server answers 401, Unauthorized/)
})

describe('the pod is taken away', () => {
  test('when the run is given up', async () => {
    api.fate = 'never-ends'
    const giveUp = new AbortController()
    api.disturb = () => void (api.created.length > 0 && giveUp.abort(new Error('given up')))
    await expect(judged({ signal: giveUp.signal })).rejects.toThrow('given up')
    expect(api.created).toHaveLength(1)
    expect([...api.pods]).toEqual([])
  })

  test('by the next run when its runner has died; a pod that somebody may still wait for stays', async () => {
    const pod = (phase: string, ageMs: number) => ({
      metadata: {
        name: `drover-test-${phase.toLowerCase()}-${ageMs}`,
        labels: { 'drover.io/release': 'web-2026.46.1' },
        creationTimestamp: new Date(clock.wallNow() - ageMs).toISOString(),
      },
      spec: {},
      status: { phase },
    })
    for (const one of [pod('Succeeded', 1_000), pod('Pending', 11 * minuteMs), pod('Running', minuteMs)])
      api.pods.set(`drover/${one.metadata.name}`, one)
    const foreign = { ...pod('Failed', 11 * minuteMs), metadata: { ...pod('Failed', 0).metadata, name: 'foreign', labels: {} } }
    api.pods.set('drover/foreign', foreign)
    expect(await judged()).toMatchObject({ ok: true })
    expect([...api.pods.keys()]).toEqual([`drover/drover-test-running-${minuteMs}`, 'drover/foreign'])
  })

  test('or the verdict says that it is not', async () => {
    api.disturb = ({ method }) => (method === 'DELETE' ? refusal(403, 'Forbidden', 'cannot delete') : undefined)
    const { ok, detail } = await judged({ machines: [machine('i-0a')] })
    expect(ok).toBe(true)
    expect(detail).toMatch(/^passed, but the pod drover-test-[0-9a-f]{16} is still there: DELETE .* 403, cannot delete/)
  })
})

describe('by a kubeconfig', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-kubeconfig-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function written(cluster: object, user: object, context = { cluster: 'prod', user: 'drover' }) {
    const file = join(folder, 'config.yaml')
    const lists = {
      contexts: [{ name: 'acme', context }],
      clusters: [{ name: 'prod', cluster }],
      users: [{ name: 'drover', user }],
    }
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'acme', ...lists }))
    return judged({ over: { access: { kind: 'kubeconfig', file } }, machines: [machine('i-0a')] })
  }

  test('with what is in it, and with files beside it', async () => {
    const data = Buffer.from(api.authority).toString('base64')
    const inside = { server: api.server, 'certificate-authority-data': data }
    expect(await written(inside, { token: 'known' })).toMatchObject({ ok: true, detail: '' })
    await writeFile(join(folder, 'ca.pem'), api.authority)
    await writeFile(join(folder, 'token'), 'known\n')
    const beside = { server: api.server, 'certificate-authority': 'ca.pem' }
    expect(await written(beside, { tokenFile: 'token' })).toMatchObject({ ok: true, detail: '' })
  })

  test('that leads nowhere safe is refused, and none of it is told', async () => {
    const data = Buffer.from(api.authority).toString('base64')
    const fine = { server: api.server, 'certificate-authority-data': data }
    const details = async (...words: Parameters<typeof written>) => (await written(...words)).detail
    const exec = { exec: { command: 'aws', args: ['hunter2'] } }
    const unsure = { server: api.server, 'insecure-skip-tls-verify': true }
    expect(await details(unsure, { token: 'hunter2' })).toMatch(
      /names no authority for the cluster: who answers there could be anybody/,
    )
    expect(await details(fine, exec)).toMatch(
      /neither a token nor a certificate for its user; of an EKS cluster, name the cluster/,
    )
    expect(await details({ ...fine, server: 'http://hunter2' }, {})).toMatch(/`server` is not as it should be/)
    expect(await details(fine, {}, { cluster: 'other', user: 'drover' })).toMatch(
      /has no cluster for its current context: it is missing/,
    )
    expect(api.asked).toEqual([])
  })
})

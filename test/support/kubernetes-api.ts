// A stand-in for a cluster's API server on loopback, over TLS: nodes, daemon sets and pods, as far as drover asks for them.
//
// No Kubernetes runs here. Pods go the documented way (Pending, scheduled, Running, Succeeded), a step each time they are looked at;
// what a pod may say is held to what the real server refuses. [doc: kubernetes/pod-lifecycle, kubernetes/assign-pod-node]

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

export interface ApiReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly token: string
}

/** What becomes of pods: done, or stuck where it says. */
export type PodFate = 'succeeds' | 'no-dns' | 'no-pull' | 'unschedulable' | 'never-ends'

export interface StoredPod {
  readonly metadata: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly creationTimestamp: string
  }
  // biome-ignore lint/suspicious/noExplicitAny: a test reads a manifest's every corner
  readonly spec: any
  readonly status: { readonly phase: string; readonly [member: string]: unknown }
}

export interface KubernetesApi {
  readonly server: string
  /** Its own certificate, which is its authority's too. */
  readonly authority: string
  readonly nodes: object[]
  readonly daemonSets: object[]
  /** By namespace and name: `drover/test-1`. */
  readonly pods: Map<string, StoredPod>
  /** Every pod there has ever been. */
  readonly created: StoredPod[]
  readonly asked: ApiRequest[]
  fate: PodFate
  /** Before anything else: what is answered instead, or that the line is cut before it is done, or after. */
  disturb: (request: ApiRequest) => ApiReply | 'cut' | 'lost' | undefined
  isKnown: (token: string) => boolean
  close(): Promise<void>
}

export async function startKubernetesApi(now: () => number): Promise<KubernetesApi> {
  const { key, cert } = await certificate()
  const state = {
    nodes: [] as object[],
    daemonSets: [] as object[],
    pods: new Map<string, StoredPod>(),
    created: [] as StoredPod[],
    asked: [] as ApiRequest[],
    fate: 'succeeds' as PodFate,
    disturb: (): ApiReply | 'cut' | 'lost' | undefined => undefined,
    isKnown: (token: string) => token === 'known',
  }
  const api: KubernetesApi = Object.assign(state, { server: '', authority: cert, close: async () => undefined })
  const server = createServer({ key, cert }, async (incoming, response) => {
    let body = ''
    for await (const chunk of incoming) body += chunk
    const { pathname: path, searchParams: query } = new URL(incoming.url ?? '', 'https://api')
    const token = (incoming.headers.authorization ?? '').replace(/^Bearer /, '')
    const request = { method: incoming.method ?? '', path, query, token }
    api.asked.push(request)
    const trouble = api.disturb(request)
    const reply = trouble === undefined || trouble === 'lost' ? answer(api, request, body, now) : trouble
    if (reply === 'cut' || trouble === 'lost') return void incoming.socket.destroy()
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body)
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return Object.assign(api, { server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, close })
}

/** A refusal as the API words it. */
export function refusal(status: number, reason: string, message: string): ApiReply {
  return { status, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code: status } }
}

export function aNode(
  machine: string,
  over: { readonly ready?: string; readonly spec?: object; readonly name?: string } = {},
): object {
  const condition = {
    type: 'Ready',
    status: over.ready ?? 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
  }
  const notReady = {
    ...condition,
    reason: 'KubeletNotReady',
    message: 'container runtime network not ready: cni plugin not initialized',
  }
  return {
    metadata: { name: over.name ?? nodeName(machine) },
    spec: { providerID: `aws:///eu-west-1a/${machine}`, ...over.spec },
    status: { conditions: [{ type: 'MemoryPressure', status: 'False' }, over.ready === 'False' ? notReady : condition] },
  }
}

export const nodeName = (machine: string) => `${machine}.eu-west-1.compute.internal`

export function aDaemonSet(name: string, desired: number, ready: number): object {
  return {
    metadata: { name, namespace: 'kube-system', uid: `uid-${name}`, generation: 1 },
    spec: { selector: { matchLabels: { 'k8s-app': name } } },
    status: { desiredNumberScheduled: desired, numberReady: ready, observedGeneration: 1 },
  }
}

function answer(api: KubernetesApi, { method, path, query, token }: ApiRequest, body: string, now: () => number): ApiReply {
  if (!api.isKnown(token)) return refusal(401, 'Unauthorized', 'Unauthorized')
  if (path === '/api/v1/nodes') return page(api.nodes, query)
  if (path === '/apis/apps/v1/daemonsets') return page(api.daemonSets, query)
  const [, namespace, name] = /^\/api\/v1\/namespaces\/([\w-]+)\/pods(?:\/([\w.-]+))?$/.exec(path) ?? []
  if (namespace === undefined) return refusal(404, 'NotFound', 'the server could not find the requested resource')
  if (method === 'POST') return create(api, namespace, JSON.parse(body), now)
  if (name === undefined) {
    const own = [...api.pods].filter(
      ([key, pod]) => key.startsWith(`${namespace}/`) && isSelected(pod, query.get('labelSelector')),
    )
    return page(
      own.map(([, pod]) => pod),
      query,
    )
  }
  const pod = api.pods.get(`${namespace}/${name}`)
  if (pod === undefined) return refusal(404, 'NotFound', `pods "${name}" not found`)
  if (method === 'DELETE') {
    api.pods.delete(`${namespace}/${name}`)
    return { status: 200, body: pod }
  }
  api.pods.set(`${namespace}/${name}`, grown(api, pod))
  return { status: 200, body: pod }
}

function page(items: readonly object[], query: URLSearchParams): ApiReply {
  const from = Number(query.get('continue') ?? 0)
  const to = from + Number(query.get('limit') ?? items.length)
  const metadata = to < items.length ? { continue: String(to) } : {}
  return { status: 200, body: { kind: 'List', metadata, items: items.slice(from, to) } }
}

function isSelected({ metadata }: StoredPod, selector: string | null): boolean {
  return (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [key = '', value] = term.split('=')
      return value === undefined ? key in metadata.labels : metadata.labels[key] === value
    })
}

function create(api: KubernetesApi, namespace: string, manifest: StoredPod, now: () => number): ApiReply {
  const { name } = manifest.metadata
  const invalid = faultOf(manifest)
  if (invalid) return refusal(422, 'Invalid', `Pod "${name}" is invalid: ${invalid}`)
  if (api.pods.has(`${namespace}/${name}`)) return refusal(409, 'AlreadyExists', `pods "${name}" already exists`)
  const metadata = { ...manifest.metadata, creationTimestamp: new Date(now()).toISOString() }
  const pod = { ...manifest, metadata, status: { phase: 'Pending' } }
  api.pods.set(`${namespace}/${name}`, pod)
  api.created.push(pod)
  return { status: 201, body: pod }
}

function faultOf({ metadata, spec }: StoredPod): string | undefined {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(metadata.name)) return 'metadata.name: must be a lowercase RFC 1123 label'
  if (Object.values(metadata.labels).some((value) => !/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value)))
    return 'metadata.labels: a valid label must be 63 characters or less of alphanumerics, - _ .'
  if (termsOf(spec).some((term) => term.length !== 1)) return 'matchFields: must be only one value when `operator` is In'
  return undefined
}

// biome-ignore lint/suspicious/noExplicitAny: a manifest's depths
function termsOf(spec: any): string[][] {
  const { nodeSelectorTerms } = spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
  // biome-ignore lint/suspicious/noExplicitAny: a manifest's depths
  return nodeSelectorTerms.map((term: any) => term.matchFields[0].values)
}

/** A step further. */
function grown(api: KubernetesApi, pod: StoredPod): StoredPod {
  const is = (status: StoredPod['status'], spec = pod.spec): StoredPod => ({ ...pod, spec, status })
  const state = (one: object) => ({ containerStatuses: [{ name: 'test', state: one }] })
  if (pod.spec.nodeName === undefined) {
    const node = api.fate === 'unschedulable' ? undefined : scheduledOn(api, pod.spec)
    const message = `0/${api.nodes.length} nodes are available: ${api.nodes.length} node(s) had untolerated taint(s).`
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]
    if (node === undefined) return is({ phase: 'Pending', conditions })
    return is({ phase: 'Pending', ...state({ waiting: { reason: 'ContainerCreating' } }) }, { ...pod.spec, nodeName: node })
  }
  if (api.fate === 'no-pull') {
    const message = `Back-off pulling image "${pod.spec.containers[0].image}"`
    return is({ phase: 'Pending', ...state({ waiting: { reason: 'ImagePullBackOff', message } }) })
  }
  if (pod.status.phase === 'Pending' || api.fate === 'never-ends') return is({ phase: 'Running', ...state({ running: {} }) })
  const message = "** server can't find shop.example.com: NXDOMAIN\nno address for shop.example.com\n"
  if (api.fate === 'no-dns') return is({ phase: 'Failed', ...state({ terminated: { exitCode: 1, reason: 'Error', message } }) })
  return is({ phase: 'Succeeded', ...state({ terminated: { exitCode: 0, reason: 'Completed' } }) })
}

// biome-ignore lint/suspicious/noExplicitAny: a manifest's depths
function scheduledOn(api: KubernetesApi, spec: any): string | undefined {
  const wanted = termsOf(spec).flat()
  // biome-ignore lint/suspicious/noExplicitAny: nodes are whatever a test made of them
  const fit = api.nodes.find((node: any) => {
    // biome-ignore lint/suspicious/noExplicitAny: nodes are whatever a test made of them
    const borne = (taint: any) => spec.tolerations.some((one: any) => one.key === taint.key && one.effect === taint.effect)
    return wanted.includes(node.metadata.name) && !node.spec.unschedulable && (node.spec.taints ?? []).every(borne)
    // biome-ignore lint/suspicious/noExplicitAny: nodes are whatever a test made of them
  }) as any
  return fit?.metadata.name
}

let made: Promise<{ readonly key: string; readonly cert: string }> | undefined

/** One a process: it vouches for itself, for 127.0.0.1 alone. */
function certificate(): Promise<{ readonly key: string; readonly cert: string }> {
  made ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-certificate-'))
    const asked = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=kubernetes']
    const files = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', `${folder}/key`, '-out', `${folder}/cert`]
    await execa('openssl', ['req', '-x509', ...asked, ...files])
    const [key = '', cert = ''] = await Promise.all(['key', 'cert'].map((name) => readFile(`${folder}/${name}`, 'utf8')))
    await rm(folder, { recursive: true })
    return { key, cert }
  })()
  return made
}

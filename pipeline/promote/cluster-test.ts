// The `cluster` test: the stage's machines are nodes that are ready, full of their daemon sets, and run a pod.

import { formatDuration } from '../kernel/index.ts'
import type { TestPolicy } from '../release/index.ts'
import { accessTo } from './cluster/access.ts'
import type { ClusterAt } from './cluster/api.ts'
import { shortDaemonSet } from './cluster/daemon-sets.ts'
import { type MachineNode, nodesOf, unready } from './cluster/nodes.ts'
import { podNameOf } from './cluster/pod-manifest.ts'
import { removeLeftovers, runTestPod } from './cluster/test-pod.ts'
import type { RegionMachines, StageMachine } from './stage-machines.ts'
import type { TestRun, TestVerdict } from './test-run.ts'

type ClusterTest = Extract<TestPolicy, { readonly kind: 'cluster' }>

const pollMs = 10_000

export async function testCluster(test: ClusterTest, run: TestRun): Promise<TestVerdict> {
  // Machines of the local cloud join no cluster: an answer made up there would say nothing about Kubernetes.
  if (run.release.rehearsal) return { ok: true, detail: 'not asked in a rehearsal' }
  const places = run.regions.map((place) => ({ ...place, machines: place.machines.filter((one) => isMeant(test, place, one)) }))
  const absent = test.groups.find(({ region, name }) => !places.some((place) => holds(place, region, name)))
  if (absent) return { ok: false, detail: `${absent.region}/${absent.name} has no machine in service to test` }
  const asides: string[] = []
  for (const place of places.filter(({ machines }) => machines.length > 0)) {
    const found = await testPlace(test, place, run)
    if (found.fault !== '') return { ok: false, detail: `${found.fault} (${place.region})` }
    if (found.aside !== '') asides.push(`${found.aside} (${place.region})`)
  }
  return { ok: true, detail: asides.join('; ') }
}

function isMeant({ groups }: ClusterTest, { region }: RegionMachines, { group }: StageMachine): boolean {
  return groups.length === 0 || groups.some((one) => one.region === region && one.name === group)
}

function holds(place: RegionMachines, region: string, group: string): boolean {
  return place.region === region && place.machines.some((machine) => machine.group === group)
}

/** What keeps the test from passing, and what is told although it passes; both a sentence, or empty. */
interface Found {
  readonly fault: string
  readonly aside: string
}

async function testPlace(test: ClusterTest, { at: cloud, machines }: RegionMachines, run: TestRun): Promise<Found> {
  const { clock, signal, http, files } = run
  const access = accessTo(test.access, { at: cloud, files, clock })
  const at: ClusterAt = { http, clock, signal, access, deadline: clock.now() + test.timeoutMs }
  const swept = await removeLeftovers(at, test.namespace, test.timeoutMs)
  if (!swept.ok) return faulty(swept.message)
  const nodes = await untilFull(at, machines, test)
  if (typeof nodes === 'string') return faulty(nodes)
  const asides: string[] = []
  for (const group of new Set(nodes.map((one) => one.group))) {
    const { fault, aside } = await testGroup(test, at, group, nodes, run)
    if (fault !== '') return faulty(fault)
    if (aside !== '') asides.push(aside)
  }
  return { fault: '', aside: asides.join('; ') }
}

/** The machines' nodes, once all are ready and have their daemon sets' pods; or why they do not. */
async function untilFull(
  at: ClusterAt,
  machines: readonly StageMachine[],
  { timeoutMs }: ClusterTest,
): Promise<readonly MachineNode[] | string> {
  for (;;) {
    const nodes = await nodesOf(at, machines)
    if (!nodes.ok) return nodes.message
    const names = new Set(nodes.value.flatMap(({ node }) => node?.metadata.name ?? []))
    const notReady = unready(nodes.value)
    const short = notReady === undefined ? await shortDaemonSet(at, names) : undefined
    if (short?.ok === false) return short.message
    const fault = notReady ?? short?.value ?? ''
    if (fault === '') return nodes.value
    if (at.clock.now() >= at.deadline) return `${fault} after ${formatDuration(timeoutMs)}`
    await at.clock.pause(pollMs, at.signal)
  }
}

/** Groups differ in type, architecture, subnets and taints: a pod on each. */
async function testGroup(
  { name: test, namespace, image, lookUp, timeoutMs }: ClusterTest,
  at: ClusterAt,
  group: string,
  all: readonly MachineNode[],
  { release, stage, clock }: TestRun,
): Promise<Found> {
  const nodes = all.flatMap((one) => (one.group === group && one.node ? [one.node] : []))
  const open = nodes.filter(({ spec }) => !spec.unschedulable)
  if (open.length === 0) return faulty(`every node of ${group} is cordoned`)
  const names = { release: release.id, stage: stage.name, test, group }
  const wish = { ...names, image, lookUp, nodes: open, timeoutMs, nowMs: clock.wallNow() }
  const { fault, left } = await runTestPod(at, namespace, wish)
  const aside = left === '' ? '' : `the pod ${podNameOf(wish)} is still there: ${left}`
  if (fault !== '') return faulty(aside === '' ? `${group}: ${fault}` : `${group}: ${fault}; ${aside}`)
  return { fault: '', aside: aside === '' ? '' : `passed, but ${aside}` }
}

function faulty(fault: string): Found {
  return { fault, aside: '' }
}

// The machines of a stage that are in service, region by region: what its tests are run against.

import type { Cloud, CloudAt, CloudOutcome, MachineInstance } from '../ports/index.ts'
import { type GroupTarget, groupsOf, nodeClassTags, placeOf, type StagePolicy } from '../release/index.ts'

export interface RegionMachines {
  readonly region: string
  readonly at: CloudAt
  readonly machines: readonly StageMachine[]
}

export interface StageMachine {
  readonly id: string
  readonly group: string
  readonly address: string
  readonly imageId: string
}

/** One entry a region; fails when a machine has no address or the stage has no machine at all: nothing tested is not passed. */
export async function machinesOf(cloud: Cloud, stage: StagePolicy): Promise<CloudOutcome<readonly RegionMachines[]>> {
  const regions: RegionMachines[] = []
  for (const region of new Set(groupsOf(stage).map((target) => target.region))) {
    const at = cloud.at(placeOf(stage, { region }))
    const targets = groupsOf(stage).filter((target) => target.region === region)
    const names = await namesOf(at, targets)
    if (!names.ok) return names
    const machines = await machinesOfGroups(at, names.value)
    if (!machines.ok) return machines
    const nodes = await nodesOfKarpenter(at, targets)
    if (!nodes.ok) return nodes
    regions.push({ region, at, machines: [...machines.value, ...nodes.value] })
  }
  if (regions.every(({ machines }) => machines.length === 0)) return unknown(`${stage.name} has no machine in service to test`)
  return { ok: true, value: regions }
}

/** What drover calls each Auto Scaling group: a managed node group has its machines in one of EKS's naming. */
async function namesOf(at: CloudAt, targets: readonly GroupTarget[]): Promise<CloudOutcome<ReadonlyMap<string, string>>> {
  const names = new Map<string, string>()
  for (const { name, nodeGroup, karpenter } of targets) {
    if (karpenter !== undefined) continue
    if (nodeGroup === undefined) {
      names.set(name, name)
      continue
    }
    const found = await at.describeNodeGroup({ cluster: nodeGroup.cluster, name: nodeGroup.name })
    if (!found.ok) return found
    if (found.value.group !== undefined) names.set(found.value.group, name)
  }
  return { ok: true, value: names }
}

async function machinesOfGroups(at: CloudAt, names: ReadonlyMap<string, string>): Promise<CloudOutcome<readonly StageMachine[]>> {
  if (names.size === 0) return { ok: true, value: [] }
  const groups = await at.describeGroups([...names.keys()])
  if (!groups.ok) return groups
  const groupById = new Map(
    groups.value.flatMap(({ name, instances }) =>
      instances.filter(({ lifecycle }) => lifecycle === 'InService').map(({ id }) => [id, names.get(name) ?? name] as const),
    ),
  )
  if (groupById.size === 0) return { ok: true, value: [] }
  const instances = await at.describeInstances({ ids: [...groupById.keys()] })
  if (!instances.ok) return instances
  return withAddresses(instances.value, ({ id }) => groupById.get(id) as string)
}

/** On whatever image: Karpenter has no hook that says which of them serve. */
async function nodesOfKarpenter(at: CloudAt, targets: readonly GroupTarget[]): Promise<CloudOutcome<readonly StageMachine[]>> {
  const nodes: StageMachine[] = []
  for (const { name, karpenter } of targets) {
    if (karpenter === undefined) continue
    const found = await at.describeInstances({ tags: nodeClassTags(karpenter) })
    if (!found.ok) return found
    const running = found.value.filter(({ state }) => state === 'running')
    const machines = withAddresses(running, () => name)
    if (!machines.ok) return machines
    nodes.push(...machines.value)
  }
  return { ok: true, value: nodes }
}

function withAddresses(
  instances: readonly MachineInstance[],
  groupOf: (instance: MachineInstance) => string,
): CloudOutcome<readonly StageMachine[]> {
  const machines: StageMachine[] = []
  for (const instance of instances) {
    const { id, imageId, privateAddress, publicAddress } = instance
    const address = privateAddress ?? publicAddress
    if (!address) return unknown(`${id} has no address`)
    machines.push({ id, address, imageId, group: groupOf(instance) })
  }
  return { ok: true, value: machines }
}

function unknown(message: string): CloudOutcome<never> {
  return { ok: false, kind: 'not-found', code: 'NoMachine', message }
}

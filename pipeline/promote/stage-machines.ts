// The machines of a stage that are in service, region by region: what its tests are run against.

import type { Cloud, CloudAt, CloudOutcome } from '../ports/index.ts'
import { groupsOf, type StagePolicy } from '../release/index.ts'

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
    const { account, role } = stage
    const at = cloud.at({ account, region, ...(role === undefined ? {} : { role }) })
    const names = groupsOf(stage).flatMap((target) => (target.region === region ? [target.name] : []))
    const machines = await machinesOfGroups(at, names)
    if (!machines.ok) return machines
    regions.push({ region, at, machines: machines.value })
  }
  if (regions.every(({ machines }) => machines.length === 0)) return unknown(`${stage.name} has no machine in service to test`)
  return { ok: true, value: regions }
}

async function machinesOfGroups(at: CloudAt, names: readonly string[]): Promise<CloudOutcome<readonly StageMachine[]>> {
  const groups = await at.describeGroups(names)
  if (!groups.ok) return groups
  const groupById = new Map(
    groups.value.flatMap(({ name, instances }) =>
      instances.filter(({ lifecycle }) => lifecycle === 'InService').map(({ id }) => [id, name] as const),
    ),
  )
  if (groupById.size === 0) return { ok: true, value: [] }
  const instances = await at.describeInstances({ ids: [...groupById.keys()] })
  if (!instances.ok) return instances
  const machines: StageMachine[] = []
  for (const { id, imageId, privateAddress, publicAddress } of instances.value) {
    const address = privateAddress ?? publicAddress
    if (!address) return unknown(`${id} has no address`)
    machines.push({ id, address, imageId, group: groupById.get(id) as string })
  }
  return { ok: true, value: machines }
}

function unknown(message: string): CloudOutcome<never> {
  return { ok: false, kind: 'not-found', code: 'NoMachine', message }
}

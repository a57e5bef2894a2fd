// The local cloud in this process, with simulated machines on a virtual clock, and the real AWS adapter before it.

import { type CloudOptions, createCloud, createWorldBuilder } from '../../pipeline/aws/index.ts'
import {
  type CloudStatus,
  createSimulatedMachines,
  type LocalCloud,
  startLocalCloud,
  type Trouble,
} from '../../pipeline/localcloud/index.ts'
import type { Cloud, Place } from '../../pipeline/ports/index.ts'
import type { Policy } from '../../pipeline/release/index.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'
import { type FaultRates, faultyWire } from './faults.ts'
import { type Ask, askLocally, held, requestHandler, type WireAnswer, type WireRequest } from './in-process-wire.ts'

export interface SimulatedCloud {
  readonly cloud: Cloud
  readonly local: LocalCloud
  /** The same cloud as another caller reaches it, without faults. */
  cloudAs(credentials: NonNullable<CloudOptions['credentials']>): Cloud
  /** What a bake's image is copied from, in the home region: the vendor's newer image. */
  readonly bakedFrom: string
  /** Machines of the baked image boot and never answer. */
  breakBakedImage(): void
  status(): Promise<CloudStatus>
  /** Fewest instances in service that each group had at any request, by `account region/name`. */
  readonly fewestInService: ReadonlyMap<string, number>
  /** How often each action was answered. */
  readonly answered: ReadonlyMap<string, number>
  close(): Promise<void>
}

const vendor = '136693071363'
const regions = ['eu-central-1', 'eu-west-1'] as const
const machinesEach = 3
const newRoot = '/roots/new'
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO06jg0n62/QPeYl5KwDWQCwFsR6p/Nro3kovTA8lrZ5 simulation'

export async function simulateCloud(
  policy: Policy,
  clock: VirtualClock,
  random: SeededRandom,
  rates: FaultRates,
): Promise<SimulatedCloud> {
  const troubles = new Map<string, Trouble>()
  const layers = new Map<string, string>()
  const local = await startLocalCloud({
    clock,
    random,
    drive: 'on-request',
    machines: (now) => {
      const machines = createSimulatedMachines({ now, troubles })
      return {
        ...machines,
        adoptLayer: (layerId, rootDirectory) => {
          layers.set(rootDirectory, layerId)
          return machines.adoptLayer(layerId, rootDirectory)
        },
      }
    },
  })
  const fewestInService = new Map<string, number>()
  const answered = new Map<string, number>()
  const watch = async ({ action }: WireRequest, answer: WireAnswer) => {
    answered.set(action, (answered.get(action) ?? 0) + (answer.status === 200 ? 1 : 0))
    for (const group of (await local.admin.call('status', {})).groups) {
      const key = `${group.account} ${group.region}/${group.name}`
      fewestInService.set(key, Math.min(fewestInService.get(key) ?? group.desired, group.inService))
    }
  }
  const options = (ask: Ask): CloudOptions => ({
    clock,
    random,
    sessionName: 'simulation',
    sessionTags: { 'drover:release': 'simulation' },
    credentials: async () => local.credentials,
    endpoint: local.endpoint,
    requestHandler: requestHandler(ask),
  })
  const ask = held(clock, async (request) => {
    const answer = await askLocally(local, request)
    await watch(request, answer)
    return answer
  })
  const bakedFrom = await fill(local, policy, options(ask))
  await settle(local, clock)
  // What came before the groups were up does not count.
  fewestInService.clear()
  answered.clear()
  const faulty = faultyWire(ask, random, () => rates)
  return {
    cloud: createCloud(options(faulty)),
    local,
    cloudAs: (credentials) => createCloud({ ...options(ask), credentials }),
    bakedFrom,
    breakBakedImage: () => void troubles.set(layers.get(newRoot) ?? '', 'silent'),
    status: () => local.admin.call('status', {}),
    fewestInService,
    answered,
    close: () => local.close(),
  }
}

/** Accounts, two vendor images, and every group of the policy on the older one; the ID of the newer in the home region. */
async function fill(local: LocalCloud, policy: Policy, options: CloudOptions): Promise<string> {
  const { admin } = local
  const organisation = policy.organisationArn === undefined ? {} : { organisation: policy.organisationArn }
  for (const { account: id } of [policy.home, ...policy.stages]) await admin.call('add-account', { id, ...organisation })
  for (const [region, name] of Object.entries(policy.kmsKeyIds)) {
    const accounts = policy.stages.map(({ account }) => account)
    await admin.call('add-kms-key', { account: policy.home.account, region, name, accounts })
  }
  const seed = async (name: string, rootDirectory: string) =>
    (await admin.call('seed-image', { owner: vendor, name, regions: [...regions], rootDirectory })).images
  const old = await seed('debian-13-amd64-old', '/roots/old')
  const newer = await seed('debian-13-amd64-new', newRoot)
  const builder = createWorldBuilder(options)
  for (const { account, role, waves, soak } of policy.stages) {
    await admin.call('add-instance-profile', { account, name: 'web', role: 'web' })
    for (const { region, name, roll } of waves.flatMap(({ groups }) => groups)) {
      const place: Place = { account, region, ...(role === undefined ? {} : { role }) }
      await builder.ensureKeyPair(place, 'operators', publicKey)
      for (const alarm of [...soak.alarms, ...roll.alarms]) await builder.putAlarm(place, alarm)
      await builder.ensureGroup(place, {
        name,
        imageId: old[region] ?? '',
        instanceType: 't3.small',
        instanceProfile: 'web',
        minSize: machinesEach,
        maxSize: 2 * machinesEach,
        desiredCapacity: machinesEach,
        openPorts: [80],
        keyName: 'operators',
      })
    }
  }
  return newer[policy.home.region] ?? ''
}

/** Until every group is at capacity. */
async function settle(local: LocalCloud, clock: VirtualClock): Promise<void> {
  for (let minute = 0; minute < 30; minute++) {
    await local.catchUp()
    const { groups } = await local.admin.call('status', {})
    if (groups.every(({ desired, inService }) => inService === desired)) return
    clock.advance(60_000)
  }
  throw new Error('the groups never came up')
}

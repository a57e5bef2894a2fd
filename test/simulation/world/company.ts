// A plan's company in a local cloud of this process: accounts, groups on their first image, and an image for every release.

import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { type CloudOptions, createCloud, createWorldBuilder } from '../../../pipeline/aws/index.ts'
import {
  type CloudState,
  createSimulatedMachines,
  type LocalCloud,
  rowIn,
  rowsIn,
  type SimulatedMachines,
  startLocalCloud,
  type Trouble,
} from '../../../pipeline/localcloud/index.ts'
import type { Architecture, Cloud, HttpProbe, Place } from '../../../pipeline/ports/index.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import { placeKeyOf } from '../checkers/lineage.ts'
import { type Ask, askLocally, held, requestHandler } from '../in-process-wire.ts'
import { regions } from '../plan/draw-policies.ts'
import { architectureOf, architecturesOf, type Image, type Plan, type PlannedGroup } from '../plan/plan.ts'
import {
  addCluster,
  addHooks,
  addNodeGroup,
  type ClientSettings,
  clusterTag,
  launchNodes,
  nameParameter,
  putImageParameter,
} from './nodes.ts'

export interface Company {
  readonly local: LocalCloud
  /** What its cloud has come to. */
  state(): CloudState
  /** What the release of that place in the plan is baked from, in the home region: an image of each of its architectures. */
  readonly bakedFrom: readonly Bases[]
  /** The real adapter, whose requests go that way. */
  cloudOver(way: (ask: Ask) => Ask, clock?: VirtualClock): Cloud
  /** What the machines' web servers answer. */
  readonly probe: HttpProbe
  /** What an operator's own SDK client is made with at that place. */
  settingsAt(place: Place): Promise<ClientSettings>
  /** Publishes what an alarm rings for, for the next so many minutes, wherever the company has groups. */
  ringAlarm(name: string, minutes: number): Promise<void>
}

export type Bases = Readonly<Partial<Record<Architecture, string>>>

export interface CompanyOptions {
  readonly plan: Plan
  readonly clock: VirtualClock
  readonly random: SeededRandom
  readonly onState: (state: CloudState, now: number) => void
}

const vendor = '136693071363'
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO06jg0n62/QPeYl5KwDWQCwFsR6p/Nro3kovTA8lrZ5 simulation'

export async function openCompany({ plan, clock, random, onState }: CompanyOptions): Promise<Company> {
  const troubles = new Map<string, Trouble>()
  const layers = new Map<string, string>()
  let machines: SimulatedMachines | undefined
  const seen: { state?: CloudState } = {}
  const state = () => seen.state as CloudState
  const local = await startLocalCloud({
    clock,
    random,
    drive: 'on-request',
    onState: (next, now) => {
      seen.state = next
      onState(next, now)
    },
    machines: (now) => {
      const simulated = createSimulatedMachines({ now, troubles })
      machines = simulated
      return {
        ...simulated,
        adoptLayer: (layerId, rootDirectory) => {
          layers.set(rootDirectory, layerId)
          return simulated.adoptLayer(layerId, rootDirectory)
        },
      }
    },
  })
  const options = (ask: Ask, own: VirtualClock = clock): CloudOptions => ({
    clock: own,
    random,
    sessionName: 'simulation',
    credentials: async () => local.credentials,
    endpoint: local.endpoint,
    requestHandler: requestHandler(ask),
  })
  const ask = held(clock, (request) => askLocally(local, request))
  const builder = createWorldBuilder(options(ask))
  const alarms = alarmsOf(plan)
  const architectures = architecturesOf(plan)
  const layersOf = (index: number) => architectures.map((one) => layers.get(rootOf(nameOf(index), one)) ?? '')
  const old = await seedImages(local, 'old', architectures)
  const bakedFrom: Bases[] = []
  for (const [index, { image }] of plan.releases.entries()) {
    const seeded = await seedImages(local, nameOf(index), architectures)
    bakedFrom.push(Object.fromEntries([...seeded].map(([one, ids]) => [one, ids[plan.policies.weekly.home.region]])))
    const trouble = troubleOf(image)
    if (trouble !== undefined) for (const layer of layersOf(index)) troubles.set(layer, trouble)
  }
  await addAccounts(local, plan)
  const clusters = new Set<string>()
  for (const group of plan.groups) {
    const place = placeOf(plan, group)
    const imageId = old.get(architectureOf(group))?.[group.region] ?? ''
    await builder.ensureKeyPair(place, 'operators', publicKey)
    for (const alarm of alarms) await builder.putAlarm(place, alarm)
    const settings = () => settingsAt(options(ask), place)
    if (group.kind === 'node-group') {
      if (!clusters.has(placeKeyOf(group))) await addCluster(await settings(), group.account)
      clusters.add(placeKeyOf(group))
      await addNodeGroup(await settings(), group, imageId)
    } else if (group.kind === 'karpenter') await launchNodes(await settings(), group, imageId)
    else {
      await builder.ensureGroup(place, {
        name: group.name,
        imageId,
        instanceType: architectureOf(group) === 'arm64' ? 't4g.small' : 't3.small',
        instanceProfile: 'web',
        minSize: group.machines,
        maxSize: 2 * group.machines,
        desiredCapacity: group.machines,
        openPorts: [],
        keyName: 'operators',
        ...(group.kind === 'hooked' && { tags: { [clusterTag]: 'owned' } }),
      })
    }
    const { parameter } = group
    if (parameter === undefined) continue
    await putImageParameter(await settings(), parameter, imageId)
    if (group.kind === undefined) await nameParameter(await settings(), group, parameter)
  }
  await settle(local, clock, plan, state)
  for (const group of plan.groups) {
    if (group.kind === 'hooked') await addHooks(await settingsAt(options(ask), placeOf(plan, group)), group)
  }
  const failing = plan.releases.flatMap(({ image }, index) => (image === 'failing' ? layersOf(index) : []))
  return {
    local,
    state,
    bakedFrom,
    cloudOver: (way, own) => createCloud(options(way(ask), own)),
    probe: { get: async (url) => answerOf(url, machines?.specs() ?? [], failing) },
    settingsAt: (place) => settingsAt(options(ask), place),
    ringAlarm: async (name, minutes) => {
      const dueAt = clock.now()
      const data = Array.from({ length: minutes }, (_, minute) => {
        return { MetricName: name, Value: 1, Timestamp: new Date(dueAt + minute * 60_000) }
      })
      const places = new Map(plan.groups.map((group) => [`${group.account} ${group.region}`, placeOf(plan, group)]))
      for (const place of places.values()) {
        const client = new CloudWatchClient(await settingsAt(options(ask), place))
        await client.send(new PutMetricDataCommand({ Namespace: 'Rehearsal', MetricData: data }))
      }
    },
  }
}

/** Where the group is, as its stage's policy says. */
export function placeOf(plan: Plan, { account, region, stage }: Plan['groups'][number]): Place {
  const role = plan.policies.weekly.stages.find(({ name }) => name === stage)?.role
  return { account, region, ...(role === undefined ? {} : { role }) }
}

function alarmsOf({ policies: { weekly, emergency } }: Plan): readonly string[] {
  const stages = [...weekly.stages, ...emergency.stages]
  const rolls = stages.flatMap(({ waves }) => waves.flatMap(({ groups }) => groups.map(({ roll }) => roll)))
  return [...new Set([...stages.flatMap(({ soak }) => soak.alarms), ...rolls.flatMap((roll) => roll.alarms)])]
}

function nameOf(index: number): string {
  return `release-${index + 1}`
}

function rootOf(name: string, architecture: Architecture): string {
  return `/roots/${name}-${architecture}`
}

/** By architecture: the image's ID in each region. */
async function seedImages(
  { admin }: LocalCloud,
  name: string,
  architectures: readonly Architecture[],
): Promise<ReadonlyMap<Architecture, Readonly<Record<string, string>>>> {
  const seeded = new Map<Architecture, Readonly<Record<string, string>>>()
  for (const architecture of architectures) {
    const debian = architecture === 'arm64' ? 'arm64' : 'amd64'
    const image = { owner: vendor, name: `debian-13-${debian}-${name}`, architecture, regions: [...regions] }
    const { images } = await admin.call('seed-image', { ...image, rootDirectory: rootOf(name, architecture) })
    seeded.set(architecture, images)
  }
  return seeded
}

function troubleOf(image: Image): Trouble | undefined {
  if (image === 'dying') return { diesAfterMs: 45_000 }
  return image === 'silent' || image === 'unbootable' ? image : undefined
}

async function addAccounts({ admin }: LocalCloud, { policies: { weekly } }: Plan): Promise<void> {
  const accounts = weekly.stages.map(({ account }) => account)
  for (const id of [weekly.home.account, ...accounts]) await admin.call('add-account', { id })
  for (const [region, name] of Object.entries(weekly.kmsKeyIds)) {
    await admin.call('add-kms-key', { account: weekly.home.account, region, name, accounts })
  }
  for (const account of accounts) await admin.call('add-instance-profile', { account, name: 'web', role: 'web' })
}

/** Until every group is at capacity, and every node has joined. */
async function settle(local: LocalCloud, clock: VirtualClock, plan: Plan, state: () => CloudState): Promise<void> {
  const isUp = (group: PlannedGroup) => {
    const place = placeKeyOf(group)
    if (group.kind === 'node-group') return rowIn(state(), place, 'nodeGroups', group.name)?.status === 'ACTIVE'
    return group.kind !== 'karpenter' || rowsIn(state(), place, 'instances').every(({ machine }) => machine === 'answering')
  }
  for (let steps = 0; steps < 60; steps++) {
    await local.catchUp()
    const { groups } = await local.admin.call('status', {})
    if (groups.every(({ desired, inService }) => inService === desired) && plan.groups.every(isUp)) return
    clock.advance(10_000)
  }
  throw new Error('the groups never came up')
}

function answerOf(url: string, up: ReturnType<SimulatedMachines['specs']>, failing: readonly string[]) {
  const spec = up.find(({ address }) => address === new URL(url).hostname)
  if (spec === undefined) return { ok: false, message: 'no route to host' } as const
  return { ok: true, status: spec.layers.some((layer) => failing.includes(layer)) ? 503 : 200 } as const
}

/** What an operator's SDK client is made with there. */
async function settingsAt(options: CloudOptions, { region, ...where }: Place): Promise<ClientSettings> {
  const access = await createCloud(options).environmentFor({ region, ...where })
  if (!access.ok) throw new Error(access.message)
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN } = access.value
  const credentials = { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }) }
  const { endpoint = '', requestHandler: handler } = options
  return { region, endpoint, credentials, ...(handler && { requestHandler: handler }) }
}

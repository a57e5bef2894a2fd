// A local cloud with machines that are only pretended, a group in it, and rolls over the SDK and a socket.

import { AutoScalingClient, CreateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { createCloud } from '../../pipeline/aws/index.ts'
import {
  createSimulatedMachines,
  type LocalCloud,
  type SimulatedOptions,
  startLocalCloud,
  type Trouble,
} from '../../pipeline/localcloud/index.ts'
import type { Cloud, CloudAt, CloudOutcome, GroupState } from '../../pipeline/ports/index.ts'
import type { Action, GroupTarget, PerformerRequest, ReleaseEvent, RollPolicy } from '../../pipeline/release/index.ts'
import { createRoll } from '../../pipeline/roll/index.ts'
import { aRelease, aSoakPolicy, aStage, aTarget, machineTest } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'

export const key = { stage: 'prod', region: 'eu-west-1', group: 'web' }
export const stage = aStage('prod', { soak: aSoakPolicy({ tests: [machineTest] }) })
export const token = 'f'.repeat(32)
const place = { account: stage.account, region: key.region, role: `arn:aws:iam::${stage.account}:role/drover-promote` }

export interface World {
  readonly local: LocalCloud
  readonly cloud: Cloud
  readonly at: CloudAt
  readonly clock: VirtualClock
  /** Image IDs by the folder they were made from. */
  readonly images: Readonly<Record<'old' | 'new' | 'silent' | 'dying' | 'erring', string>>
  readonly clients: {
    readonly ec2: EC2Client
    readonly autoScaling: AutoScalingClient
    readonly loadBalancing: ElasticLoadBalancingV2Client
    readonly iam: IAMClient
    readonly kms: KMSClient
    readonly cloudWatch: CloudWatchClient
  }
  /** The events left when it ends, those it recorded on the way included. */
  roll(
    cloud: Cloud,
    imageId: string,
    policy?: Partial<RollPolicy>,
    events?: ReleaseEvent[],
    /** The action's own token; another one is another action. */
    as?: string,
  ): Promise<{ readonly events: readonly ReleaseEvent[]; readonly lines: readonly string[] }>
  request<Kind extends Action['kind']>(
    action: Extract<Action, { readonly kind: Kind }>,
    events: ReleaseEvent[],
    lines: string[],
  ): PerformerRequest<Kind>
  group(): Promise<GroupState>
  refreshes(): Promise<readonly string[]>
  runningImages(): Promise<readonly string[]>
}

/** A group `web` of two machines in service on the old image; without an SSM agent on them when asked. */
export async function openWorld(wishes: { readonly withoutAgent?: boolean } = {}): Promise<World> {
  const troubles = new Map<string, Trouble>()
  const erring = new Set<string>()
  const healthCheck: SimulatedOptions['healthCheck'] = ({ layers }) => ({
    kind: 'answered',
    status: layers.some((layer) => erring.has(layer)) ? 500 : 200,
  })
  const virtual = createVirtualClock({ startAt: Date.now() })
  // Requests are signed and checked by wall time, which no simulation moves.
  const clock: VirtualClock = { ...virtual, wallNow: () => Date.now() }
  const random = createSeededRandom(7)
  const local = await startLocalCloud({
    clock,
    random,
    drive: 'on-request',
    machines: (now) => {
      const machines = createSimulatedMachines({ now, troubles, healthCheck, unitActive: () => !wishes.withoutAgent })
      return {
        ...machines,
        adoptLayer: (layerId, folder) => {
          if (folder === '/silent') troubles.set(layerId, 'silent')
          if (folder === '/dying') troubles.set(layerId, { diesAfterMs: 30_000 })
          if (folder === '/erring') erring.add(layerId)
          return machines.adoptLayer(layerId, folder)
        },
      }
    },
  })
  const credentials = async () => local.credentials
  const options = { clock, random, sessionName: 'test', endpoint: local.endpoint, credentials }
  await local.admin.call('add-account', { id: stage.account })
  await local.admin.call('add-instance-profile', { account: stage.account, name: 'machine', role: 'machine' })
  const image = async (name: string) => {
    const seeded = { owner: '111111111111', name, regions: [key.region] as ['eu-west-1'], rootDirectory: `/${name}` }
    return (await local.admin.call('seed-image', seeded)).images[key.region] ?? ''
  }
  const images = {
    old: await image('old'),
    new: await image('new'),
    silent: await image('silent'),
    dying: await image('dying'),
    erring: await image('erring'),
  }
  const cloud = createCloud(options)
  const clients = await clientsOf(cloud)
  await makeGroup(cloud, clients, images.old)
  const made = aWorld({ local, cloud, at: cloud.at(place), clock, images, clients })
  for (let looks = 0; looks < 50; looks++) {
    const [found] = value(await made.at.describeGroups(['web']))
    if (found !== undefined && inService(found) === 2) return made
    await clock.pause(5_000)
  }
  throw new Error('the group did not come up')
}

/** The clients a child of drover would have, by the very access it would get. */
async function clientsOf(cloud: Cloud): Promise<World['clients']> {
  const environment = value(await cloud.environmentFor(place))
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL: endpoint = '' } = environment
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    AWS_SESSION_TOKEN: sessionToken = '',
  } = environment
  const client = { region, endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } }
  return {
    ec2: new EC2Client(client),
    autoScaling: new AutoScalingClient(client),
    loadBalancing: new ElasticLoadBalancingV2Client(client),
    iam: new IAMClient(client),
    kms: new KMSClient(client),
    cloudWatch: new CloudWatchClient(client),
  }
}

/** What drover finds and never makes: a template and a group on its first version. */
async function makeGroup(cloud: Cloud, { ec2, autoScaling }: World['clients'], imageId: string): Promise<void> {
  const IamInstanceProfile = { Name: 'machine' }
  const LaunchTemplateData = {
    ImageId: imageId,
    InstanceType: 't3.small' as const,
    IamInstanceProfile,
    // Who names a template that tags its machines to a group needs the right to tag.
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'team', Value: 'web' }] }],
  }
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'web', LaunchTemplateData }))
  const { subnetIds } = value(await cloud.at(place).defaultNetwork())
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'web',
      MinSize: 1,
      MaxSize: 4,
      DesiredCapacity: 2,
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
      VPCZoneIdentifier: subnetIds.join(','),
    }),
  )
}

function aWorld(parts: Omit<World, 'roll' | 'request' | 'group' | 'refreshes' | 'runningImages'>): World {
  const { at, clock } = parts

  function request<Kind extends Action['kind']>(
    action: Extract<Action, { readonly kind: Kind }>,
    events: ReleaseEvent[],
    lines: string[],
  ): PerformerRequest<Kind> {
    return {
      release: aRelease(events, { startAt: clock.now() }),
      action,
      token,
      resumed: events.length > 0,
      runner: 'ada@example',
      clock,
      signal: new AbortController().signal,
      log: (line) => void lines.push(line),
      record: async (event) => void events.push(event),
      evidenceDirectory: '/evidence',
    }
  }

  async function group(): Promise<GroupState> {
    const [found] = value(await at.describeGroups(['web']))
    if (found === undefined) throw new Error('the group is gone')
    return found
  }

  return {
    ...parts,
    request,
    group,
    async roll(cloud, imageId, policy = {}, events = [], as = token) {
      const base = aTarget('eu-west-1/web')
      const target: GroupTarget = { ...base, roll: { ...base.roll, ...policy } }
      const lines: string[] = []
      const asked = { ...request({ kind: 'roll', key, target, stage, imageId }, events, lines), token: as }
      events.push(...(await createRoll({ cloud, callHook: noHooks })(asked)))
      return { events, lines }
    },
    refreshes: async () => value(await at.describeRefreshes('web')).map(({ status }) => status),
    async runningImages() {
      const ids = (await group()).instances.map(({ id }) => id)
      return value(await at.describeInstances({ ids })).map(({ imageId }) => imageId)
    },
  }
}

/** The same cloud, with something happening around every verb. */
export function spied(cloud: Cloud, around: (verb: keyof CloudAt, when: 'before' | 'after') => Promise<void>): Cloud {
  const watch = (at: CloudAt): CloudAt =>
    new Proxy(at, {
      get: (_, verb: keyof CloudAt) => {
        const original = at[verb]
        if (typeof original !== 'function') return original
        return async (...parameters: unknown[]) => {
          await around(verb, 'before')
          const answer = await (original as (...given: unknown[]) => Promise<unknown>)(...parameters)
          await around(verb, 'after')
          return answer
        }
      },
    })
  return { ...cloud, at: (where) => watch(cloud.at(where)) }
}

export function inService({ instances }: GroupState): number {
  return instances.filter(({ lifecycle, healthy }) => lifecycle === 'InService' && healthy).length
}

export function value<Value>(outcome: CloudOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}

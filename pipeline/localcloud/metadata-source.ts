// What the metadata service may tell a machine of itself, looked up by the address it asks from.

import type { Random } from '../ports/index.ts'
import { trustsService } from './authorization/trust.ts'
import type { Engine } from './engine.ts'
import { machineMac } from './machines/names.ts'
import type { InstanceFacts, InstanceProfile, MetadataSource } from './metadata/facts.ts'
import { hostname } from './operations/ec2/instance-view.ts'
import { openSession } from './operations/sts/session.ts'
import { type AccessKey, profileArn } from './store/account.ts'
import type { Instance } from './store/instance.ts'
import { knownRole } from './store/known-roles.ts'
import { Draft, everywhere, type PlaceKey, placeOf } from './store/state.ts'

/** "Credentials are rotated automatically"; new ones are made when the last have less than this to live. */
const renewBeforeMs = 15 * 60_000
const sessionSeconds = 6 * 3_600

export function createMetadataSource(engine: Engine, random: Random, wallNow: () => number): MetadataSource {
  return {
    async instanceAt(address) {
      const found = liveAt(engine, address)
      if (found === undefined) return undefined
      const key = found.instance.instanceProfile === undefined ? undefined : await credentials(engine, found, random, wallNow())
      return factsOf(new Draft(engine.state), found, key)
    },
  }
}

interface Found {
  readonly place: PlaceKey
  readonly instance: Instance
}

function liveAt(engine: Engine, address: string): Found | undefined {
  const draft = new Draft(engine.state)
  for (const place of draft.places()) {
    const instance = draft.rows(place, 'instances').find((one) => one.address === address && one.state !== 'terminated')
    if (instance !== undefined) return { place, instance }
  }
  return undefined
}

/** The session of the instance's role; its name is the instance's ID, as on EC2. */
async function credentials(
  engine: Engine,
  { place, instance }: Found,
  random: Random,
  wallNow: number,
): Promise<AccessKey | undefined> {
  const { account } = placeOf(place)
  const draft = new Draft(engine.state)
  const profile = draft.get(everywhere, 'instanceProfiles', `${account}/${instance.instanceProfile}`)
  if (profile?.roleName === undefined) return undefined
  const role = knownRole(draft, account, profile.roleName)
  // "The role can't be assumed by EC2": then the metadata service has no credentials.
  if (role !== undefined && (role.isDeleted || !trustsService(role, 'ec2.amazonaws.com'))) return undefined
  const arn = `arn:aws:sts::${account}:assumed-role/${profile.roleName}/${instance.id}`
  const isOwn = (key: AccessKey) => key.arn === arn && (role === undefined || key.userId.startsWith(`${role.id}:`))
  const isFresh = (key: AccessKey) => isOwn(key) && (key.expiresAt ?? 0) - wallNow > renewBeforeMs
  const known = draft.rows(everywhere, 'accessKeys').find(isFresh)
  if (known !== undefined) return known
  const request = {
    account,
    role: profile.roleName,
    name: instance.id,
    durationSeconds: sessionSeconds,
    isChained: false,
    ...(role === undefined ? {} : { roleId: role.id }),
  }
  return engine.transact((change) => openSession(change, request, wallNow, random))
}

function factsOf(draft: Draft, { place, instance }: Found, key: AccessKey | undefined): InstanceFacts {
  const { account, region } = placeOf(place)
  const pair = instance.keyName === undefined ? undefined : draft.get(place, 'keyPairs', instance.keyName)
  const profile = key === undefined ? undefined : profileOf(draft, account, instance, key)
  const target = targetLifecycleState(draft, place, instance)
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceType: instance.instanceType,
    privateAddress: instance.address,
    hostname: hostname(instance, region),
    mac: machineMac(instance.address),
    networkInterfaceId: instance.networkInterfaceId,
    subnetId: instance.subnetId,
    subnetCidr: draft.get(place, 'subnets', instance.subnetId)?.cidr ?? '',
    vpcId: instance.vpcId,
    vpcCidr: draft.get(place, 'vpcs', instance.vpcId)?.cidr ?? '',
    securityGroups: instance.securityGroupIds.map((id) => ({ id, name: draft.get(place, 'securityGroups', id)?.name ?? '' })),
    region,
    zone: instance.zone,
    account,
    reservationId: instance.reservationId,
    launchIndex: instance.launchIndex,
    architecture: instance.architecture,
    pendingAt: new Date(instance.launchedAt).toISOString(),
    options: { tokens: instance.metadata.tokens, endpoint: instance.metadata.isEnabled ? 'enabled' : 'disabled' },
    ...(pair === undefined ? {} : { keyPair: { name: pair.name, publicKey: `${pair.publicKey} ${pair.name}` } }),
    ...(instance.userData === undefined ? {} : { userData: new Uint8Array(Buffer.from(instance.userData, 'base64')) }),
    ...(profile === undefined ? {} : { profile }),
    ...(target === undefined ? {} : { targetLifecycleState: target }),
    ...(instance.metadata.hasTags ? { tags: instance.tags } : {}),
  }
}

/** Where its group is taking it: a machine that sees `Terminated` here is held by a hook and has time to put its work away [doc: retrieving-target-lifecycle-state-through-imds]. */
function targetLifecycleState(draft: Draft, place: PlaceKey, { id, tags }: Instance): string | undefined {
  const group = draft.get(place, 'groups', tags['aws:autoscaling:groupName'] ?? '')
  const member = group?.members.find(({ instanceId }) => instanceId === id)
  if (member === undefined) return undefined
  if (member.lifecycle === 'Terminating') return 'Terminated'
  return member.lifecycle === 'Standby' ? 'Standby' : 'InService'
}

function profileOf(draft: Draft, account: string, instance: Instance, key: AccessKey): InstanceProfile | undefined {
  const row = draft.get(everywhere, 'instanceProfiles', `${account}/${instance.instanceProfile}`)
  if (row?.roleName === undefined || key.expiresAt === undefined) return undefined
  return {
    arn: profileArn(account, row.name),
    id: row.id,
    roleName: row.roleName,
    credentials: {
      accessKeyId: key.id,
      secretAccessKey: key.secretAccessKey,
      sessionToken: key.sessionToken ?? '',
      updatedAt: new Date(key.expiresAt - sessionSeconds * 1_000).toISOString(),
      expiresAt: new Date(key.expiresAt).toISOString(),
    },
  }
}

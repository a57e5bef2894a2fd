// Every machine of the configured accounts and regions by the image it runs, and what each group's next machine would run.

import type { Cloud, CloudAt, CloudOutcome, FleetInstance, GroupState, Place } from '../ports/index.ts'
import { nodeClassOf } from '../release/index.ts'
import { nodeGroupOf } from './group-now.ts'
import type { KnownImages } from './known-images.ts'

export interface FleetMachine {
  readonly account: string
  readonly region: string
  readonly instance: string
  /** Of a managed node group `cluster/name`, of Karpenter's nodes `cluster/class`; empty for a machine of no group. */
  readonly group: string
  /** Since it was launched, in whole days; and how old its group's machines may grow, undefined where nothing limits it. */
  readonly upDays: number
  readonly limitDays: number | undefined
  /** Value of the first owner tag it has; empty when it has none. */
  readonly owner: string
  readonly imageId: string
  /** Undefined for an image that is gone, or not to be seen from there. */
  readonly imageName: string | undefined
  readonly imageAgeDays: number | undefined
  /** `outside`: an image of no release, or of one that ended without reaching production. */
  readonly standing: 'revoked' | 'outside' | 'on its way' | 'promoted'
  readonly release: string | undefined
  /** Behind the family's newest promoted release; undefined outside any promoted image. */
  readonly daysBehind: number | undefined
}

/** A group whose next machine would be on an image that none of its machines runs: somebody changed its template. */
export interface TemplateDrift {
  readonly account: string
  readonly region: string
  readonly group: string
  readonly version: string
  readonly nextImageId: string
  readonly runningImageIds: readonly string[]
}

export interface Fleet {
  /** On a revoked image first, then outside any promoted one, then the furthest behind, then the oldest image. */
  readonly machines: readonly FleetMachine[]
  readonly drifts: readonly TemplateDrift[]
  /** Accounts and regions that could not be read, a sentence each: what is there is not known. */
  readonly unread: readonly string[]
}

export interface FleetQuestion {
  readonly places: readonly Place[]
  /** Names of tags, the first that a machine has counts. */
  readonly ownerTags: readonly string[]
  readonly known: KnownImages
  /** How old machines may grow in milliseconds, by `account region group`. */
  readonly limits: ReadonlyMap<string, number>
  /** Milliseconds since the epoch, wall time. */
  readonly now: number
}

/** One place after the other: the accounts' calls are their users' too. */
export async function readFleet(cloud: Cloud, question: FleetQuestion): Promise<Fleet> {
  const machines: FleetMachine[] = []
  const drifts: TemplateDrift[] = []
  const unread: string[] = []
  for (const place of question.places) {
    const found = await readPlace(cloud.at(place), question)
    if (!found.ok) unread.push(`${place.account} ${place.region}: ${found.message}`)
    else {
      machines.push(...found.value.machines)
      drifts.push(...found.value.drifts)
    }
  }
  return { machines: machines.toSorted(worstFirst), drifts, unread }
}

/** Auto Scaling tags the machines of a group with its name, those in standby too. */
const groupTag = 'aws:autoscaling:groupName'

async function readPlace(at: CloudAt, question: FleetQuestion): Promise<CloudOutcome<Pick<Fleet, 'machines' | 'drifts'>>> {
  const instances = await at.everyInstance()
  if (!instances.ok) return instances
  const groups = await at.everyGroup()
  if (!groups.ok) return groups
  const images = new Map<string, Seen>()
  for (const id of new Set(instances.value.map(({ imageId }) => imageId))) {
    const image = await at.describeImage(id)
    if (image.ok) images.set(id, image.value)
    // Another account's image that is shared no more, or one deregistered under its machines.
    else if (image.kind !== 'not-found' && image.code !== 'AuthFailure') return image
  }
  const drifts: TemplateDrift[] = []
  for (const group of groups.value) {
    const drift = await driftOf(at, group, instances.value)
    if (!drift.ok) return drift
    if (drift.value !== undefined) drifts.push(drift.value)
  }
  const machines = instances.value.map((instance) => machineOf(at.place, instance, images.get(instance.imageId), question))
  return { ok: true, value: { machines, drifts } }
}

interface Seen {
  readonly name: string
  readonly createdAt: string
}

function machineOf(
  place: Place,
  { id, imageId, launchedAt, tags }: FleetInstance,
  image: Seen | undefined,
  question: FleetQuestion,
): FleetMachine {
  const release = question.known.get(`${place.region} ${imageId}`)
  const group = nodeGroupOf(tags) ?? nodeClassOf(tags) ?? tags[groupTag] ?? ''
  const limitMs = question.limits.get(`${place.account} ${place.region} ${group}`)
  return {
    account: place.account,
    region: place.region,
    instance: id,
    group,
    upDays: daysSince(launchedAt, question.now),
    limitDays: limitMs === undefined ? undefined : Math.floor(limitMs / dayMs),
    owner: question.ownerTags.map((name) => tags[name]).find((value) => value !== undefined) ?? '',
    imageId,
    imageName: image?.name,
    imageAgeDays: image && daysSince(image.createdAt, question.now),
    standing: release?.standing ?? 'outside',
    release: release?.release,
    daysBehind: release?.daysBehind,
  }
}

const dayMs = 86_400_000

function daysSince(iso: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(iso)) / dayMs))
}

async function driftOf(
  at: CloudAt,
  { name, launchSource, tags }: GroupState,
  instances: readonly FleetInstance[],
): Promise<CloudOutcome<TemplateDrift | undefined>> {
  const nothing = { ok: true, value: undefined } as const
  const runningImageIds = [...new Set(instances.filter((one) => one.tags[groupTag] === name).map(({ imageId }) => imageId))]
  if (!('templateId' in launchSource) || runningImageIds.length === 0) return nothing
  const template = await at.describeTemplateVersion(launchSource.templateId, launchSource.version)
  if (!template.ok) return template.kind === 'not-found' ? nothing : template
  const nextImageId = template.value.imageId
  if (!nextImageId?.startsWith('ami-') || runningImageIds.includes(nextImageId)) return nothing
  const { account, region } = at.place
  return {
    ok: true,
    value: { account, region, group: nodeGroupOf(tags) ?? name, version: launchSource.version, nextImageId, runningImageIds },
  }
}

function worstFirst(one: FleetMachine, other: FleetMachine): number {
  const outside = badness(other) - badness(one)
  const behind = (other.daysBehind ?? -1) - (one.daysBehind ?? -1)
  // An image that is gone is older than any that is there.
  const age = (other.imageAgeDays ?? Number.MAX_SAFE_INTEGER) - (one.imageAgeDays ?? Number.MAX_SAFE_INTEGER)
  return outside || behind || age || placeAndName(one).localeCompare(placeAndName(other))
}

function badness({ standing }: FleetMachine): number {
  return standing === 'revoked' ? 2 : standing === 'outside' ? 1 : 0
}

function placeAndName({ account, region, group, instance }: FleetMachine): string {
  return `${account} ${region} ${group} ${instance}`
}

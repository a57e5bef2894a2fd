// A group launches instances: from its source, spread over its zones, with the history of what went wrong.

import type { _InstanceType } from '@aws-sdk/client-ec2'
import type { Machines } from '../machines/types.ts'
import { launch } from '../operations/ec2/launch.ts'
import { type LaunchRequest, launchRequest, requestOfMembers } from '../operations/ec2/launch-request.ts'
import { doomed, hasItsKeys, keysOf } from '../operations/ec2/volume-keys.ts'
import {
  type Group,
  isActive,
  isConfiguration,
  type LaunchOverride,
  type LaunchSource,
  type Member,
  overridesOf,
  type TemplateSource,
} from '../store/group.ts'
import type { Instance } from '../store/instance.ts'
import { isDefaultKey } from '../store/key-name.ts'
import { templateLaunched } from '../store/source-target.ts'
import { type Draft, type PlaceKey, placeOf } from '../store/state.ts'
import { ApiFault } from '../wire/fault.ts'
import { at, begin, finish } from './activities.ts'
import { configuredLaunch } from './configured-launch.ts'

/** Launches that failed are tried again after this, doubling up to the most; AWS backs off but names no figures. */
const firstRetryMs = 15_000
const lastRetryMs = 300_000
/** How long another zone is preferred to one in which a launch failed; AWS names no figure. */
const zoneAvoidedMs = 300_000

export interface GroupLaunch {
  readonly source: LaunchSource
  readonly count: number
  readonly cause: string
  /** Beyond the desired capacity, for members that leave when these serve. */
  readonly isSpare?: boolean
}

/** One activity for each instance; the first failure ends the row and sets when to try again. */
export function launchInto(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  order: GroupLaunch,
  network: Machines['network'],
  now: number,
): Group {
  let current = group
  for (let index = 0; index < order.count; index++) {
    const subnetId = emptiestSubnet(draft, place, current, now)
    const zone = draft.get(place, 'subnets', subnetId)?.zone ?? ''
    const activity = begin(
      draft,
      place,
      { group, cause: `At ${at(now)} ${order.cause}`, description: 'Launching a new EC2 instance', zone, subnetId },
      now,
    )
    try {
      const member = launchFirst(draft, place, current, order.source, subnetId, activity, network, now)
      current = joined(draft, place, current, order.isSpare ? { ...member, isSpare: true } : member)
      const launched = current.members.at(-1)?.instanceId
      draft.change(place, 'activities', activity, { description: `Launching a new EC2 instance: ${launched}` })
    } catch (cause) {
      if (!(cause instanceof ApiFault)) throw cause
      const message = `${cause.message} Launching EC2 instance failed.`
      draft.change(place, 'activities', activity, { description: `Launching a new EC2 instance.  Status Reason: ${message}` })
      finish(draft, place, activity, 'Failed', now, message)
      return delayed(draft, place, current, zone, now)
    }
  }
  return current
}

/** "Instance types are tried in the order of the overrides": the next one when there is no capacity for this one [doc: allocation-strategies]. */
function launchFirst(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  source: LaunchSource,
  subnetId: string,
  activity: string,
  network: Machines['network'],
  now: number,
): Member {
  const overrides = overridesOf(source)
  for (const override of overrides.slice(0, -1)) {
    try {
      return launchOne(draft, place, group, source, override, subnetId, activity, network, now)
    } catch (cause) {
      if (!(cause instanceof ApiFault && cause.code === 'InsufficientInstanceCapacity')) throw cause
    }
  }
  return launchOne(draft, place, group, source, overrides.at(-1) ?? {}, subnetId, activity, network, now)
}

function launchOne(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  source: LaunchSource,
  override: LaunchOverride,
  subnetId: string,
  activity: string,
  network: Machines['network'],
  now: number,
): Member {
  const from = isConfiguration(source)
    ? fromConfiguration(draft, place, source.configuration)
    : fromTemplate(draft, place, source, override)
  const marks = { 'aws:autoscaling:groupName': group.name, ...from.marks }
  const propagated = Object.fromEntries(group.tags.filter((tag) => tag.propagates).map((tag) => [tag.key, tag.value]))
  const [instance] = draft.attempt((inner) => {
    const { zone: _zone, ...request } = from.request(inner)
    const tags = { ...request.tags, instance: { ...request.tags.instance, ...propagated, ...marks } }
    return launch(inner, place, { ...request, subnetId, tags }, { least: 1, most: 1 }, network, now).map((one) =>
      mayStart(inner, place, group, one) ? one : doomed(inner, place, one, now),
    )
  })
  if (instance === undefined) throw new ApiFault('InternalError', 'Nothing was launched')
  return {
    instanceId: instance.id,
    instanceType: instance.instanceType,
    imageId: instance.imageId,
    zone: instance.zone,
    lifecycle: 'Pending',
    isHealthy: true,
    isProtected: group.newInstancesProtected,
    ...from.known,
    joinedAt: now,
    launchActivityId: activity,
  }
}

/** What a launch asks for, how its instance is tagged for it, and what the group remembers of it. */
interface LaunchedFrom {
  readonly marks: Readonly<Record<string, string>>
  readonly known: Pick<Member, 'template' | 'configuration'>
  readonly request: (draft: Draft) => LaunchRequest
}

function fromConfiguration(draft: Draft, place: PlaceKey, name: string): LaunchedFrom {
  const row = draft.get(place, 'launchConfigurations', name)
  if (row === undefined) throw new ApiFault('ValidationError', `Launch configuration ${name} not found.`)
  const request = (inner: Draft) => requestOfMembers(inner, place, configuredLaunch(row.data))
  return { marks: {}, known: { configuration: name }, request }
}

function fromTemplate(draft: Draft, place: PlaceKey, source: TemplateSource, override: LaunchOverride): LaunchedFrom {
  const named = templateLaunched(draft, place, source, override)
  if (named === undefined) {
    const id = override.template?.id ?? source.templateId
    const message = `The specified launch template, with template ID ${id}, does not exist.`
    throw new ApiFault('InvalidLaunchTemplateId.NotFound', message)
  }
  const { template, version } = named
  const number = String(version.number)
  return {
    marks: { 'aws:ec2launchtemplate:id': template.id, 'aws:ec2launchtemplate:version': number },
    known: { template: { id: template.id, name: template.name, version: version.number } },
    request: (inner) =>
      launchRequest(inner, place, {
        LaunchTemplate: { LaunchTemplateId: template.id, Version: number },
        ...(override.instanceType === undefined ? {} : { InstanceType: override.instanceType as _InstanceType }),
        ...(override.imageId === undefined ? {} : { ImageId: override.imageId }),
      }),
  }
}

/** A group's launches are the service-linked role's, and it needs a grant on a customer-managed key, or to be named by its policy [doc: key-policy-requirements-EBS-encryption]. */
function mayStart(draft: Draft, place: PlaceKey, group: Group, instance: Instance): boolean {
  const { account } = placeOf(place)
  const isWithoutGrants = draft.settings.faults.some((fault) => fault.kind === 'no-kms-grant' && fault.account === account)
  if (isWithoutGrants && keysOf(draft, place, instance).some((key) => !isDefaultKey(key))) return false
  return hasItsKeys(draft, place, instance, { account, arn: group.serviceLinkedRole })
}

function joined(draft: Draft, place: PlaceKey, group: Group, member: Member): Group {
  const { retryAt: _retryAt, ...rest } = group
  const next: Group = { ...rest, failedLaunches: 0, members: [...group.members, member] }
  draft.put(place, 'groups', group.name, next)
  return next
}

function delayed(draft: Draft, place: PlaceKey, group: Group, zone: string, now: number): Group {
  const retryAt = now + Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(group.failedLaunches, 10))
  const avoided = { ...group.avoidedZones, [zone]: now + zoneAvoidedMs }
  const next: Group = { ...group, failedLaunches: group.failedLaunches + 1, retryAt, avoidedZones: avoided }
  draft.put(place, 'groups', group.name, next)
  return next
}

/** When a zone in which a launch failed is tried again; undefined when it may be tried now. */
export function avoidedUntil({ avoidedZones }: Group, zone: string, now: number): number | undefined {
  const until = avoidedZones?.[zone]
  return until !== undefined && until > now ? until : undefined
}

/**
 * "Amazon EC2 Auto Scaling attempts to distribute instances evenly", and "if the attempt fails, attempts to launch in another Availability Zone
 * until it succeeds" [doc: ec2-auto-scaling-availability-zone-balanced]: the zone with the fewest of those where nothing failed lately.
 */
function emptiestSubnet(draft: Draft, place: PlaceKey, group: Group, now: number): string {
  const counted = group.subnetIds.map((subnetId) => {
    const zone = draft.get(place, 'subnets', subnetId)?.zone ?? ''
    return { subnetId, zone, count: group.members.filter((member) => isActive(member) && member.zone === zone).length }
  })
  const sound = counted.filter(({ zone }) => avoidedUntil(group, zone, now) === undefined)
  // All of them failed: the one whose failure is the oldest.
  if (sound.length === 0) {
    const until = ({ zone }: { readonly zone: string }) => avoidedUntil(group, zone, now) ?? 0
    return [...counted].sort((a, b) => until(a) - until(b))[0]?.subnetId ?? ''
  }
  return [...sound].sort((a, b) => a.count - b.count)[0]?.subnetId ?? ''
}

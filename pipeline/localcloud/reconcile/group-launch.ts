// A group launches instances: from its source, spread over its zones, with the history of what went wrong.

import type { Machines } from '../machines/types.ts'
import { launch } from '../operations/ec2/launch.ts'
import { launchRequest } from '../operations/ec2/launch-request.ts'
import { type Group, isActive, type LaunchSource, type Member } from '../store/group.ts'
import type { Instance } from '../store/instance.ts'
import { isDefaultKey } from '../store/kms-key.ts'
import { versionOf } from '../store/launch-template.ts'
import { type Draft, type PlaceKey, placeOf } from '../store/state.ts'
import { ApiFault } from '../wire/fault.ts'
import { at, begin, finish } from './activities.ts'

/** Launches that failed are tried again after this, doubling up to the most; AWS backs off but names no figures. */
const firstRetryMs = 15_000
const lastRetryMs = 300_000

export interface GroupLaunch {
  readonly source: LaunchSource
  readonly count: number
  readonly cause: string
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
    const subnetId = emptiestSubnet(draft, place, current)
    const zone = draft.get(place, 'subnets', subnetId)?.zone ?? ''
    const activity = begin(
      draft,
      place,
      { group, cause: `At ${at(now)} ${order.cause}`, description: 'Launching a new EC2 instance', zone, subnetId },
      now,
    )
    try {
      current = joined(draft, place, current, launchOne(draft, place, current, order.source, subnetId, activity, network, now))
      const launched = current.members.at(-1)?.instanceId
      draft.change(place, 'activities', activity, { description: `Launching a new EC2 instance: ${launched}` })
    } catch (cause) {
      if (!(cause instanceof ApiFault)) throw cause
      const message = `${cause.message} Launching EC2 instance failed.`
      draft.change(place, 'activities', activity, { description: `Launching a new EC2 instance.  Status Reason: ${message}` })
      finish(draft, place, activity, 'Failed', now, message)
      return delayed(draft, place, current, now)
    }
  }
  return current
}

function launchOne(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  source: LaunchSource,
  subnetId: string,
  activity: string,
  network: Machines['network'],
  now: number,
): Member {
  const template = draft.get(place, 'launchTemplates', source.templateId)
  const version = template === undefined ? undefined : versionOf(template, source.version)
  if (template === undefined || version === undefined) {
    throw new ApiFault(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${source.templateId}, does not exist.`,
    )
  }
  const marks = {
    'aws:autoscaling:groupName': group.name,
    'aws:ec2launchtemplate:id': template.id,
    'aws:ec2launchtemplate:version': String(version.number),
  }
  const propagated = Object.fromEntries(group.tags.filter((tag) => tag.propagates).map((tag) => [tag.key, tag.value]))
  const [instance] = draft.attempt((inner) => {
    const asked = launchRequest(inner, place, {
      LaunchTemplate: { LaunchTemplateId: template.id, Version: String(version.number) },
    })
    const { zone: _zone, ...request } = asked
    const tags = { ...request.tags, instance: { ...request.tags.instance, ...propagated, ...marks } }
    return launch(inner, place, { ...request, subnetId, tags }, 1, network, now).map((one) =>
      withoutGrant(inner, place, one, now),
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
    template: { id: template.id, name: template.name, version: version.number },
    joinedAt: now,
    launchActivityId: activity,
  }
}

/** How long an instance is pending before EC2 gives up on its volume's key; AWS names no figure. */
const keyRefusedAfterMs = 10_000

/** A group's launches are the service-linked role's, and it needs a grant on a customer-managed key [doc: key-policy-requirements-EBS-encryption]. */
function withoutGrant(draft: Draft, place: PlaceKey, instance: Instance, now: number): Instance {
  const { account } = placeOf(place)
  const { faults } = draft.settings
  const isMissing = faults.some((fault) => fault.kind === 'no-kms-grant' && fault.account === account)
  const needsGrant = instance.volumes.some(({ volumeId }) => {
    const volume = draft.get(place, 'volumes', volumeId)
    return volume?.encrypted && volume.kmsKeyId !== undefined && !isDefaultKey(volume.kmsKeyId)
  })
  if (!isMissing || !needsGrant) return instance
  const doomed = { ...instance, launchFailsAt: now + keyRefusedAfterMs }
  draft.put(place, 'instances', instance.id, doomed)
  return doomed
}

function joined(draft: Draft, place: PlaceKey, group: Group, member: Member): Group {
  const { retryAt: _retryAt, ...rest } = group
  const next: Group = { ...rest, failedLaunches: 0, members: [...group.members, member] }
  draft.put(place, 'groups', group.name, next)
  return next
}

function delayed(draft: Draft, place: PlaceKey, group: Group, now: number): Group {
  const retryAt = now + Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(group.failedLaunches, 10))
  const next: Group = { ...group, failedLaunches: group.failedLaunches + 1, retryAt }
  draft.put(place, 'groups', group.name, next)
  return next
}

/** "Amazon EC2 Auto Scaling attempts to distribute instances evenly": the zone with the fewest, after a failure the next one [doc: auto-scaling-benefits]. */
function emptiestSubnet(draft: Draft, place: PlaceKey, group: Group): string {
  const counted = group.subnetIds.map((subnetId) => {
    const zone = draft.get(place, 'subnets', subnetId)?.zone
    return { subnetId, count: group.members.filter((member) => isActive(member) && member.zone === zone).length }
  })
  const least = Math.min(...counted.map(({ count }) => count))
  const candidates = counted.filter(({ count }) => count === least)
  const choice = group.failedLaunches === 0 ? candidates[0] : counted[group.failedLaunches % counted.length]
  return choice?.subnetId ?? ''
}

// What keeps a group on its launch configuration: what a template can't say, and whoever else has a say in the group.

import type { GroupState, InstanceRefresh, LaunchConfiguration } from '../../ports/index.ts'
import type { Refusal } from '../check.ts'
import { isActive } from '../move.ts'
import { forbidden, managedElsewhere } from '../owner-checks.ts'
import { templateOwner } from '../template-owner.ts'

export interface MigrationFacts {
  readonly group: GroupState
  readonly configuration: LaunchConfiguration
  readonly refreshes: readonly InstanceRefresh[]
}

/** Every reason at once; empty when the group may be moved. */
export function obstacles({ group, configuration, refreshes }: MigrationFacts): readonly Refusal[] {
  const found = [
    forbidden(group),
    managedElsewhere(group),
    writtenElsewhere(group),
    refreshUnderWay(group, refreshes),
    paravirtual(configuration),
    classicLink(configuration),
    groupsByName(configuration),
  ]
  return found.flatMap((one) => one ?? [])
}

/** Its next apply would put the configuration back, or fail on a group that is not as it left it. */
function writtenElsewhere({ name, tags }: GroupState): Refusal | undefined {
  const owner = templateOwner(tags)
  if (owner === undefined) return undefined
  return {
    cause: `${name} is written by ${owner.kind} (${owner.by}), which would put its launch configuration back`,
    hint: `Give the group a launch template there, with a version by its number; the first roll goes on from that.`,
  }
}

function refreshUnderWay({ name }: GroupState, refreshes: readonly InstanceRefresh[]): Refusal | undefined {
  const running = refreshes.find(isActive)
  if (running === undefined) return undefined
  return {
    cause: `an instance refresh is running on ${name} (${running.id}, ${running.status}), whose machines would be of either kind`,
    hint: `Let it end, or cancel it: aws autoscaling cancel-instance-refresh --auto-scaling-group-name ${name}`,
  }
}

function paravirtual({ name, kernelId, ramdiskId }: LaunchConfiguration): Refusal | undefined {
  const named = [kernelId && `the kernel ${kernelId}`, ramdiskId && `the RAM disk ${ramdiskId}`].filter(Boolean)
  if (named.length === 0) return undefined
  return {
    cause: `the launch configuration ${name} names ${named.join(' and ')}, which only images of another kind of machine need`,
    hint: 'Move the group to an image that boots its own kernel first.',
  }
}

function classicLink({ name, classicLinkVpcId }: LaunchConfiguration): Refusal | undefined {
  if (classicLinkVpcId === undefined) return undefined
  return {
    cause: `the launch configuration ${name} links its machines to ${classicLinkVpcId} (ClassicLink), which AWS has ended`,
    hint: 'Make one without it, and let the group launch from that first.',
  }
}

/** A network interface takes IDs only, and on it stands whether a machine has a public address. */
function groupsByName({ name, securityGroups, publicAddress }: LaunchConfiguration): Refusal | undefined {
  const named = securityGroups.filter((group) => !/^sg-[0-9a-f]+$/.test(group))
  if (named.length === 0) return undefined
  const hint =
    'Make one that names them by their IDs (aws ec2 describe-security-groups), and let the group launch from that first.'
  const quoted = named.join(', ')
  if (publicAddress !== undefined) {
    const cause = `the launch configuration ${name} names security groups by name (${quoted}) and says whether machines get public addresses, for which a template takes IDs only`
    return { cause, hint }
  }
  if (named.length === securityGroups.length) return undefined
  return { cause: `the launch configuration ${name} names some security groups by name (${quoted}) and others by ID`, hint }
}

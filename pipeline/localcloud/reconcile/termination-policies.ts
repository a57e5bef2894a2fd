// Which member leaves when a group shrinks: its zones first, then its policies in their order. Pure.

import { type Group, isActive, isConfiguration, type LaunchSource, type Member, overridesOf } from '../store/group.ts'

/** Every policy of the service; a Lambda function as policy cannot be run here. */
export const terminationPolicies = [
  'Default',
  'AllocationStrategy',
  'OldestLaunchTemplate',
  'OldestLaunchConfiguration',
  'ClosestToNextInstanceHour',
  'NewestInstance',
  'OldestInstance',
] as const

export type TerminationPolicy = (typeof terminationPolicies)[number]

type Order = (a: Member, b: Member) => number

const hourMs = 3_600_000

/** Zones are levelled first, whatever the policies say; protected members stay [doc: ec2-auto-scaling-termination-policies]. */
export function chooseVictim(group: Group, now: number): Member | undefined {
  const active = group.members.filter(isActive)
  const perZone = new Map<string, number>()
  for (const { zone } of active) perZone.set(zone, (perZone.get(zone) ?? 0) + 1)
  // A zone the group has left is the fullest of all.
  const fullness = ({ zone }: Member) => (group.zones.includes(zone) ? (perZone.get(zone) ?? 0) : Number.POSITIVE_INFINITY)
  const orders = group.terminationPolicies.map((policy) => orderOf(policy as TerminationPolicy, group.launch, now))
  const byPolicies: Order = (a, b) => orders.map((order) => order(a, b)).find((difference) => difference !== 0) ?? 0
  return active
    .filter((member) => !member.isProtected)
    .sort((a, b) => compare(fullness(b), fullness(a)) || byPolicies(a, b) || a.joinedAt - b.joinedAt)[0]
}

function orderOf(policy: TerminationPolicy, launch: LaunchSource, now: number): Order {
  switch (policy) {
    case 'OldestInstance':
      return (a, b) => a.joinedAt - b.joinedAt
    case 'NewestInstance':
      return (a, b) => b.joinedAt - a.joinedAt
    case 'OldestLaunchTemplate':
      return byTemplate(launch)
    case 'ClosestToNextInstanceHour':
      return (a, b) => untilHour(a, now) - untilHour(b, now)
    case 'AllocationStrategy':
      return (a, b) => rank(b, launch) - rank(a, launch)
    case 'OldestLaunchConfiguration':
      return byConfiguration(launch)
    case 'Default':
      return (a, b) => rank(b, launch) - rank(a, launch) || byTemplate(launch)(a, b) || untilHour(a, now) - untilHour(b, now)
  }
}

/** Another template than the group's is older than any version of its own; an attached instance has none at all. */
function byTemplate(source: LaunchSource): Order {
  if (isConfiguration(source)) return byConfiguration(source)
  const age = ({ template }: Member) => (template?.id === source.templateId ? template.version : 0)
  return (a, b) => age(a) - age(b)
}

/** "Instances that use the non-current launch configuration are terminated first"; of a group with a template that is any configuration. */
function byConfiguration(source: LaunchSource): Order {
  const current = isConfiguration(source) ? source.configuration : undefined
  const isCurrent = ({ configuration }: Member) => configuration === current
  return (a, b) => Number(isCurrent(a)) - Number(isCurrent(b))
}

/** "Closest to the next billing hour" goes first. */
function untilHour({ joinedAt }: Member, now: number): number {
  return hourMs - ((now - joinedAt) % hourMs)
}

/** With the prioritized strategy the type that comes last in the overrides goes first. */
function rank({ instanceType }: Member, source: LaunchSource): number {
  const overrides = overridesOf(source)
  const index = overrides.findIndex((override) => override.instanceType === instanceType)
  return index === -1 ? overrides.length : index
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}

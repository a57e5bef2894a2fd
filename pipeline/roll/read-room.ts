// Reads what a roll launches into: addresses, vCPUs, and what the groups rolled side by side with it have yet to take of both.

import type { CloudAt, CloudOutcome, FleetInstance, SubnetDetail } from '../ports/index.ts'
import { type GroupTarget, type PerformerRequest, rollOf } from '../release/index.ts'
import type { Neighbour, PreflightFacts } from './check.ts'
import { type GroupNow, groupNow, isPlain, isThere, machineTags } from './group-now.ts'
import { growthOf } from './growth.ts'
import { ifThere } from './if-there.ts'
import { isByHand } from './owner-checks.ts'
import { type FoundVcpus, readVcpus } from './read-vcpus.ts'

/** A group that may be rolled side by side with another of its stage. */
export interface Beside {
  readonly target: GroupTarget
  /** A person has said that it may go, should it be tagged to wait for that. */
  readonly hasWord: boolean
  /** Its roll has begun. */
  readonly isUnderWay?: true
}

/** @param together all that are rolled side by side, `target` among them. */
export function othersOf(
  { name, region }: GroupTarget,
  together: readonly GroupTarget[] = [],
  hasWord: (other: GroupTarget) => boolean = () => false,
): readonly Beside[] {
  const others = together.filter((other) => other.name !== name || other.region !== region)
  return others.map((target) => ({ target, hasWord: hasWord(target) }))
}

/**
 * By the ledger. Of an undo only those that take their room first: what is under way, and then in the order they are listed in, so
 * that each goes for which there is room after those.
 */
export function besideOf({ release, action }: PerformerRequest<'roll'>, target: GroupTarget): readonly Beside[] {
  const { stage, together } = action
  const undoes = release.lane === 'undo'
  const isUnderWay = (other: GroupTarget) => rollOf(release, stage, other)?.step.state === 'begun'
  // Whoever undoes has given their word.
  const hasWord = (other: GroupTarget) => undoes || rollOf(release, stage, other)?.hand?.orderedBy !== undefined
  const others = othersOf(target, together, hasWord)
  const begun = others.filter((other) => isUnderWay(other.target)).map((other) => ({ ...other, isUnderWay: true as const }))
  const rest = others.filter((other) => !isUnderWay(other.target))
  const ownPlace = together?.findIndex(({ name, region }) => name === target.name && region === target.region) ?? -1
  const isAhead = (other: Beside) => ownPlace < 0 || (together ?? []).indexOf(other.target) < ownPlace
  return [...begun, ...(undoes ? rest.filter(isAhead) : rest)]
}

type Room = Pick<PreflightFacts, 'subnets' | 'vcpus' | 'beside'>

/** Asked only where the roll adds machines. */
export async function readRoom(
  at: CloudAt,
  group: GroupNow,
  target: GroupTarget,
  beside: readonly Beside[],
): Promise<CloudOutcome<Room>> {
  if (growthOf(group, target) === 0) return { ok: true, value: { subnets: [], vcpus: undefined } }
  const none = { ok: true, value: undefined } as const
  const subnets = group.subnetIds.length === 0 ? none : await ifThere<readonly SubnetDetail[]>(at.subnets(group.subnetIds))
  if (!subnets.ok) return subnets
  const fleet = await at.everyInstance()
  if (!fleet.ok) return fleet
  const vcpus = await readVcpus(at, group, fleet.value)
  if (!vcpus.ok) return vcpus
  const inRegion = beside.filter((one) => one.target.region === target.region)
  const neighbours = await readNeighbours(at, inRegion, fleet.value, vcpus.value)
  if (!neighbours.ok) return neighbours
  const { quota, inUse, perMachine } = vcpus.value ?? {}
  return {
    ok: true,
    value: {
      subnets: subnets.value ?? [],
      vcpus: quota === undefined || inUse === undefined || perMachine === undefined ? undefined : { quota, inUse, perMachine },
      ...(neighbours.value.length > 0 && { beside: neighbours.value }),
    },
  }
}

/** Auto Scaling's own at one call, for there may be a hundred; a group that is not there takes nothing. */
async function readNeighbours(
  at: CloudAt,
  beside: readonly Beside[],
  fleet: readonly FleetInstance[],
  vcpus: FoundVcpus | undefined,
): Promise<CloudOutcome<readonly Neighbour[]>> {
  const names = beside.filter(({ target }) => isPlain(target)).map(({ target }) => target.name)
  const plain = names.length === 0 ? { ok: true as const, value: [] } : await at.describeGroups(names)
  if (!plain.ok) return plain
  const neighbours: Neighbour[] = []
  for (const { target, hasWord, isUnderWay } of beside) {
    if (target.karpenter !== undefined) continue
    const found = isPlain(target)
      ? { ok: true as const, value: plain.value.find(({ name }) => name === target.name) }
      : await groupNow(at, target)
    if (!found.ok) return found
    const group = found.value
    if (group === undefined || (isByHand(group) && !hasWord)) continue
    const neighbour = neighbourOf(group, target, fleet, vcpus)
    if (neighbour.machines > 0) neighbours.push({ ...neighbour, ...(isUnderWay && { isUnderWay }) })
  }
  return { ok: true, value: neighbours }
}

/** What one that rolls already has launched is in use, and counted there: by the same look, or it would count twice or not at all. */
function neighbourOf(
  group: GroupNow,
  target: GroupTarget,
  fleet: readonly FleetInstance[],
  vcpus: FoundVcpus | undefined,
): Neighbour {
  const { name, desiredCapacity, subnetIds } = group
  const wanted = Object.entries(machineTags(target))
  const own = fleet.filter((machine) => isThere(machine) && wanted.every(([key, value]) => machine.tags[key] === value))
  const launched = Math.max(0, own.length - desiredCapacity)
  const machines = Math.max(0, growthOf(group, target) - launched)
  return { name, machines, perMachine: vcpus?.largest(own) ?? 0, subnetIds }
}

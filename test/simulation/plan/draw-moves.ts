// Draws which groups of a company are moved otherwise than by versions of their template, and which may not grow old.

import type { BakingLane, GroupTarget, Policy } from '../../../pipeline/release/index.ts'
import { hourMs } from '../../support/factories.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import { between, oneOf, several } from './draw.ts'
import type { Company } from './draw-policies.ts'
import { cluster, type PlannedGroup, type PlannedOrder } from './plan.ts'

export interface Moves extends Company {
  readonly renewals: readonly PlannedOrder[]
}

/** Drawn behind all else, so that what a seed had before there were such groups is still what it has. */
export function drawMoves(random: SeededRandom, company: Company, lastOpenedMs: number): Moves {
  const withNodes = random.chance(0.15) ? drawNodes(random, company) : company
  const withParameters = random.chance(0.12) ? drawParameter(random, withNodes) : withNodes
  if (!random.chance(0.1)) return { ...withParameters, renewals: [] }
  const maxAgeMs = oneOf(random, [2, 12, 72]) * hourMs
  const isLimited = ({ karpenter }: GroupTarget) => karpenter === undefined && random.chance(0.6)
  const limited = new Set(targetsOf(withParameters.policies.weekly).filter(isLimited).map(keyOf))
  const aged = changed(withParameters, (target) => (limited.has(keyOf(target)) ? { ...target, maxAgeMs } : target))
  const renewals = several(oneOf(random, [1, 1, 2]), (): PlannedOrder => {
    return { kind: 'renew', fromMs: lastOpenedMs + between(random, 1, 30) * hourMs }
  })
  return { ...aged, renewals }
}

/** Half of its groups are of a cluster, in one way or another. */
function drawNodes(random: SeededRandom, company: Company): Company {
  const kinds = new Map<string, PlannedGroup>()
  for (const group of company.groups) {
    if (random.chance(0.5))
      kinds.set(group.name, asNodes(group, oneOf(random, ['node-group', 'node-group', 'karpenter', 'hooked'])))
  }
  const limits = new Map([...kinds].map(([name, { machines }]) => [name, machines > 2 && random.chance(0.3)]))
  const groups = company.groups.map((group) => kinds.get(group.name) ?? group)
  return changed({ ...company, groups }, (target) => {
    const group = kinds.get(target.name)
    return group === undefined ? target : targetOf(group, target, limits.get(target.name) === true)
  })
}

function asNodes(group: PlannedGroup, kind: NonNullable<PlannedGroup['kind']>): PlannedGroup {
  if (kind === 'hooked') return { ...group, kind }
  const name = `${cluster}/${group.name}`
  return { ...group, name, kind, ...(kind === 'karpenter' && { parameter: `/acme/${group.name}/image` }) }
}

export function targetOf({ name, kind, parameter }: PlannedGroup, target: GroupTarget, isFaster = false): GroupTarget {
  const own = name.split('/').at(-1) ?? name
  const common = { ...target, name, ...(parameter !== undefined && { parameter }) }
  if (kind === 'karpenter') return { ...common, karpenter: { cluster, nodeClass: own } }
  if (kind !== 'node-group') return common
  return { ...common, nodeGroup: { cluster, name: own, force: false, ...(isFaster && { limit: { maxUnavailable: 2 } }) } }
}

/** One wave's groups of a region take their image from a parameter, as far as they are no cluster's. */
function drawParameter(random: SeededRandom, company: Company): Company {
  const waves = company.policies.weekly.stages.flatMap(({ name, waves }, stage) =>
    waves.flatMap(({ groups }, index) => groups.map(({ region }) => ({ name, stage, index, region }))),
  )
  const chosen = waves[random.below(waves.length)]
  if (chosen === undefined) return company
  const parameter = `/acme/${chosen.name}/${chosen.index + 1}/image`
  const inWave = company.policies.weekly.stages[chosen.stage]?.waves[chosen.index]?.groups ?? []
  const isPlain = (name: string) => company.groups.some((group) => group.name === name && group.kind === undefined)
  const own = inWave.filter(({ region, name }) => region === chosen.region && isPlain(name)).map(({ name }) => name)
  const groups = company.groups.map((group) => (own.includes(group.name) ? { ...group, parameter } : group))
  return changed({ ...company, groups }, (target) => (own.includes(target.name) ? { ...target, parameter } : target))
}

function changed<Whole extends Company>(company: Whole, change: (target: GroupTarget) => GroupTarget): Whole {
  const policy = (lane: BakingLane): Policy => {
    const stages = company.policies[lane].stages.map(({ waves, ...stage }) => {
      return { ...stage, waves: waves.map(({ groups, ...wave }) => ({ ...wave, groups: groups.map(change) })) }
    })
    return { ...company.policies[lane], stages }
  }
  return { ...company, policies: { weekly: policy('weekly'), emergency: policy('emergency') } }
}

function targetsOf({ stages }: Policy): readonly GroupTarget[] {
  return stages.flatMap(({ waves }) => waves.flatMap(({ groups }) => groups))
}

function keyOf({ region, name }: GroupTarget): string {
  return `${region}/${name}`
}

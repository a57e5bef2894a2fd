// Parameters that hold images: each serves one wave, and one kind of machine there, or the nodes of one EC2NodeClass.

import type { WrittenConfig, WrittenGroup, WrittenWave } from '../written/drover-file.ts'
import { parseGroupName } from '../written/names.ts'
import { childOf } from '../yaml/mapping.ts'
import type { Placed } from '../yaml/reader.ts'
import { reportFollowing } from '../yaml/reading.ts'

interface Claim {
  readonly family: string
  readonly stage: string
  /** What the parameter moves, in words. */
  readonly moved: string
  readonly kind: 'wave' | 'EC2NodeClass'
  /** By account, region and name: the same name elsewhere is another parameter. */
  readonly identities: readonly string[]
  readonly parameter: Placed<string>
}

export function checkParameters(written: WrittenConfig): void {
  const accounts = new Map(written.stages.map(({ name, value }) => [name, value.account.value]))
  const claims: Claim[] = []
  for (const { name: family, value } of written.families) {
    for (const { name: stage, value: waves } of value.groups) {
      if (waves.value.some(({ parameter }) => parameter !== undefined)) checkWhole(written, stage, waves.value)
      for (const wave of waves.value) {
        checkStrategy(wave)
        if (wave.parameter !== undefined && wave.parameter.value !== '') checkArchitectures(wave, wave.parameter)
        claims.push(...claimsOf(wave, { family, stage, account: accounts.get(stage) || `stage ${stage}` }))
      }
    }
  }
  checkShared(claims.filter(({ parameter }) => parameter.value !== ''))
}

/** A wave's own, and one for each EC2NodeClass in it. */
function claimsOf(
  { wave, parameter, groups }: WrittenWave,
  { family, stage, account }: { readonly family: string; readonly stage: string; readonly account: string },
): readonly Claim[] {
  const claim = (kind: Claim['kind'], moved: string, members: readonly WrittenGroup[], parameter: Placed<string>): Claim => {
    const places = members.map(({ group }) => `${account} ${parseGroupName(group.value)?.region ?? ''} ${parameter.value}`)
    return { family, stage, kind, moved, identities: [...new Set(places)], parameter }
  }
  const own = parameter === undefined ? [] : [claim('wave', `wave ${wave.value}`, groups, parameter)]
  const ofNodes = groups.flatMap((one) =>
    one.karpenter === undefined ? [] : [claim('EC2NodeClass', one.group.value, [one], one.karpenter.parameter)],
  )
  return [...own, ...ofNodes]
}

function checkShared(claims: readonly Claim[]): void {
  const first = new Map<string, Claim>()
  for (const claim of claims) {
    const earlier = claim.identities.flatMap((identity) => {
      const found = first.get(identity)
      if (found === undefined) first.set(identity, claim)
      return found ?? []
    })
    const [other] = earlier
    if (other !== undefined) reportShared(claim, other)
  }
}

/** What divides a stage's groups anew would leave one parameter to several waves. */
function checkWhole({ lanes }: WrittenConfig, stage: string, waves: readonly WrittenWave[]): void {
  for (const { tag } of waves) {
    if (tag === undefined) continue
    const hint = 'List the groups of this wave, or roll the stage by template.'
    reportFollowing(
      tag.at,
      'config-conflict',
      `stage ${stage} is rolled by parameters, and a wave by tag would divide their groups`,
      hint,
    )
  }
  for (const lane of [lanes.weekly, lanes.emergency]) {
    const percentages = lane.waves.find(({ name }) => name === stage)?.value
    if (percentages === undefined || typeof percentages === 'string') continue
    const hint = 'Walk it one-by-one or first-then-rest, or roll the stage by template.'
    const message = `stage ${stage} is rolled by parameters, and percentages would divide their groups`
    reportFollowing(percentages.at, 'config-conflict', message, hint)
  }
}

function checkStrategy({ wave, strategy, parameter, groups, at }: WrittenWave): void {
  const managed = groups.find(({ nodeGroup }) => nodeGroup !== undefined)
  if (strategy.value === 'parameter' && managed !== undefined) {
    const hint = 'EKS replaces its machines by another version of its launch template: give it a wave of its own.'
    const message = `${managed.group.value} is a managed node group, and wave ${wave.value} is rolled by a parameter`
    reportFollowing(managed.group.at, 'config-conflict', message, hint)
  }
  const nodes = groups.find(({ karpenter }) => karpenter !== undefined)
  if (strategy.value === 'parameter' && nodes !== undefined) {
    const hint = 'Their own parameter is written for them alone: give them a wave of their own.'
    const message = `${nodes.group.value} are nodes of Karpenter, and wave ${wave.value} is rolled by a parameter`
    reportFollowing(nodes.group.at, 'config-conflict', message, hint)
  }
  if (strategy.value === 'parameter' && parameter === undefined) {
    const hint = 'Name the one that its templates take their image from: /acme/web/wave-1/image'
    reportFollowing(strategy.at, 'config-missing-key', `wave ${wave.value} is rolled by a parameter and names none`, hint)
  }
  if (strategy.value === 'template' && parameter !== undefined) {
    const hint = 'Say `strategy: parameter` beside it, or take it out.'
    reportFollowing(
      childOf(at, 'parameter'),
      'config-conflict',
      `wave ${wave.value} names a parameter that nothing would write`,
      hint,
    )
  }
}

function checkArchitectures({ wave, groups }: WrittenWave, parameter: Placed<string>): void {
  const kinds = new Map<string, Set<string>>()
  for (const { group, architecture } of groups) {
    const region = parseGroupName(group.value)?.region ?? ''
    kinds.set(region, (kinds.get(region) ?? new Set()).add(architecture?.value ?? ''))
  }
  const mixed = [...kinds].find(([, architectures]) => architectures.size > 1)
  if (mixed === undefined) return
  const message = `wave ${wave.value} has groups of several architectures in ${mixed[0]}, and a parameter holds one image`
  reportFollowing(parameter.at, 'config-conflict', message, 'Make a wave of each, with a parameter of its own.')
}

function reportShared({ stage, kind, moved, parameter }: Claim, earlier: Claim): void {
  const { line } = earlier.parameter.at.reading.placeAt(earlier.parameter.at.offset)
  const whose = earlier.stage === stage ? earlier.moved : `${earlier.moved} of stage ${earlier.stage}`
  const message = `${moved} shares the parameter ${parameter.value} with ${whose}: writing it would move both`
  const hint = `Line ${line} has it for family ${earlier.family}; give each ${kind} a parameter of its own.`
  reportFollowing(parameter.at, 'config-conflict', message, hint)
}

// `drover plan` in words: a table a stage, what it takes, then what would be refused and the way out.

import type { ReachOutlook } from '../bake/index.ts'
import { formatDuration } from '../kernel/index.ts'
import type { CopyOutlook } from '../promote/index.ts'
import { describeGroup } from '../release/index.ts'
import type { KeyOutlook } from '../rights/index.ts'
import type { GroupOutlook } from '../roll/index.ts'
import { table } from './terminal.ts'

export interface AccountPlan {
  readonly family: string
  readonly lane: string
  readonly groups: readonly GroupOutlook[]
  readonly keys: KeyOutlook
  /** Whether the runner that asks would get to a build machine. */
  readonly reach: ReachOutlook
  /** Undefined, with the reason: what is known of images could not be read. */
  readonly copies: CopyOutlook | undefined
  readonly copiesUnread: string | undefined
  /** One sentence for each hold in the way. */
  readonly holds: readonly string[]
  /** One sentence for each stage whose windows and freezes would make a release wait now. */
  readonly calendar: readonly string[]
  /** Until when its Kubernetes is supported, where there is something to say. */
  readonly support?: string
}

export function describeAccountPlan(plan: AccountPlan, now: number): readonly string[] {
  const stages = [...new Set(plan.groups.map(({ key }) => key.stage))]
  return [
    `${plan.family}, ${plan.lane} lane: what a release would meet; nothing was changed`,
    ...plan.holds.map((hold) => `held: ${hold}`),
    ...plan.calendar.map((closed) => `closed: ${closed}`),
    ...(plan.support === undefined ? [] : [`base: ${plan.support}`]),
    ...stages.flatMap((stage) =>
      stageLines(
        stage,
        plan.groups.filter(({ key }) => key.stage === stage),
        now,
      ),
    ),
    '',
    ...costLines(plan),
    '',
    ...bakeLines(plan),
    ...refusalLines(plan.groups),
    ...ownerLines(plan.groups),
  ]
}

function stageLines(stage: string, groups: readonly GroupOutlook[], now: number): readonly string[] {
  const account = groups[0]?.account ?? ''
  const isLimited = groups.some(({ age }) => age !== undefined)
  const head = ['WAVE', 'GROUP', 'MACHINES', ...(isLimited ? ['OLDEST'] : []), 'IMAGE', 'AGE', 'TEMPLATE', 'OWNER', 'TAKES', '']
  const rows = groups.map(({ key, wave, age, image, templateVersion, owner, byHand, refusals, cost }) => [
    wave,
    `${key.region}/${key.group}`,
    cost === undefined ? '-' : `${cost.machines}${cost.extraMachines > 0 ? ` +${cost.extraMachines}` : ''}`,
    ...(isLimited ? [oldestOf(age, now)] : []),
    image?.name ?? '-',
    image === undefined ? '-' : ageOf(image.createdAt, now),
    templateVersion === undefined ? '-' : templateVersion,
    owner?.kind ?? '-',
    cost === undefined || cost.machines === 0 ? '-' : formatDuration(wholeMinutes(cost.durationMs)),
    refusals.length > 0 ? 'refused' : byHand ? 'by hand' : '',
  ])
  return ['', `${stage} (account ${account})`, ...table([head, ...rows]).map((line) => `  ${line}`)]
}

function oldestOf(age: GroupOutlook['age'], now: number): string {
  if (age === undefined) return '-'
  const { oldestLaunchAt, maxAgeMs } = age
  return `${oldestLaunchAt === undefined ? '-' : ageOf(oldestLaunchAt, now)} of ${formatDuration(maxAgeMs)}`
}

function costLines({ groups, copies, copiesUnread }: AccountPlan): readonly string[] {
  const hours = groups.reduce((sum, { cost, refusals }) => sum + (refusals.length > 0 ? 0 : (cost?.extraMachineHours ?? 0)), 0)
  const machines = `machines beside those there are: at most ${hours.toFixed(1)} machine-hours`
  if (copies === undefined) return ['what it takes', `  ${machines}`, `  copies: not known: ${copiesUnread ?? ''}`]
  if (copies.image === undefined) {
    return ['what it takes', `  ${machines}`, '  copies: not known before the first image of the family']
  }
  const { image, regions, imageGib, copiedGib, keptGibMonths } = copies
  const where = regions.length === 0 ? 'no other region' : regions.join(', ')
  return [
    'what it takes',
    `  ${machines}`,
    `  copies: at most ${copiedGib} GiB to ${where} (disks of ${image.name}: ${imageGib} GiB)`,
    `  snapshots: at most ${keptGibMonths} GiB-months for each month the release is kept`,
  ]
}

function refusalLines(groups: readonly GroupOutlook[]): readonly string[] {
  const refused = groups.filter(({ refusals }) => refusals.length > 0)
  if (refused.length === 0) return ['no group would be refused']
  return [
    `${refused.length} of ${groups.length} groups would be refused`,
    ...refused.flatMap(({ key, refusals }) => [
      `  ${describeGroup(key)}`,
      ...refusals.flatMap(({ cause, hint }) => [`    ${cause}`, `      ${hint}`]),
    ]),
  ]
}

function bakeLines({ keys, reach }: AccountPlan): readonly string[] {
  const refused = [...reach.refusals, ...keys.refusals].flatMap(({ cause, hint }) => [`  ${cause}`, `    ${hint}`])
  const unasked = [...reach.unasked, ...keys.unasked]
  if (refused.length + unasked.length === 0) return []
  return [...(refused.length === 0 ? [] : ['a release would be refused before it bakes', ...refused]), ...unasked, '']
}

/** The two ways, where something else would put the old image back. */
function ownerLines(groups: readonly GroupOutlook[]): readonly string[] {
  const owned = groups.filter(({ owner }) => owner !== undefined)
  if (owned.length === 0) return []
  return [
    '',
    'owned by others, whose next apply may put the old image back',
    ...owned.map(({ key, owner }) => `  ${describeGroup(key)}: ${owner?.kind} (${owner?.by})`),
    '    Let it ignore the image and the version, or hand the image over by a parameter: docs/aws.md has both.',
  ]
}

function ageOf(createdAt: string, now: number): string {
  return `${Math.max(0, Math.floor((now - Date.parse(createdAt)) / 86_400_000))}d`
}

function wholeMinutes(durationMs: number): number {
  return Math.ceil(durationMs / 60_000) * 60_000
}

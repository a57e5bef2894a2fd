// Where everything stands, as a person reads it: what needs somebody first, then releases, then groups. Pure.

import type { GroupStatus, ReleaseStatus, Status } from '../conductor/index.ts'
import { formatDuration } from '../kernel/index.ts'
import { describeGroup, describeScope, type GroupKey, lastReplacedAt, type Release, sameGroup } from '../release/index.ts'
import { describeDrill, type FamilyDrill } from './drill-view.ts'
import { describeDecision } from './plan.ts'
import { describeEnd } from './projected-end.ts'
import { table } from './terminal.ts'

export interface StatusAround {
  readonly drills: readonly FamilyDrill[]
  readonly drillEveryMs: number
  /** How old machines may grow, by `describeGroup`. */
  readonly ageLimits: ReadonlyMap<string, number>
  /** Wall time in milliseconds. */
  readonly now: number
  /** Every release there ever was; otherwise those that are open and the last ones of each family. */
  readonly all: boolean
}

/** Ended releases of each family that are shown without being asked for. */
const shownEach = 3

export function statusLines(status: Status, around: StatusAround): readonly string[] {
  const parts = [orders(status), releases(status, around), groups(status, around)].filter((part) => part.length > 0)
  if (status.releases.length === 0) parts.push(['the ledger is empty: no release has been opened'])
  return parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]))
}

function orders({ revoked, holds, migrations, takenBack }: Status): readonly string[] {
  return [
    ...revoked.map(({ revocation, groups: on }) => {
      const where = on.length > 0 ? `still on ${on.map(describeGroup).join(', ')}` : 'on no group drover knows of'
      const { releaseId, by, reason, since } = revocation
      return `revoked: ${releaseId}, since ${minute(since)} by ${by}: ${reason}; ${where}`
    }),
    ...holds.map(({ scope, by, reason, since }) => `held: ${describeScope(scope)}, since ${minute(since)} by ${by}: ${reason}`),
    ...migrations.map(({ group, by, reason, since }) => {
      const begun = `${describeGroup(group)} was to leave its launch configuration, since ${minute(since)} by ${by}: ${reason}`
      return `not migrated: ${begun}; drover migrate ${group.region}/${group.group} --stage ${group.stage} --apply goes on`
    }),
    ...takenBack.map(({ family, to, since, by, reason, lost }) => {
      const without = lost.length > 0 ? `; without ${lost.join(', ')}` : ''
      return `taken back: ${family} to ${to}, since ${instant(since)} by ${by}: ${reason}${without}; release it anew`
    }),
  ]
}

function releases(status: Status, { drills, drillEveryMs, all }: StatusAround): readonly string[] {
  const shown = status.releases.filter((one) => all || one.state === 'open' || isRecent(one, status.releases))
  if (shown.length === 0) return []
  const rows = shown.map(({ release, state, next }) => [
    release.id,
    release.drill ? 'drill' : release.lane,
    state,
    instant(release.openedAt.at),
    state === 'open' ? (describeDecision(next)[0] ?? '') : (release.reason ?? ''),
  ])
  const left = status.releases.length - shown.length
  return [
    ...table([['RELEASE', 'LANE', 'STATE', 'OPENED', ''], ...rows]),
    ...(left > 0 ? [`and ${left} more that are over: drover status --all`] : []),
    ...shown.flatMap(({ release, projection }) => (projection ? [`${release.id} ${describeEnd(projection)}`] : [])),
    ...drills.flatMap((one) => describeDrill(one, drillEveryMs)),
  ]
}

function isRecent({ release }: ReleaseStatus, newestFirst: readonly ReleaseStatus[]): boolean {
  const over = newestFirst.filter((one) => one.release.family === release.family && one.state !== 'open')
  return over.slice(0, shownEach).some((one) => one.release.id === release.id)
}

/** What each group runs now, and below which release what is to come of it. */
function groups({ groups: every, releases: known }: Status, { now, ageLimits }: StatusAround): readonly string[] {
  if (every.length === 0) return []
  const rows = every.map((one) => {
    const run = runningOn(known, one.key)
    const approval = run?.release.approvals.find(({ stage, answer }) => stage === one.key.stage && answer === 'granted')
    return [
      describeGroup(one.key),
      run ? nameOf(run.release) : '-',
      run ? age(now - run.since) : '',
      run?.imageId ?? '',
      approval?.by ?? '',
      ...(ageLimits.size > 0 ? [machinesAge(known, one.key, { now, ageLimits })] : []),
      [
        comingTo(one, run?.release, known),
        one.watch ? watcher(one.watch) : '',
        one.byKarpenter ? 'new nodes only, Karpenter replaces the others: drover fleet' : '',
      ]
        .filter((part) => part !== '')
        .join(', '),
    ]
  })
  const limited = ageLimits.size > 0 ? ['MACHINES'] : []
  return table([['GROUP', 'RUNS', 'FOR', 'IMAGE', 'APPROVED BY', ...limited, ''], ...rows])
}

function comingTo({ releaseId, state }: GroupStatus, runs: Release | undefined, known: Status['releases']): string {
  if (releaseId === runs?.id) return ''
  const isRenewal = known.some(({ release }) => release.id === releaseId && release.renews)
  return `${isRenewal && state === 'rolled' ? 'renewed' : state}: ${releaseId}`
}

/** From the ledger alone: none can be older than the last move that replaced all of them. */
function machinesAge(
  known: Status['releases'],
  key: GroupKey,
  { now, ageLimits }: Pick<StatusAround, 'now' | 'ageLimits'>,
): string {
  const limitMs = ageLimits.get(describeGroup(key))
  const replacedAt = lastReplacedAt(
    known.map(({ release }) => release),
    key,
  )
  if (limitMs === undefined) return ''
  const limit = formatDuration(limitMs)
  return replacedAt === undefined ? `limit ${limit}` : `up to ${age(now - replacedAt)} of ${limit}`
}

function nameOf({ id, returnsTo }: Release): string {
  return returnsTo ? `${returnsTo.release} by ${id}` : id
}

/** The newest release that was rolled onto the group to the end, and not taken back again. */
function runningOn(newestFirst: readonly ReleaseStatus[], group: GroupKey) {
  for (const { release } of newestFirst) {
    // It brings no image.
    if (release.renews) continue
    const roll = release.rolls.find(({ key }) => sameGroup(key, group))
    if (roll?.step.state !== 'finished' || roll.undo.state === 'finished') continue
    return { release, imageId: roll.imageId, since: roll.step.ended.wallAt }
  }
  return undefined
}

function watcher({ runner, sinceWallAt, seenWallAt, lost }: NonNullable<GroupStatus['watch']>): string {
  if (!lost) return `watched by ${runner} since ${instant(sinceWallAt)}, last seen ${instant(seenWallAt)}`
  return `nobody watches: ${runner} was last seen ${instant(seenWallAt)}; AWS goes on by itself, drover advance takes it over`
}

function age(durationMs: number): string {
  const hours = Math.floor(Math.max(0, durationMs) / 3_600_000)
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`
}

function instant(time: number): string {
  return minute(new Date(time).toISOString())
}

function minute(iso: string): string {
  return iso.slice(0, 16)
}

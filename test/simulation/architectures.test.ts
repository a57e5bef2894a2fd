// Releases of two architectures: an image of each is copied, shared and rolled to the groups that are of it, and both go back together.

import { describe, expect, test } from 'vitest'
import { type CloudState, rowIn } from '../../pipeline/localcloud/index.ts'
import type { GroupTarget, LedgerEvent, Policy } from '../../pipeline/release/index.ts'
import { aPolicy, aRollPolicy, aSoakPolicy, aStage, aTarget, hourMs, httpTest, minuteMs } from '../support/factories.ts'
import { checkers } from './checkers/index.ts'
import { imageOfGroup, placeKeyOf, releaseOfImage } from './checkers/lineage.ts'
import { architectureOf, type Plan, type PlannedGroup } from './plan/plan.ts'
import { undisturbed } from './plan/undisturbed.ts'
import { type Simulated, simulate } from './simulate.ts'

const regions = ['eu-central-1', 'eu-west-1'] as const
const stages = ['dev', 'prod']
const roll = aRollPolicy({ instanceWarmupMs: 0 })

/** Two groups of the stage in each region, one of each architecture. */
function groupsOf(stage: string): readonly PlannedGroup[] {
  const { account } = aStage(stage)
  return regions.flatMap((region) => [
    { stage, account, region, name: `${stage}-${region}-intel`, machines: 2 },
    { stage, account, region, name: `${stage}-${region}-arm`, machines: 2, architecture: 'arm64' as const },
  ])
}

const targets = (stage: string): readonly GroupTarget[] =>
  groupsOf(stage).map((group) => {
    const architecture = architectureOf(group)
    return aTarget(`${group.region}/${group.name}`, { roll, architecture, withoutHealth: 'a simulated group' })
  })
const soak = aSoakPolicy({ durationMs: hourMs, tests: [httpTest] })
const policy: Policy = aPolicy({
  stages: stages.map((stage) => aStage(stage, { soak, waves: [{ name: 'all', groups: targets(stage) }] })),
})
const plan: Plan = {
  ...undisturbed,
  policies: { weekly: policy, emergency: { ...policy, lane: 'emergency' } },
  groups: stages.flatMap(groupsOf),
  calmAfterMs: 12 * hourMs,
}
const weekly = { lane: 'weekly', image: 'sound', fixes: [] } as const
const first = { ...weekly, afterMs: 0 }
const [one, two] = ['web-2026.47.1', 'web-2026.47.2']

interface Seen {
  readonly simulated: Simulated
  readonly records: readonly LedgerEvent[]
  readonly state: CloudState
}

/** Watched by every checker. */
async function walk(over: Partial<Plan>, kills?: (at: string) => boolean): Promise<Seen> {
  const last: { end?: Pick<Seen, 'records' | 'state'> } = {}
  const look = () => ({
    atEnd: (end: Pick<Seen, 'records' | 'state'>) => {
      last.end = end
      return []
    },
  })
  const simulated = await simulate(1, { plan: { ...plan, ...over }, checkers: { ...checkers, look }, ...(kills && { kills }) })
  if (last.end === undefined) throw new Error([...simulated.found, ...simulated.lines].join('\n'))
  return { simulated, ...last.end }
}

/** By group: the release and the architecture of what it launches, and of all that its machines run. */
function whatRuns({ state }: Seen): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    plan.groups.map((group) => {
      const members = rowIn(state, placeKeyOf(group), 'groups', group.name)?.members ?? []
      const ids = [imageOfGroup(state, group) ?? '', ...members.map(({ imageId }) => imageId)]
      return [group.name, [...new Set(ids.map((id) => `${releaseOfImage(state, id)} ${builtFor(state, id)}`))]]
    }),
  )
}

function builtFor(state: CloudState, imageId: string): string | undefined {
  return Object.keys(state.places).flatMap((place) => rowIn(state, place, 'images', imageId)?.architecture ?? [])[0]
}

const everywhere = (release: string) =>
  Object.fromEntries(plan.groups.map((group) => [group.name, [`${release} ${architectureOf(group)}`]]))

function made({ records }: Seen, release: string): readonly string[] {
  return records.flatMap((record) => {
    const { event } = record
    if (record.release !== release) return []
    if (event.type === 'copy.finished') return [`copy to ${event.region} (${event.architecture})`]
    return event.type === 'soak.finished' ? [`soak in ${event.stage}`] : []
  })
}

/** `region account architecture` of what was shared. */
function shared({ records, state }: Seen): readonly string[] {
  return records.flatMap(({ event }) => {
    return event.type === 'share.finished' ? [`${event.region} ${event.account} ${builtFor(state, event.imageId)}`] : []
  })
}

describe('a release of two architectures', { timeout: 120_000 }, () => {
  test('goes through copy, share, roll and soak, each group on the image of its own', async () => {
    const seen = await walk({})
    expect(seen.simulated.found).toEqual([])
    expect(made(seen, one).toSorted()).toEqual([
      'copy to eu-west-1 (arm64)',
      'copy to eu-west-1 (x86_64)',
      'soak in dev',
      'soak in prod',
    ])
    const accounts = stages.map((stage) => aStage(stage).account)
    const everyShare = regions.flatMap((region) =>
      accounts.flatMap((account) => ['arm64', 'x86_64'].map((architecture) => `${region} ${account} ${architecture}`)),
    )
    expect(shared(seen).toSorted()).toEqual(everyShare)
    expect(whatRuns(seen)).toEqual(everywhere(one))
  })

  test('is undone in all of its groups, each back on the image of its own', async () => {
    const orders = [{ kind: 'undo', fromMs: 20 * hourMs }] as const
    const seen = await walk({ releases: [first, { ...weekly, afterMs: 8 * hourMs }], orders })
    const finished = Array.from({ length: 3 }, () => 'release.finished')
    expect(seen.simulated).toMatchObject({ found: [], endings: finished })
    expect(whatRuns(seen)).toEqual(everywhere(one))
  })

  test('is taken over in the middle of its rolls by an emergency of both', async () => {
    const seen = await walk({ releases: [first, { ...weekly, lane: 'emergency', afterMs: 4 * minuteMs }] })
    expect(seen.simulated).toMatchObject({ found: [], endings: ['release.superseded', 'release.finished'] })
    expect(whatRuns(seen)).toEqual(everywhere(two))
  })

  test('that fails its test takes the groups of both back to what they ran', async () => {
    const seen = await walk({ releases: [{ ...first, image: 'failing' }] })
    expect(seen.simulated).toMatchObject({ found: [], endings: ['release.refused'] })
    expect(whatRuns(seen)).toEqual(
      Object.fromEntries(plan.groups.map((group) => [group.name, [`undefined ${architectureOf(group)}`]])),
    )
  })

  test.each([
    'after CopyImage',
    'before it recorded copy.started',
    'after it recorded copy.finished',
    'after ModifyImageAttribute',
  ])('makes each image once when its runner is killed %s', async (at) => {
    let left = 2
    const seen = await walk({}, (here) => here === at && left-- > 0)
    expect(seen.simulated).toMatchObject({ found: [], kills: 2, endings: ['release.finished'] })
    expect(whatRuns(seen)).toEqual(everywhere(one))
  })
})

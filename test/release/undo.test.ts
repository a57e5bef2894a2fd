import { describe, expect, test } from 'vitest'
import { groupsOf, historyOf, keyOf, type LedgerEvent, planUndo, type ReleaseEvent } from '../../pipeline/release/index.ts'
import {
  anOpening,
  aPolicy,
  aSoakPolicy,
  aStage,
  aTarget,
  bakedImage,
  httpTest,
  proven,
  recordsOf,
  rolled,
} from '../support/factories.ts'

const soak = aSoakPolicy({ tests: [httpTest], alarms: ['web-5xx'] })
const calendar = { overridden: false, windows: [], freezes: [] }
const policy = aPolicy({
  stages: [
    aStage('dev', { soak }),
    aStage('prod', {
      soak,
      calendar,
      approval: 'required',
      waves: [{ name: 'all', groups: [aTarget('eu-west-1/web'), aTarget('eu-central-1/web')] }],
    }),
  ],
})
const groups = policy.stages.flatMap((stage) =>
  stage.waves.flatMap((wave) => wave.groups.map(({ region, name }) => ({ stage: stage.name, region, group: name }))),
)

interface Past {
  readonly fixes?: readonly string[]
  readonly rolled?: (group: (typeof groups)[number]) => boolean
  readonly ending?: 'finished' | 'failed' | 'none'
  /** What its groups ran before; by default nothing of drover's. */
  readonly over?: string
}

/** The image of that release in the group's region. */
function imageOf(release: string, { region }: { readonly region: string }): string {
  return region === 'eu-west-1' ? `ami-${release}-west` : `ami-${release}`
}

function aPastRelease(
  id: string,
  { fixes = [], rolled: isRolled = () => true, ending = 'finished', over }: Past = {},
): readonly LedgerEvent[] {
  const imageId = `ami-${id}`
  const events: ReleaseEvent[] = [
    { ...anOpening({ policy }), fixes },
    ...proven([bakedImage(imageId)], {
      fixes: fixes.map((fix) => ({ architecture: 'x86_64', fix, proven: true, evidence: 'seen' })),
    }),
    { type: 'copy.intended', region: 'eu-west-1', architecture: 'x86_64', token: 't' },
    { type: 'copy.finished', region: 'eu-west-1', architecture: 'x86_64', imageId: `${imageId}-west` },
    ...groups
      .filter(isRolled)
      .flatMap((group) => rolled(group, imageOf(id, group), over === undefined ? undefined : imageOf(over, group))),
  ]
  if (ending === 'finished') events.push({ type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 })
  if (ending === 'failed') events.push({ type: 'release.failed', cause: 'test' })
  return recordsOf(events, { release: id })
}

function planned(past: readonly (readonly LedgerEvent[])[], to?: string, scope: { stage?: string; group?: string } = {}) {
  return planUndo(historyOf(past.flat()), { family: 'web', ...scope }, to)
}

/** An undo as it was planned over what came before; `fails`: the rolls that came to nothing. */
function anUndo(
  id: string,
  past: readonly (readonly LedgerEvent[])[],
  scope: { stage?: string; group?: string } = {},
  fails: (group: (typeof groups)[number]) => boolean = () => false,
): readonly LedgerEvent[] {
  const opened = planned(past, undefined, scope)
  if (!opened.ok) throw new Error(opened.why)
  const { policy: way, target } = opened.plan
  const newest = past.at(-1)?.[0]?.release ?? ''
  const moved = way.stages.flatMap((stage) => groupsOf(stage).map((one) => keyOf(stage, one)))
  const rolls = moved.flatMap((group): readonly ReleaseEvent[] => [
    {
      type: 'roll.intended',
      group,
      imageId: imageOf(target.release, group),
      previous: { templateId: 'lt', version: 2, imageId: imageOf(newest, group) },
      token: 't',
    },
    fails(group)
      ? { type: 'roll.failed', group, cause: 'no capacity', undone: true }
      : { type: 'roll.finished', group, refreshId: 'r', replaced: 2 },
  ])
  const end: ReleaseEvent = moved.some(fails)
    ? { type: 'release.failed', cause: 'no capacity' }
    : { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 }
  return recordsOf([{ ...anOpening({ policy: way }), lane: 'undo', returnsTo: target }, ...rolls, end], { release: id })
}

/** `prod eu-west-1/web` for each group that it takes back, in its order. */
function keysOf(plan: ReturnType<typeof planned>): readonly string[] {
  if (!plan.ok) throw new Error(plan.why)
  const { stages } = plan.plan.policy
  return stages.flatMap((stage) => groupsOf(stage).map(({ region, name }) => `${stage.name} ${region}/${name}`))
}

const three = [
  aPastRelease('web-1'),
  aPastRelease('web-2', { fixes: ['CVE-2026-1'] }),
  aPastRelease('web-3', { fixes: ['CVE-2026-2'] }),
]

describe('groups that are there already', () => {
  const inDev = aPastRelease('web-3', { rolled: ({ stage }) => stage === 'dev', ending: 'none' })

  test('stay as they are: a release that came to dev alone is taken back in dev alone', () => {
    expect(keysOf(planned([...three.slice(0, 2), inDev]))).toEqual(['dev eu-central-1/web'])
  })

  test('whose roll failed halfway is taken back', () => {
    const [group] = groups.filter(({ stage, region }) => stage === 'prod' && region === 'eu-west-1')
    if (group === undefined) throw new Error('production has such a group')
    const failed: ReleaseEvent[] = [
      {
        type: 'roll.intended',
        group,
        imageId: 'ami-web-3-west',
        previous: { templateId: 'lt', version: 2, imageId: 'ami-web-2-west' },
        token: 't',
      },
      { type: 'roll.failed', group, cause: 'test', undone: false },
    ]
    const events = [...inDev.map(({ event }) => event as ReleaseEvent), ...failed]
    expect(keysOf(planned([...three.slice(0, 2), recordsOf(events, { release: 'web-3' })]))).toEqual([
      'prod eu-west-1/web',
      'dev eu-central-1/web',
    ])
  })

  test('are all there are: that is said, and one that is named goes all the same', () => {
    const past = [...three.slice(0, 2), inDev]
    expect(planned(past, 'web-2', { stage: 'prod' })).toEqual({ ok: false, why: 'there-already', kept: ['web-2'] })
    const named = planned(past, 'web-2', { stage: 'prod', group: 'eu-west-1/web' })
    expect(keysOf(named)).toEqual(['prod eu-west-1/web'])
  })
})

describe('what an undo goes back to', () => {
  test('is the release before the one that the groups run', () => {
    expect(planned(three)).toMatchObject({ ok: true, plan: { target: { release: 'web-2', images: [{ imageId: 'ami-web-2' }] } } })
  })

  test('comes with its copies, and with what would be lost', () => {
    expect(planned(three, 'web-1')).toMatchObject({
      plan: {
        target: {
          release: 'web-1',
          copies: [{ region: 'eu-west-1', architecture: 'x86_64', imageId: 'ami-web-1-west' }],
          lost: ['CVE-2026-1 (web-2)', 'CVE-2026-2 (web-3)'],
        },
      },
    })
  })

  test('has reached production', () => {
    const past = [aPastRelease('web-1'), aPastRelease('web-2', { ending: 'failed' }), aPastRelease('web-3', { ending: 'none' })]
    expect(planned(past)).toMatchObject({ plan: { target: { release: 'web-1' } } })
    expect(planned(past, 'web-2')).toEqual({ ok: false, why: 'not-kept', kept: ['web-1'] })
  })

  test('is nothing where there is no earlier release, or none that moved a group', () => {
    expect(planned([aPastRelease('web-1')])).toEqual({ ok: false, why: 'nothing-earlier', kept: ['web-1'] })
    expect(planned([])).toEqual({ ok: false, why: 'nothing-rolled', kept: [] })
    expect(planned(three, undefined, { group: 'eu-west-1/other' })).toMatchObject({ ok: false, why: 'nothing-rolled' })
  })

  test('is older than what runs, also after an undo', () => {
    // web-3 is newer than what runs now, though it is older than the undo.
    expect(planned([...three, anUndo('web-4', three)], undefined)).toMatchObject({ plan: { target: { release: 'web-1' } } })
  })

  test('is no older after one group was taken back, which then stays', () => {
    const scope = { stage: 'prod', group: 'eu-west-1/web' }
    const both = three.slice(0, 2)
    for (const [past, target] of [
      [both, 'web-1'],
      [three, 'web-2'],
    ] as const) {
      const all = planned([...past, anUndo('web-4', past, scope)])
      expect(all).toMatchObject({ ok: true, plan: { target: { release: target } } })
      expect(keysOf(all)).toEqual(['prod eu-central-1/web', 'dev eu-central-1/web'])
    }
  })

  test('is no older after an undo that failed half way', () => {
    const failed = anUndo('web-4', three, {}, ({ stage }) => stage === 'prod')
    const again = planned([...three, failed])
    expect(again).toMatchObject({ ok: true, plan: { target: { release: 'web-2' } } })
    expect(keysOf(again)).toEqual(['prod eu-west-1/web', 'prod eu-central-1/web'])
  })

  test('is not what was taken back in between', () => {
    const undone = [...three, anUndo('web-4', three)]
    const fifth = aPastRelease('web-5', { over: 'web-2' })
    expect(planned([...undone, fifth])).toMatchObject({ plan: { target: { release: 'web-2' } } })
  })
})

describe('the way back', () => {
  test('is production first, all at once, without anything that would hold it up', () => {
    const found = planned(three)
    if (!found.ok) throw new Error(found.why)
    const { stages, lane } = found.plan.policy
    expect(lane).toBe('undo')
    expect(stages.map(({ name }) => name)).toEqual(['prod', 'dev'])
    expect(stages[0]).toMatchObject({
      approval: 'none',
      soak: { durationMs: 0, tests: [], alarms: [] },
      waves: [{ groups: [{}, {}] }],
    })
    expect(stages[0]).not.toHaveProperty('calendar')
  })

  test('touches what it was told of, and no group that drover has not moved', () => {
    const past = [aPastRelease('web-1'), aPastRelease('web-2', { rolled: ({ region }) => region === 'eu-west-1' })]
    expect(planned(past, undefined, { stage: 'prod', group: 'eu-west-1/web' })).toMatchObject({
      plan: { policy: { stages: [{ name: 'prod', waves: [{ groups: [{ region: 'eu-west-1', name: 'web' }] }] }] } },
    })
    const untouched = [
      aPastRelease('web-1', { rolled: ({ stage }) => stage === 'dev' }),
      aPastRelease('web-2', { rolled: ({ stage }) => stage === 'dev' }),
    ]
    expect(planned(untouched)).toMatchObject({ plan: { policy: { stages: [{ name: 'dev' }] } } })
  })
})

import { describe, expect, test } from 'vitest'
import {
  decide,
  factsFor,
  type GroupAge,
  groupsToLookAt,
  historyOf,
  type LedgerEvent,
  planRenewal,
  planUndo,
  type ReleaseEvent,
  reachedProduction,
  replay,
} from '../../pipeline/release/index.ts'
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
  testStart,
} from '../support/factories.ts'

const dayMs = 86_400_000
const now = testStart + 10 * dayMs
const soak = aSoakPolicy({ tests: [httpTest], instanceHours: 48 })
const limited = { maxAgeMs: 7 * dayMs }
const canary = { stage: 'prod', region: 'eu-central-1', group: 'canary' }
const web = { stage: 'prod', region: 'eu-central-1', group: 'web' }
const policy = aPolicy({
  stages: [
    aStage('dev', { soak }),
    aStage('prod', {
      soak,
      approval: 'required',
      waves: [
        { name: 'canary', groups: [aTarget('eu-central-1/canary', limited)] },
        { name: 'rest', groups: [aTarget('eu-central-1/web', limited), aTarget('eu-central-1/batch')] },
      ],
    }),
  ],
})
const question = { family: 'web', policy, wallNow: now, unasked: true }

function aPastRelease(id: string, groups: readonly (typeof web)[]): readonly LedgerEvent[] {
  const imageId = `ami-${id}`
  const events: ReleaseEvent[] = [
    anOpening({ policy }),
    ...proven([bakedImage(imageId)]),
    ...groups.flatMap((group) => rolled(group, imageId)),
    { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 },
  ]
  return recordsOf(events, { release: id })
}

function aRenewal(id: string, ages: readonly GroupAge[], past: readonly LedgerEvent[]): readonly LedgerEvent[] {
  const plan = planRenewal(historyOf(past), question, ages)
  if (!plan) throw new Error('nothing to renew')
  const opening = { ...anOpening({ policy: plan.policy }), lane: 'renewal' as const, renews: plan.target }
  return recordsOf([opening], { release: id, startAt: now })
}

const days = (count: number) => new Date(now - count * dayMs).toISOString()
const aged = (key: typeof web, release: string, count: number): GroupAge => {
  return { key, imageId: `ami-${release}`, oldestLaunchAt: days(count) }
}
const [first, second] = ['web-2026.46.1', 'web-2026.47.1']

describe('a renewal', () => {
  test('walks the stages and waves that hold aged groups, in their order, without soaking or approving again', () => {
    const past = aPastRelease(second, [canary, web])
    const plan = planRenewal(historyOf(past), question, [aged(canary, second, 8), aged(web, second, 9)])
    expect(plan?.policy.stages.map(({ name }) => name)).toEqual(['prod'])
    const [prod] = plan?.policy.stages ?? []
    expect(prod?.waves.map(({ name, groups }) => [name, groups.map((target) => target.name)])).toEqual([
      ['canary', ['canary']],
      ['rest', ['web']],
    ])
    expect(prod).toMatchObject({ approval: 'none', soak: { durationMs: 0, tests: [httpTest] } })
    expect(prod?.soak.instanceHours).toBe(undefined)
    expect(plan?.reason).toBe(
      'machines of eu-central-1/canary in prod up to 8 days old, limit 7d; machines of eu-central-1/web in prod up to 9 days old, limit 7d',
    )
  })

  test('rolls the canary first, and waits for nobody', () => {
    const past = aPastRelease(second, [canary, web])
    const all = [...past, ...aRenewal('web-2026.48.1', [aged(canary, second, 8), aged(web, second, 9)], past)]
    const history = historyOf(all)
    const facts = factsFor('web-2026.48.1', history, { runner: 'ada', wallNow: now })
    const renewal = history.releases.find(({ id }) => id === 'web-2026.48.1')
    expect(renewal && decide(renewal, facts, now)).toMatchObject({
      kind: 'act',
      actions: [{ kind: 'share' }],
    })
    const shared: ReleaseEvent = {
      type: 'share.finished',
      region: 'eu-central-1',
      account: policy.stages[1]?.account ?? '',
      imageId: `ami-${second}`,
    }
    const opening = all.at(-1)?.event as ReleaseEvent
    const after = replay(recordsOf([opening, shared], { release: 'web-2026.48.1', startAt: now }))
    expect(decide(after, facts, now)).toMatchObject({ kind: 'act', actions: [{ kind: 'roll', key: canary }] })
  })

  test('is of the newest release that aged groups run: those on another come after it', () => {
    const past = [...aPastRelease(first, [canary, web]), ...aPastRelease(second, [web])]
    const plan = planRenewal(historyOf(past), question, [aged(canary, first, 20), aged(web, second, 8)])
    expect(plan?.target).toMatchObject({ release: second, groups: [{ group: web }] })
    const alone = planRenewal(historyOf(past), question, [aged(canary, first, 20), aged(web, second, 6)])
    expect(alone?.target).toMatchObject({ release: first, groups: [{ group: canary }] })
  })

  test.each([
    ['on an image of no release', { key: web, imageId: 'ami-other', oldestLaunchAt: days(9) }],
    ['without an image of its own', { key: web, imageId: undefined, oldestLaunchAt: days(9) }],
    ['without machines', { key: web, imageId: `ami-${second}`, oldestLaunchAt: undefined }],
    ['within its limit', aged(web, second, 7)],
    ['without a limit', aged({ ...web, group: 'batch' }, second, 90)],
  ])('does not touch a group %s', (_, age) => {
    expect(planRenewal(historyOf(aPastRelease(second, [web])), question, [age])).toBe(undefined)
  })

  test('is not what production runs, nor what an undo goes by', () => {
    const past = [...aPastRelease(first, [canary, web]), ...aPastRelease(second, [canary, web])]
    const [opening] = aRenewal('web-2026.48.1', [aged(web, second, 9)], past)
    const renewal = recordsOf(
      [
        opening?.event as ReleaseEvent,
        {
          type: 'roll.intended',
          group: web,
          imageId: `ami-${second}`,
          previous: { templateId: 'lt', version: 2, imageId: `ami-${second}` },
          afterRefreshId: 'r',
          token: 't',
        },
        { type: 'roll.finished', group: web, refreshId: 's', replaced: 2 },
        { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 },
      ],
      { release: 'web-2026.48.1', startAt: now },
    )
    const history = historyOf([...past, ...renewal])
    expect(history.releases.map(reachedProduction)).toEqual([true, true, false])
    const undo = planUndo(history, { family: 'web' }, undefined)
    expect(undo.ok && undo.plan.target.release).toBe(first)
    expect(undo.ok && undo.plan.policy.stages.flatMap(({ waves }) => waves.flatMap(({ groups }) => groups)).length).toBe(2)
    expect(groupsToLookAt(history, question)).toEqual([canary])
  })
})

import { expect, test } from 'vitest'
import { statusOf, unsettledReleases } from '../../pipeline/conductor/index.ts'
import type { ReleaseEvent } from '../../pipeline/release/index.ts'
import { anOpening, aPolicy, aReturnTarget, aStage, bakedImage, proven, recordsOf, testStart } from '../support/factories.ts'
import { rollIntent } from '../support/outcomes.ts'

const observer = { runner: 'ada@example', wallNow: testStart }
const policy = aPolicy({ stages: [aStage('dev'), aStage('prod')] })
const dev = { stage: 'dev', region: 'eu-central-1', group: 'web' }

const untilDevRoll: readonly ReleaseEvent[] = [
  anOpening({ policy }),
  ...proven([bakedImage('ami-1')]),
  { type: 'share.finished', region: 'eu-central-1', account: '222222222222', imageId: 'ami-1' },
  rollIntent(dev, 'ami-1', 'v'),
]

test('an open release shows what comes next, how long its steps took, and where its groups stand', () => {
  const status = statusOf(recordsOf(untilDevRoll), observer, testStart)
  expect(status.releases).toHaveLength(1)
  expect(status.releases[0]).toMatchObject({
    state: 'open',
    next: { kind: 'act', actions: [{ kind: 'roll' }] },
    timeline: [
      { step: 'bake', state: 'finished' },
      { step: 'verify', state: 'finished' },
      { step: 'roll eu-central-1/web in dev', state: 'running', ended: undefined },
    ],
  })
  expect(status.groups.map(({ key, state, imageId }) => [key.stage, state, imageId])).toEqual([
    ['dev', 'rolling', 'ami-1'],
    ['prod', 'planned', undefined],
  ])
})

test('a group shows the last release that came to it, not one that ended before', () => {
  const failed: readonly ReleaseEvent[] = [
    anOpening({ policy }),
    { type: 'bake.intended', token: 't' },
    { type: 'bake.failed', cause: 'the disk is full' },
    { type: 'release.failed', cause: 'the bake failed: the disk is full' },
  ]
  const rolled: readonly ReleaseEvent[] = [
    ...untilDevRoll,
    { type: 'roll.finished', group: dev, refreshId: 'r', replaced: 2 },
    { type: 'release.superseded', by: 'web-2026.47.9' },
  ]
  const records = [...recordsOf(rolled), ...recordsOf(failed, { release: 'web-2026.47.2' })]
  const status = statusOf(records, observer, testStart)
  expect(status.releases.map(({ release, state }) => [release.id, state])).toEqual([
    ['web-2026.47.2', 'failed'],
    ['web-2026.47.1', 'superseded'],
  ])
  expect(status.groups).toMatchObject([{ key: dev, releaseId: 'web-2026.47.1', state: 'rolled' }])
})

test('advance has to do with open releases, and with ended ones that left a roll running', () => {
  const left = recordsOf([...untilDevRoll, { type: 'release.superseded', by: 'web-2026.47.2' }])
  const done = recordsOf([anOpening(), { type: 'release.superseded', by: 'web-2026.47.1' }], { release: 'web-2026.46.1' })
  const open = recordsOf([anOpening()], { release: 'web-2026.47.2' })
  expect(unsettledReleases([...done, ...left, ...open], observer, testStart).map(({ id }) => id)).toEqual([
    'web-2026.47.1',
    'web-2026.47.2',
  ])
})

test('a family that was taken back is told of until it is released anew', () => {
  const finished: ReleaseEvent = { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 }
  const returnsTo = aReturnTarget
  const undo = recordsOf([{ ...anOpening({ policy }), lane: 'undo', reason: 'checkout fails', returnsTo }], {
    release: 'web-2026.48.2',
    firstSequence: 100,
  })
  const before = recordsOf([anOpening({ policy }), finished], { release: 'web-2026.48.1' })
  const takenBack = [
    {
      family: 'web',
      undo: 'web-2026.48.2',
      to: returnsTo.release,
      by: 'ada@example',
      reason: 'checkout fails',
      since: testStart,
      lost: returnsTo.lost,
    },
  ]
  expect(statusOf([...before, ...undo], observer, testStart).takenBack).toEqual(takenBack)
  const open = recordsOf([anOpening({ policy })], { release: 'web-2026.49.1', firstSequence: 200 })
  expect(statusOf([...before, ...undo, ...open], observer, testStart).takenBack).toEqual(takenBack)
  const anew = recordsOf([anOpening({ policy }), finished], { release: 'web-2026.49.1', firstSequence: 200 })
  expect(statusOf([...before, ...undo, ...anew], observer, testStart).takenBack).toEqual([])
})

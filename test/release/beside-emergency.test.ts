import { describe, expect, test } from 'vitest'
import { decide, factsFor, historyOf, type ReleaseEvent } from '../../pipeline/release/index.ts'
import { anOpening, aPolicy, aReturnTarget, aStage, bakedImage, proven, recordsOf, testStart } from '../support/factories.ts'
import { rollIntent } from '../support/outcomes.ts'

const now = testStart + 3_600_000
const stages = ['dev', 'prod'].map((name) => aStage(name))
const dev = { stage: 'dev', region: 'eu-central-1', group: 'web' }
const prod = { ...dev, stage: 'prod' }
const undoId = 'web-2026.47.2'
const emergencyId = 'web-2026.47.3'

const undoing: readonly ReleaseEvent[] = [
  anOpening({ lane: 'undo', policy: aPolicy({ lane: 'undo', stages: stages.toReversed() }), returnsTo: aReturnTarget }),
  ...['444444444444', '222222222222'].map((account): ReleaseEvent => {
    return { type: 'share.finished', region: 'eu-central-1', account, imageId: 'ami-1' }
  }),
  rollIntent(prod, 'ami-1', 't'),
]
const opened = anOpening({ lane: 'emergency', reason: 'test', policy: aPolicy({ lane: 'emergency', stages }) })
const baked: readonly ReleaseEvent[] = [
  opened,
  ...proven([bakedImage('ami-2')]),
  { type: 'share.finished', region: 'eu-central-1', account: '222222222222', imageId: 'ami-2' },
]
const prodBack: ReleaseEvent = { type: 'roll.finished', group: prod, refreshId: 'r', replaced: 2 }

function decided(undo: readonly ReleaseEvent[], emergency: readonly ReleaseEvent[], id = undoId) {
  const history = historyOf([...recordsOf(undo, { release: undoId }), ...recordsOf(emergency, { release: emergencyId })])
  const release = history.releases.find((one) => one.id === id)
  if (!release) throw new Error(`there is no ${id}`)
  return decide(release, factsFor(id, history, { runner: 'ada@example', wallNow: now }), now)
}

describe('an undo beside an emergency release', () => {
  test('goes on while that is being baked', () => {
    const decision = decided(undoing, [opened, { type: 'bake.intended', token: 't' }])
    expect(decision).toMatchObject({ kind: 'act', actions: [{ kind: 'roll', key: prod }], until: now + 15_000 })
    expect(decision).not.toHaveProperty('actions.0.yieldTo')
  })

  test('goes on in production while that rolls dev, and leaves dev to it', () => {
    expect(decided(undoing, baked)).toMatchObject({ kind: 'act', actions: [{ kind: 'roll', key: prod }] })
    const soaked = [...undoing, prodBack, soak('prod', 'soak.started'), soak('prod', 'soak.finished')]
    expect(decided(soaked, baked)).toEqual({
      kind: 'wait',
      until: undefined,
      reason: `${emergencyId}, which rolls the groups that are left`,
    })
  })

  test('takes those back too when that comes to nothing', () => {
    const soaked = [...undoing, prodBack, soak('prod', 'soak.started'), soak('prod', 'soak.finished')]
    const rolled: ReleaseEvent[] = [rollIntent(dev, 'ami-2', 't'), { type: 'roll.failed', group: dev, cause: 'x', undone: true }]
    expect(decided(soaked, [...baked, ...rolled]).kind).toBe('wait')
    expect(decided(soaked, [...baked, ...rolled, { type: 'release.failed', cause: 'x' }])).toMatchObject({
      actions: [{ kind: 'roll', key: dev, imageId: 'ami-1' }],
    })
  })

  test('stops at a group that this is about to roll, which waits for just that', () => {
    const inDev = [
      ...undoing,
      prodBack,
      soak('prod', 'soak.started'),
      soak('prod', 'soak.finished'),
      rollIntent(dev, 'ami-1', 't'),
    ]
    expect(decided(inDev, baked)).toMatchObject({
      actions: [{ kind: 'roll', key: dev, yieldTo: { release: emergencyId, goesBack: false } }],
    })
    expect(decided(inDev, baked, emergencyId)).toMatchObject({
      reason: `the roll of eu-central-1/web in dev that ${undoId} has begun`,
    })
    const left: readonly ReleaseEvent[] = [...inDev, { type: 'roll.failed', group: dev, cause: 'taken over', undone: false }]
    expect(decided(left, baked).kind).toBe('wait')
    expect(decided(left, baked, emergencyId)).toMatchObject({ actions: [{ kind: 'roll', key: dev, imageId: 'ami-2' }] })
  })

  test('ends as superseded once that has finished', () => {
    const rolled = [rollIntent(dev, 'ami-2', 't'), { type: 'roll.finished', group: dev, refreshId: 'r', replaced: 2 } as const]
    const finished = { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 } as const
    const soaked = [...undoing, prodBack, soak('prod', 'soak.started'), soak('prod', 'soak.finished')]
    expect(decided(soaked, [...baked, ...rolled, finished])).toMatchObject({ actions: [{ kind: 'give-way', to: emergencyId }] })
  })

  test('knows none that was opened before it, and no drill', () => {
    const inDev = [...undoing, prodBack, soak('prod', 'soak.started'), soak('prod', 'soak.finished')]
    const [, ...rest] = baked
    expect(decided(inDev, [{ ...opened, drill: true }, ...rest])).toMatchObject({ actions: [{ kind: 'roll', key: dev }] })
  })
})

function soak(stage: string, type: 'soak.started' | 'soak.finished'): ReleaseEvent {
  return type === 'soak.started' ? { type, stage, until: new Date(testStart).toISOString() } : { type, stage }
}

import { describe, expect, test } from 'vitest'
import { type Action, type Decision, decide, type Release, type ReleaseEvent, tokenOf } from '../../pipeline/release/index.ts'
import {
  aBase,
  anOpening,
  aPolicy,
  aRelease,
  aSoakPolicy,
  aStage,
  aTarget,
  hourMs,
  httpTest,
  minuteMs,
  someFacts,
  testStart,
} from '../support/factories.ts'
import { failureOf, intentEventOf, successOf } from '../support/outcomes.ts'

const facts = someFacts

describe('the way of a release that goes well', () => {
  test('is bake, verify, then each stage in its order, production last', () => {
    const steps: string[] = []
    const events: ReleaseEvent[] = []
    let now = testStart
    for (let round = 0; round < 100; round++) {
      const release = aRelease(events, { everyMs: 0 })
      const decision = decide(release, facts, now)
      if (decision.kind === 'done') break
      if (decision.kind === 'wait') {
        steps.push(`wait ${((decision.until ?? 0) - testStart) / hourMs}h`)
        now = decision.until ?? now
      } else {
        steps.push(decision.actions.map(label).join(' + '))
        for (const action of decision.actions) events.push(...whole(release, action))
      }
    }
    expect(steps).toEqual([
      'bake',
      'verify',
      'copy eu-west-1 + share 222222222222',
      'roll dev/eu-central-1/web',
      'start-soak dev',
      'test dev start',
      'wait 4h',
      'test dev end',
      'finish-soak dev',
      'share 333333333333',
      'roll staging/eu-central-1/web',
      'start-soak staging',
      'test staging start',
      'wait 20h',
      'test staging end',
      'finish-soak staging',
      'share 444444444444 + share 444444444444',
      'roll prod/eu-west-1/web-canary',
      'roll prod/eu-west-1/web',
      'roll prod/eu-central-1/web',
      'start-soak prod',
      'test prod start',
      'test prod end',
      'finish-soak prod',
      'check-fleet',
      'finish',
    ])
  })

  test('rolls dev while the copy to another region is still being made', () => {
    const release = doneUpTo(['bake', 'verify', 'share'])
    const begun = withEvents(release, [{ type: 'copy.intended', region: 'eu-west-1', architecture: 'x86_64', token: 't' }])
    expect(labels(decide(begun, facts, testStart))).toEqual(['copy eu-west-1', 'roll dev/eu-central-1/web'])
  })

  test('holds production back until its copies are there', () => {
    const policy = aPolicy({ stages: [aStage('prod', { waves: [{ name: 'all', groups: [aTarget('eu-west-1/web')] }] })] })
    const release = doneUpTo(['bake', 'verify'], { opening: anOpening({ policy }) })
    expect(labels(decide(release, facts, testStart))).toEqual(['copy eu-west-1'])
  })

  test('does not share an image with the account that owns it', () => {
    const policy = aPolicy({ stages: [aStage('dev', { account: '111111111111' })] })
    const release = doneUpTo(['bake', 'verify'], { opening: anOpening({ policy }) })
    expect(labels(decide(release, facts, testStart))).toEqual(['roll dev/eu-central-1/web'])
  })

  test('rolls the groups of a wave side by side and the next wave only when all of it is done', () => {
    const waves = [
      { name: 'first', groups: [aTarget('eu-central-1/a'), aTarget('eu-central-1/b')] },
      { name: 'second', groups: [aTarget('eu-central-1/c')] },
    ]
    const policy = aPolicy({ stages: [aStage('dev', { waves })] })
    const opening = anOpening({ policy })
    const shared = doneUpTo(['bake', 'verify', 'share'], { opening })
    const both = decide(shared, facts, testStart)
    expect(labels(both)).toEqual(['roll dev/eu-central-1/a', 'roll dev/eu-central-1/b'])
    const one = withEvents(shared, whole(shared, actionsOf(both)[0] as Action))
    expect(labels(decide(one, facts, testStart))).toEqual(['roll dev/eu-central-1/b'])
    const two = withEvents(one, whole(one, actionsOf(both)[1] as Action))
    expect(labels(decide(two, facts, testStart))).toEqual(['roll dev/eu-central-1/c'])
  })
})

test('groups rolled side by side know of each other, and of none that is kept back', () => {
  const groups = ['a', 'b', 'c'].map((name) => aTarget(`eu-central-1/${name}`))
  const policy = aPolicy({ stages: [aStage('dev', { waves: [{ name: 'all', groups }] })] })
  const shared = doneUpTo(['bake', 'verify', 'share'], { opening: anOpening({ policy }) })
  const heldBack = (...names: string[]) =>
    names.map((group) => ({ key: { stage: 'dev', region: 'eu-central-1', group }, release: 'web-2026.46.1' }))
  const together = (...names: string[]) =>
    actionsOf(decide(shared, { ...facts, heldGroups: heldBack(...names) }, testStart)).map((action) =>
      action.kind === 'roll' ? action.together?.map(({ name }) => name) : [],
    )
  expect(together('c')).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
  expect(together('b', 'c')).toEqual([undefined])
})

describe('a release of two architectures', () => {
  const both = [aBase, { ...aBase, architecture: 'arm64', imageId: 'ami-0a50a50a50a50a50a' }] as const
  const pair = (region: string) => [
    aTarget(`${region}/arm`, { architecture: 'arm64' }),
    aTarget(`${region}/intel`, { architecture: 'x86_64' }),
  ]
  const soak = aSoakPolicy({ durationMs: 0 })
  const policy = aPolicy({
    stages: [
      aStage('dev', { soak, waves: [{ name: 'all', groups: pair('eu-central-1') }] }),
      aStage('prod', { soak, waves: [{ name: 'all', groups: pair('eu-west-1') }] }),
    ],
  })
  const options = { opening: anOpening({ policy, bases: both }) }
  const idOf = (release: Release, architecture: string, region = 'eu-central-1') => {
    const images = release.bake.state === 'finished' ? release.bake.result.images : []
    const copies = release.copies.map((copy) => ({ ...copy, imageId: copy.imageId ?? '' }))
    return [...images, ...copies].find((one) => one.architecture === architecture && one.region === region)?.imageId
  }
  const imagesIn = (decision: Decision) =>
    actionsOf(decision).flatMap((action) => {
      if (action.kind === 'copy') return [`copy ${action.image.architecture} ${action.image.imageId}`]
      if (action.kind === 'share') return [`share ${action.account} ${action.imageId}`]
      return action.kind === 'roll' ? [`roll ${action.key.region}/${action.key.group} ${action.imageId}`] : [action.kind]
    })

  test('is baked and verified in both before anything is rolled', () => {
    const opened = doneUpTo([], options)
    expect(actionsOf(decide(opened, facts, testStart))).toEqual([{ kind: 'bake', bases: both }])
    const baked = doneUpTo(['bake'], options)
    expect(idOf(baked, 'arm64')).not.toBe(idOf(baked, 'x86_64'))
    expect(labels(decide(baked, facts, testStart))).toEqual(['verify'])
  })

  test('is copied and shared in both, and each group is rolled to the image of its own', () => {
    const verified = doneUpTo(['bake', 'verify'], options)
    const [arm, intel] = [idOf(verified, 'arm64'), idOf(verified, 'x86_64')]
    expect(imagesIn(decide(verified, facts, testStart))).toEqual([
      `copy arm64 ${arm}`,
      `copy x86_64 ${intel}`,
      `share 222222222222 ${arm}`,
      `share 222222222222 ${intel}`,
    ])
    const shared = doneUpTo(['bake', 'verify', 'copy', 'copy', 'share', 'share'], options)
    expect(imagesIn(decide(shared, facts, testStart))).toEqual([
      `roll eu-central-1/arm ${arm}`,
      `roll eu-central-1/intel ${intel}`,
    ])
    const inProd = doneUpTo(
      ['bake', 'verify', 'copy', 'copy', 'share', 'share', 'roll', 'roll', 'start-soak', 'finish-soak', 'share', 'share'],
      options,
    )
    expect(imagesIn(decide(inProd, facts, testStart))).toEqual([
      `roll eu-west-1/arm ${idOf(inProd, 'arm64', 'eu-west-1')}`,
      `roll eu-west-1/intel ${idOf(inProd, 'x86_64', 'eu-west-1')}`,
    ])
  })

  test('waits in production for the copies of both', () => {
    const oneCopy = doneUpTo(['bake', 'verify', 'share', 'share', 'copy', 'roll', 'roll', 'start-soak', 'finish-soak'], options)
    expect(imagesIn(decide(oneCopy, facts, testStart))).toEqual([`copy x86_64 ${idOf(oneCopy, 'x86_64')}`])
  })
})

test('a group that another release is still rolling is waited for', () => {
  const release = doneUpTo(['bake', 'verify', 'share', 'copy'])
  const key = { stage: 'dev', region: 'eu-central-1', group: 'web' }
  expect(decide(release, { ...facts, heldGroups: [{ key, release: 'web-2026.46.1' }] }, testStart)).toEqual({
    kind: 'wait',
    until: undefined,
    reason: 'the roll of eu-central-1/web in dev that web-2026.46.1 has begun',
  })
})

describe('approval', () => {
  const opening = anOpening({ policy: aPolicy({ stages: [aStage('prod', { approval: 'required' })] }) })

  test('is asked for once, then waited for without a time', () => {
    const release = doneUpTo(['bake', 'verify', 'share'], { opening })
    expect(labels(decide(release, facts, testStart))).toEqual(['request-approval prod'])
    const asked = withEvents(release, [{ type: 'approval.requested', stage: 'prod' }])
    expect(decide(asked, facts, testStart)).toEqual({ kind: 'wait', until: undefined, reason: 'the approval of prod' })
  })

  test('lets the roll begin when granted, and refuses the release when denied', () => {
    const release = doneUpTo(['bake', 'verify', 'share'], { opening })
    const answer = { stage: 'prod', by: 'Ben', reason: 'seen' }
    const granted = withEvents(release, [{ type: 'approval.granted', ...answer }])
    expect(labels(decide(granted, facts, testStart))).toEqual(['roll prod/eu-central-1/web'])
    const denied = withEvents(release, [{ type: 'approval.denied', ...answer }])
    expect(actionsOf(decide(denied, facts, testStart))).toEqual([
      { kind: 'refuse', reasons: ['Ben denied the approval of prod: seen'] },
    ])
  })
})

describe('the soak', () => {
  const rolled = (soak = aSoakPolicy({ durationMs: 10 * hourMs, tests: [httpTest], testEveryMs: 4 * hourMs })) =>
    doneUpTo(['bake', 'verify', 'share', 'roll'], {
      opening: anOpening({ policy: aPolicy({ stages: [aStage('prod', { soak })] }) }),
      everyMs: 0,
    })
  const started = (release: Release) =>
    withEvents(release, [{ type: 'soak.started', stage: 'prod', until: new Date(testStart + 10 * hourMs).toISOString() }])
  const passed = (round: 'start' | 'during' | 'end'): ReleaseEvent => ({
    type: 'test.finished',
    stage: 'prod',
    round,
    test: 'home page',
    ok: true,
    detail: '',
  })

  test('lasts from the end of the stage’s last roll', () => {
    expect(actionsOf(decide(rolled(), facts, testStart + minuteMs))).toEqual([
      { kind: 'start-soak', stage: 'prod', until: testStart + 10 * hourMs },
    ])
  })

  test('is tested at its start, every so often while a runner is there, and at its end', () => {
    const start = started(rolled())
    expect(labels(decide(start, facts, testStart))).toEqual(['test prod start'])
    const one = withEvents(start, [passed('start')])
    const until = testStart + 4 * hourMs
    expect(decide(one, facts, testStart)).toEqual({ kind: 'wait', until, reason: 'the soak in prod' })
    expect(labels(decide(one, facts, until))).toEqual(['test prod during'])
    expect(labels(decide(one, facts, testStart + 10 * hourMs))).toEqual(['test prod end'])
    const two = withEvents(one, [passed('end')])
    expect(labels(decide(two, facts, testStart + 10 * hourMs))).toEqual(['finish-soak prod'])
  })

  test('of zero is tested once', () => {
    const release = rolled(aSoakPolicy({ durationMs: 0, tests: [httpTest] }))
    const start = withEvents(release, [
      { type: 'soak.started', stage: 'prod', until: new Date(testStart).toISOString() },
      passed('start'),
    ])
    expect(labels(decide(start, facts, testStart))).toEqual(['finish-soak prod'])
  })

  test('that fails a test takes the stage’s groups back, then refuses the release', () => {
    const failed = withEvents(started(rolled()), [{ ...passed('start'), ok: false, detail: 'it answered 500' } as ReleaseEvent])
    expect(labels(decide(failed, facts, testStart))).toEqual(['undo-roll prod/eu-central-1/web'])
    const undone = withEvents(failed, [
      { type: 'undo.finished', group: { stage: 'prod', region: 'eu-central-1', group: 'web' }, refreshId: 'r' },
    ])
    expect(actionsOf(decide(undone, facts, testStart))).toEqual([
      { kind: 'refuse', reasons: ['the test "home page" failed in prod: it answered 500'] },
    ])
  })
})

describe('what breaks', () => {
  test.each<[string, readonly string[], string, Action]>([
    ['a bake', [], 'bake', { kind: 'fail', cause: 'the bake failed: the disk is full' }],
    ['a verdict', ['bake'], 'verify', { kind: 'refuse', reasons: ['rule X fails'] }],
    [
      'a roll',
      ['bake', 'verify', 'copy', 'share'],
      'roll',
      { kind: 'fail', cause: 'the roll of eu-central-1/web in dev failed: no capacity' },
    ],
  ])('%s ends the release with the cause', (_, before, kind, ending) => {
    const release = doneUpTo(before)
    const action = actionsOf(decide(release, facts, testStart)).find((one) => one.kind === kind) as Action
    const broken = withEvents(release, failureOf(action, 'token'))
    expect(decide(broken, facts, testStart)).toEqual({ kind: 'act', actions: [ending], until: undefined })
  })

  test('a copy is tried again, each time with a token of its own', () => {
    let release = doneUpTo(['bake', 'verify', 'share', 'roll'])
    const tokens = new Set<string>()
    for (let attempt = 1; attempt <= 3; attempt++) {
      const later = testStart + attempt * hourMs
      const copy = actionsOf(decide(release, facts, later)).find(({ kind }) => kind === 'copy') as Action
      tokens.add(tokenOf(release, copy))
      release = withEvents(release, failureOf(copy, 'token'))
    }
    expect(tokens.size).toBe(3)
  })

  test('a roll that runs beside the failed one is followed to its end first', () => {
    const waves = [{ name: 'all', groups: [aTarget('eu-central-1/a'), aTarget('eu-central-1/b')] }]
    const shared = doneUpTo(['bake', 'verify', 'share'], {
      opening: anOpening({ policy: aPolicy({ stages: [aStage('dev', { waves })] }) }),
    })
    const [a, b] = actionsOf(decide(shared, facts, testStart)) as [Action, Action]
    const running = withEvents(shared, [intentEventOf(b, 'token') as ReleaseEvent, ...failureOf(a, 'token')])
    expect(labels(decide(running, facts, testStart))).toEqual(['roll dev/eu-central-1/b'])
    const settled = withEvents(running, successOf(b, 'token'))
    expect(labels(decide(settled, facts, testStart))).toEqual(['fail'])
  })

  test('a refused preflight refuses the release', () => {
    const release = doneUpTo(['bake', 'verify', 'share'])
    const group = { stage: 'dev', region: 'eu-central-1', group: 'web' }
    const refused = withEvents(release, [{ type: 'roll.refused', group, cause: 'Launch is suspended', hint: 'resume it' }])
    expect(actionsOf(decide(refused, facts, testStart))).toEqual([
      { kind: 'refuse', reasons: ['eu-central-1/web in dev cannot be rolled: Launch is suspended'] },
    ])
  })

  test('a superseded release begins nothing, but follows the roll it has begun', () => {
    const shared = doneUpTo(['bake', 'verify', 'share', 'copy'])
    const roll = actionsOf(decide(shared, facts, testStart))[0] as Action
    const superseded: ReleaseEvent = { type: 'release.superseded', by: 'web-2026.47.2' }
    expect(decide(withEvents(shared, [superseded]), facts, testStart)).toEqual({ kind: 'done', outcome: 'superseded' })
    const rolling = withEvents(shared, [intentEventOf(roll, 'token') as ReleaseEvent, superseded])
    expect(labels(decide(rolling, facts, testStart))).toEqual(['roll dev/eu-central-1/web'])
    const rolled = withEvents(rolling, successOf(roll, 'token'))
    expect(decide(rolled, facts, testStart)).toEqual({ kind: 'done', outcome: 'superseded' })
  })
})

test('a superseded release finishes the undoing it has begun, and begins no other', () => {
  const groups = [aTarget('eu-central-1/a'), aTarget('eu-central-1/b')]
  const soak = aSoakPolicy({ tests: [httpTest] })
  const policy = aPolicy({ stages: [aStage('dev', { soak, waves: [{ name: 'all', groups }] })] })
  let release = doneUpTo(['bake', 'verify', 'share'], { opening: anOpening({ policy }) })
  for (const roll of actionsOf(decide(release, facts, testStart))) release = withEvents(release, whole(release, roll))
  release = withEvents(release, whole(release, actionsOf(decide(release, facts, testStart))[0] as Action))
  const failedTest = actionsOf(decide(release, facts, testStart))[0] as Action
  const failed = withEvents(release, failureOf(failedTest, 'token'))
  const [first] = actionsOf(decide(failed, facts, testStart)) as [Action]
  expect(labels(decide(failed, facts, testStart))).toEqual(['undo-roll dev/eu-central-1/a', 'undo-roll dev/eu-central-1/b'])
  const superseded = withEvents(failed, [
    intentEventOf(first, 'token') as ReleaseEvent,
    { type: 'release.superseded', by: 'web-2026.47.2' },
  ])
  expect(labels(decide(superseded, facts, testStart))).toEqual(['undo-roll dev/eu-central-1/a'])
  const undone = withEvents(superseded, successOf(first, 'token'))
  expect(decide(undone, facts, testStart)).toEqual({ kind: 'done', outcome: 'superseded' })
})

describe('a bake that another runner is at', () => {
  const begun = aRelease([{ type: 'bake.intended', token: 't' }], { everyMs: 0 })

  test('is left to it for three hours, then taken over', () => {
    const other = { ...facts, runner: 'ben@example', wallNow: testStart + 10 * minuteMs }
    expect(decide(begun, other, testStart)).toEqual({
      kind: 'wait',
      until: undefined,
      reason: 'the bake that ada@example is at; it may be taken over from 2026-11-22T09:00:00.000Z',
    })
    expect(labels(decide(begun, { ...other, wallNow: testStart + 3 * hourMs }, testStart))).toEqual(['bake'])
  })

  test('is resumed at once by the runner that began it', () => {
    expect(labels(decide(begun, facts, testStart))).toEqual(['bake'])
  })
})

/** A release after decide has had its way until every one of these kinds was done once. */
function doneUpTo(kinds: readonly string[], options: NonNullable<Parameters<typeof aRelease>[1]> = {}): Release {
  let release = aRelease([], { everyMs: 0, ...options })
  for (const kind of kinds) {
    const action = actionsOf(decide(release, facts, testStart)).find((one) => one.kind === kind)
    if (!action) throw new Error(`${kind} is not to be done now`)
    release = withEvents(release, whole(release, action))
  }
  return release
}

const histories = new WeakMap<Release, readonly ReleaseEvent[]>()

function withEvents(release: Release, events: readonly ReleaseEvent[]): Release {
  const history = [...(histories.get(release) ?? []), ...events]
  const opening = anOpening({ policy: release.policy })
  const next = aRelease(history, { opening, everyMs: 0 })
  histories.set(next, history)
  return next
}

function whole(release: Release, action: Action): readonly ReleaseEvent[] {
  const token = tokenOf(release, action)
  const intent = intentEventOf(action, token)
  return [...(intent ? [intent] : []), ...successOf(action, token)]
}

function actionsOf(decision: Decision): readonly Action[] {
  return decision.kind === 'act' ? decision.actions : []
}

function labels(decision: Decision): readonly string[] {
  return actionsOf(decision).map(label)
}

function label(action: Action): string {
  switch (action.kind) {
    case 'copy':
      return `copy ${action.region}`
    case 'share':
      return `share ${action.account}`
    case 'roll':
    case 'undo-roll':
      return `${action.kind} ${action.key.stage}/${action.key.region}/${action.key.group}`
    case 'test':
      return `test ${action.stage.name} ${action.round}`
    case 'request-approval':
    case 'start-soak':
    case 'finish-soak':
      return `${action.kind} ${action.stage}`
    default:
      return action.kind
  }
}

import { describe, expect, test } from 'vitest'
import { imagesOf, type ReleaseEvent, releasesOf, replay, timelineOf } from '../../pipeline/release/index.ts'
import { anOpening, aRelease, minuteMs, recordsOf, testStart } from '../support/factories.ts'
import { rollIntent } from '../support/outcomes.ts'

const group = { stage: 'prod', region: 'eu-west-1', group: 'web' }
const copy = { region: 'eu-west-1', architecture: 'x86_64' } as const

describe('replay', () => {
  test('keeps when a step began and ended, and who began it', () => {
    const { bake } = aRelease([
      { type: 'bake.intended', token: 'one' },
      { type: 'bake.failed', cause: 'no room' },
    ])
    const moment = (at: number) => ({ at, wallAt: at, runner: 'ada@example' })
    expect(bake).toEqual({
      state: 'failed',
      begun: moment(testStart + minuteMs),
      ended: moment(testStart + 2 * minuteMs),
      cause: 'no room',
    })
  })

  test('counts the failures of a copy over its attempts, and keeps what an earlier one has begun', () => {
    const release = aRelease([
      { type: 'copy.intended', ...copy, token: 'one' },
      { type: 'copy.started', ...copy, imageId: 'ami-1', sourceImageId: 'ami-0' },
      { type: 'copy.failed', ...copy, cause: 'no key' },
      { type: 'copy.intended', ...copy, token: 'two' },
      { type: 'copy.failed', ...copy, cause: 'no key' },
      { type: 'copy.intended', ...copy, token: 'three' },
    ])
    expect(imagesOf(release)).toEqual([{ region: 'eu-west-1', imageId: 'ami-1' }])
    expect(release.copies).toMatchObject([{ ...copy, failures: 2, imageId: undefined, step: { state: 'begun', token: 'three' } }])
  })

  test('keeps what a group ran before its roll, for an undo', () => {
    const release = aRelease([
      rollIntent(group, 'ami-new', 'one'),
      { type: 'roll.started', group, template: { templateId: 'lt-1', version: 8 }, refreshId: 'r-1' },
      { type: 'roll.finished', group, refreshId: 'r-1', replaced: 3 },
    ])
    expect(release.rolls).toMatchObject([
      {
        key: group,
        imageId: 'ami-new',
        previous: { version: 7 },
        refresh: { template: { version: 8 }, refreshId: 'r-1' },
        step: { state: 'finished', result: { replaced: 3 } },
      },
    ])
  })

  test('takes a refused preflight as a roll that never began', () => {
    const release = aRelease([{ type: 'roll.refused', group, cause: 'Launch is suspended', hint: 'resume it' }])
    expect(release.rolls[0]).toMatchObject({
      imageId: undefined,
      refusal: { cause: 'Launch is suspended', hint: 'resume it' },
      step: { state: 'failed' },
    })
  })

  test('takes a broken sequence as a bug', () => {
    const intent: ReleaseEvent = { type: 'bake.intended', token: 'one' }
    expect(() => replay(recordsOf([intent]))).toThrow('web-2026.47.1 begins with bake.intended')
    expect(() => aRelease([anOpening()])).toThrow('web-2026.47.1 was opened twice')
    const failed: ReleaseEvent = { type: 'release.failed', cause: 'x' }
    expect(() => aRelease([failed, failed])).toThrow('web-2026.47.1 ended twice')
  })
})

test('releasesOf tells interleaved releases apart, in the order they were opened', () => {
  const a = recordsOf([anOpening(), { type: 'bake.intended', token: 'one' }], { release: 'a' })
  const b = recordsOf([anOpening(), { type: 'bake.failed', cause: 'x' }], { release: 'b' })
  const mixed = [a[0], b[0], b[1], a[1]].flatMap((record) => record ?? [])
  expect(releasesOf(mixed).map(({ id, bake }) => [id, bake.state])).toEqual([
    ['a', 'begun'],
    ['b', 'failed'],
  ])
})

test('the timeline lists what has begun, in that order, on both clocks', () => {
  const release = aRelease([
    { type: 'bake.intended', token: 'one' },
    { type: 'copy.intended', ...copy, token: 'two' },
    { type: 'soak.started', stage: 'dev', until: new Date(testStart).toISOString() },
    { type: 'copy.failed', ...copy, cause: 'no key' },
  ])
  expect(timelineOf(release).map(({ step, state, begun, ended }) => [step, state, begun.at, ended?.wallAt])).toEqual([
    ['bake', 'running', testStart + minuteMs, undefined],
    ['copy to eu-west-1 (x86_64)', 'failed', testStart + 2 * minuteMs, testStart + 4 * minuteMs],
    ['soak in dev', 'running', testStart + 3 * minuteMs, undefined],
  ])
})

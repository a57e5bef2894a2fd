// The healthy percentages as numbers.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  leastHealthy,
  mostActive,
  planReplacement,
  type Strength,
} from '../../../pipeline/localcloud/reconcile/refresh-arithmetic.ts'

test.each([
  [10, 90, 9],
  [4, 90, 4],
  [3, 50, 2],
  [1, 90, 1],
  [5, 0, 0],
  [5, 100, 5],
  [0, 90, 0],
])('of %i instances %i %% healthy are %i: "rounded up to the nearest integer"', (desired, minHealthy, least) => {
  expect(leastHealthy({ desired, minHealthy })).toBe(least)
})

test.each([
  [10, 100, 10],
  [10, 110, 11],
  [4, 110, 5],
  [4, 150, 6],
  [4, 200, 8],
  [1, 200, 2],
])('of %i instances %i %% at most are %i', (desired, maxHealthy, most) => {
  expect(mostActive({ desired, maxHealthy })).toBe(most)
})

const whole = (desired: number, minHealthy: number, maxHealthy: number): Strength => ({
  desired,
  minHealthy,
  maxHealthy,
  isMaxSet: false,
  active: desired,
  ready: desired,
  outgoing: desired,
  allowed: desired,
})

describe('at the start of a refresh', () => {
  test.each([
    ['100 and 200 launch every replacement first', whole(4, 100, 200), { launch: 4, terminate: 0 }],
    ['100 and 150 launch half of them', whole(4, 100, 150), { launch: 2, terminate: 0 }],
    ['100 and 110 launch one, though a tenth of four is none', whole(4, 100, 110), { launch: 1, terminate: 0 }],
    ['90 and 100 of ten terminate one and launch its replacement after', whole(10, 90, 100), { launch: 0, terminate: 1 }],
    ['50 and 100 terminate half', whole(4, 50, 100), { launch: 0, terminate: 2 }],
    ['"setting 0 percent replaces all instances at the same time"', whole(4, 0, 100), { launch: 0, terminate: 4 }],
    ['"setting 100 percent limits replacement to one instance at a time"', whole(4, 100, 100), { launch: 0, terminate: 1 }],
    ['a group of one is terminated even at 90', whole(1, 90, 100), { launch: 0, terminate: 1 }],
    ['90 and 110 of ten launch one and terminate one', whole(10, 90, 110), { launch: 1, terminate: 1 }],
    ['100 and 100 that somebody set launch first', { ...whole(4, 100, 100), isMaxSet: true }, { launch: 1, terminate: 0 }],
    ['so do 90 and 100 where rounding leaves no room', { ...whole(4, 90, 100), isMaxSet: true }, { launch: 1, terminate: 0 }],
    ['and 90 and 100 of ten terminate, set or not', { ...whole(10, 90, 100), isMaxSet: true }, { launch: 0, terminate: 1 }],
    ['a checkpoint that allows two lets two go', { ...whole(4, 0, 100), allowed: 2 }, { launch: 0, terminate: 2 }],
    ['a checkpoint that allows two launches two', { ...whole(4, 100, 200), allowed: 2 }, { launch: 2, terminate: 0 }],
  ])('%s', (_what, strength, plan) => {
    expect(planReplacement(strength)).toEqual(plan)
  })
})

test('the old ones go when their replacements are ready', () => {
  const strength = { ...whole(4, 100, 200), active: 8, ready: 8, outgoing: 4, allowed: 0 }
  expect(planReplacement(strength)).toEqual({ launch: 0, terminate: 4 })
})

test('one that was launched because nothing else was possible takes the place of an old one when it is ready', () => {
  const strength = { ...whole(4, 100, 100), isMaxSet: true, active: 5 }
  expect(planReplacement(strength)).toEqual({ launch: 0, terminate: 0 })
  expect(planReplacement({ ...strength, ready: 5 })).toEqual({ launch: 0, terminate: 1 })
})

test('nothing goes while replacements warm up', () => {
  const strength = { ...whole(4, 100, 200), active: 8, ready: 4, outgoing: 4, allowed: 0 }
  expect(planReplacement(strength)).toEqual({ launch: 0, terminate: 0 })
})

test('no plan leaves the range between minimum and maximum, except one at a time where rounding leaves no room', () => {
  const strengths = fc
    .record({
      desired: fc.integer({ min: 0, max: 20 }),
      minHealthy: fc.integer({ min: 0, max: 100 }),
      extra: fc.integer({ min: 0, max: 100 }),
    })
    .chain(({ desired, minHealthy, extra }) => {
      const maxHealthy = Math.max(100, minHealthy + extra)
      const most = mostActive({ desired, maxHealthy })
      return fc.integer({ min: 0, max: most }).chain((active) =>
        fc.record({
          desired: fc.constant(desired),
          minHealthy: fc.constant(minHealthy),
          maxHealthy: fc.constant(maxHealthy),
          isMaxSet: fc.boolean(),
          active: fc.constant(active),
          ready: fc.integer({ min: 0, max: active }),
          outgoing: fc.integer({ min: 0, max: active }),
          allowed: fc.integer({ min: 0, max: 20 }),
        }),
      )
    })
  fc.assert(
    fc.property(strengths, (strength) => {
      const { launch, terminate } = planReplacement(strength)
      const mustExceed = strength.isMaxSet && strength.maxHealthy <= 100 && leastHealthy(strength) >= strength.desired
      expect(strength.active + launch).toBeLessThanOrEqual(mustExceed ? strength.desired + 1 : mostActive(strength))
      expect(terminate).toBeLessThanOrEqual(strength.outgoing)
      const isOneAtATime = terminate === 1 && strength.ready >= strength.desired
      if (terminate > 0 && !isOneAtATime) expect(strength.ready - terminate).toBeGreaterThanOrEqual(leastHealthy(strength))
    }),
  )
})

// A short range of what `npm run simulate` runs, and that a seed always tells the same story.

import { describe, expect, test } from 'vitest'
import { drawPlan } from './plan/draw-plan.ts'
import { simulate } from './simulate.ts'

describe('the simulator', { timeout: 300_000 }, () => {
  test.each([2, 6, 7, 9, 10])('finds nothing wrong with seed %i', async (seed) => {
    const { found, lines, endings } = await simulate(seed)
    expect(found, lines.join('\n')).toEqual([])
    expect(endings).not.toEqual([])
  })

  test('gives the same trace for the same seed, whatever ran before', async () => {
    const once = await simulate(7)
    const other = await simulate(6)
    const again = await simulate(7)
    expect(again.digest).toBe(once.digest)
    expect(other.digest).not.toBe(once.digest)
    expect(once.kills, 'runners were killed on the way').toBeGreaterThan(0)
  })

  test('without faults kills nobody', async () => {
    const { found, kills } = await simulate(7, { plan: drawPlan(7, { without: true }) })
    expect({ found, kills }).toEqual({ found: [], kills: 0 })
  })
})

import { describe, expect, test } from 'vitest'
import { launchMsOf, refreshMs, refreshShape } from '../../../pipeline/release/projection/refresh-time.ts'
import { aRollPolicy, minuteMs } from '../../support/factories.ts'

const bounds = (minHealthyPercentage: number, maxHealthyPercentage: number, checkpointPercentages: readonly number[] = []) =>
  aRollPolicy({ minHealthyPercentage, maxHealthyPercentage, checkpointPercentages, checkpointDelayMs: 10 * minuteMs })

describe('batches and stops of a refresh', () => {
  test.each([
    [10, bounds(100, 200), 1, 0],
    [10, bounds(90, 110), 5, 0],
    [10, bounds(90, 100), 10, 0],
    [3, bounds(100, 110), 3, 0],
    [3, bounds(50, 100), 3, 0],
    [4, bounds(50, 100), 2, 0],
    [4, bounds(100, 100), 4, 0],
    [1, bounds(0, 100), 1, 0],
    [0, bounds(100, 200, [50, 100]), 0, 0],
    [10, bounds(100, 200, [20, 50, 100]), 3, 2],
    [10, bounds(90, 100, [10, 100]), 10, 1],
    [1, bounds(100, 200, [20, 50, 100]), 1, 2],
  ])('%i machines: %#', (machines, policy, batches, stops) => {
    expect(refreshShape(machines, policy)).toEqual({ batches, stops })
  })
})

test('the launch that a refresh showed makes the same refresh as long again, and another as long as it must be', () => {
  const seen = bounds(90, 100, [50, 100])
  const took = refreshMs(10, seen, 70_000)
  expect(launchMsOf(took, 10, seen)).toBe(70_000)
  expect(refreshMs(10, bounds(100, 200), 70_000)).toBe(70_000 + 2 * minuteMs)
  expect(launchMsOf(took, 0, seen)).toBeUndefined()
})

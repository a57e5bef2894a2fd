import { describe, expect, test } from 'vitest'
import {
  drillOverdueMs,
  lastDrillOf,
  ordersOf,
  planUndo,
  type Release,
  type ReleaseEvent,
  reachedProduction,
} from '../../pipeline/release/index.ts'
import { anOpening, aPolicy, aRelease, bakedImage, hourMs, minuteMs, proven, rolled, testStart } from '../support/factories.ts'

const policy = aPolicy()
const dev = { stage: 'dev', region: 'eu-central-1', group: 'web' }
const prod = { stage: 'prod', region: 'eu-central-1', group: 'web' }
const finished: ReleaseEvent = { type: 'release.finished', openToProductionMs: 12 * minuteMs, openToProductionWallMs: 0 }

function rolledIn(id: string, groups: readonly (typeof dev)[], opening = anOpening()): Release {
  const events: readonly ReleaseEvent[] = [
    ...proven([bakedImage(`ami-${id}`)]),
    ...groups.flatMap((group) => rolled(group, `ami-${id}`)),
    finished,
  ]
  return aRelease(events, { release: id, opening })
}

const aDrill = (id: string) =>
  rolledIn(
    id,
    [dev],
    anOpening({ lane: 'emergency', reason: 'drill', drill: true, policy: { ...policy, stages: policy.stages.slice(0, 1) } }),
  )

const past = [rolledIn('web-1', [dev, prod]), rolledIn('web-2', [dev, prod]), aDrill('web-3')]

describe('a drill', () => {
  test('has not reached production, though it came to its end', () => {
    expect(past.map(reachedProduction)).toEqual([true, true, false])
  })

  test('is not what an undo of everything starts from, nor what one goes back to', () => {
    const all = planUndo({ releases: past, orders: ordersOf([]) }, { family: 'web' }, undefined)
    expect(all).toMatchObject({
      ok: true,
      plan: { target: { release: 'web-1' }, policy: { stages: [{ name: 'prod' }, { name: 'dev' }] } },
    })
    expect(planUndo({ releases: past, orders: ordersOf([]) }, { family: 'web' }, 'web-3')).toEqual({
      ok: false,
      why: 'not-kept',
      kept: ['web-1', 'web-2'],
    })
  })

  test('is what an undo of its own stage takes back, to what is in production', () => {
    const own = planUndo({ releases: past, orders: ordersOf([]) }, { family: 'web', stage: 'dev' }, undefined)
    expect(own).toMatchObject({ ok: true, plan: { target: { release: 'web-2' }, policy: { stages: [{ name: 'dev' }] } } })
  })
})

describe('the last drill', () => {
  test('is the newest of the family that came to its end, with its time', () => {
    expect(lastDrillOf(past, 'web')).toMatchObject({ release: 'web-3', stage: 'dev', tookMs: 12 * minuteMs })
    expect(lastDrillOf(past, 'api')).toBeUndefined()
    const broken = aRelease([{ type: 'release.failed', cause: 'no space' }], {
      release: 'web-4',
      opening: anOpening({ drill: true }),
    })
    expect(lastDrillOf([...past, broken], 'web')?.release).toBe('web-3')
  })

  test('is overdue once it is longer ago than it may be; without one, the first release counts', () => {
    const day = 24 * hourMs
    const endedAt = lastDrillOf(past, 'web')?.endedAt ?? 0
    expect(drillOverdueMs(past, 'web', day, endedAt + day)).toBeUndefined()
    expect(drillOverdueMs(past, 'web', day, endedAt + day + 1)).toBe(day + 1)
    expect(drillOverdueMs(past.slice(0, 2), 'web', day, testStart + 3 * day)).toBe(3 * day)
    expect(drillOverdueMs([], 'web', day, testStart + 3 * day)).toBeUndefined()
  })
})

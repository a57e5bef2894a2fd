import { describe, expect, test } from 'vitest'
import { nextReleaseId } from '../../pipeline/release/index.ts'
import { anOpening, recordsOf, testStart } from '../support/factories.ts'

const opened = (release: string, family = 'web') => recordsOf([anOpening({ family })], { release })

describe('the week', () => {
  // From the examples in ISO 8601 and the calendar around the turns of the years.
  test.each([
    ['2026-11-22T23:59:59.999Z', 'web-2026.47.1'],
    ['2026-11-23T00:00:00.000Z', 'web-2026.48.1'],
    ['2027-01-01T12:00:00.000Z', 'web-2026.53.1'],
    ['2027-01-04T00:00:00.000Z', 'web-2027.01.1'],
    ['2024-12-30T00:00:00.000Z', 'web-2025.01.1'],
    ['2021-01-03T00:00:00.000Z', 'web-2020.53.1'],
  ])('of %s makes %s', (instant, id) => {
    expect(nextReleaseId([], 'web', Date.parse(instant))).toBe(id)
  })
})

describe('the counter', () => {
  test('goes on from the highest of the week, past nine', () => {
    const events = Array.from({ length: 10 }, (_, index) => opened(`web-2026.47.${index + 1}`)).flat()
    expect(nextReleaseId(events, 'web', testStart)).toBe('web-2026.47.11')
  })

  test('is each family’s own, also when one name begins like the other', () => {
    const events = [...opened('web-2026.47.1'), ...opened('web-eu-2026.47.1', 'web-eu')]
    expect(nextReleaseId(events, 'web-eu', testStart)).toBe('web-eu-2026.47.2')
    expect(nextReleaseId(events, 'api', testStart)).toBe('api-2026.47.1')
  })
})

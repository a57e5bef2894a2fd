// The state never changes in place; a draft makes the next one.

import { describe, expect, test } from 'vitest'
import { Draft, emptyState, rowsIn } from '../../../pipeline/localcloud/store/state.ts'

const place = '111111111111/eu-central-1'
const layer = (id: string) => ({ id })

test('a draft leaves the state it began from untouched', () => {
  const first = new Draft(emptyState('seed'))
  first.put(place, 'layers', 'a', layer('a'))
  const before = JSON.stringify(first.state)
  const second = new Draft(first.state)
  second.put(place, 'layers', 'b', layer('b'))
  second.remove(place, 'layers', 'a')
  second.change('222222222222/eu-west-1', 'layers', 'none', {})
  expect(JSON.stringify(first.state)).toEqual(before)
  expect(rowsIn(second.state, place, 'layers')).toEqual([layer('b')])
  expect(Object.keys(second.state.places)).toEqual([place])
})

test("reads see the draft's own writes", () => {
  const draft = new Draft(emptyState('seed'))
  draft.put(place, 'layers', 'a', layer('a'))
  draft.change(place, 'layers', 'a', { rootDirectory: '/x' })
  expect(draft.get(place, 'layers', 'a')).toEqual({ id: 'a', rootDirectory: '/x' })
  expect(draft.get(place, 'layers', 'constructor')).toBeUndefined()
})

test('a draft that changes nothing is the state it began from', () => {
  const state = emptyState('seed')
  const draft = new Draft(state)
  draft.get(place, 'layers', 'a')
  draft.change(place, 'layers', 'a', { rootDirectory: '/x' })
  draft.remove(place, 'layers', 'a')
  expect(draft.state).toBe(state)
})

describe('an attempt', () => {
  test('that throws leaves nothing behind, and later writes stand', () => {
    const draft = new Draft(emptyState('seed'))
    draft.put(place, 'layers', 'a', layer('a'))
    const failing = () =>
      draft.attempt((inner) => {
        inner.put(place, 'layers', 'b', layer('b'))
        inner.remove(place, 'layers', 'a')
        throw new Error('no')
      })
    expect(failing).toThrow('no')
    draft.put(place, 'layers', 'c', layer('c'))
    expect(draft.rows(place, 'layers')).toEqual([layer('a'), layer('c')])
  })

  test('that succeeds is taken over, and what was taken over before stays as it was', () => {
    const draft = new Draft(emptyState('seed'))
    draft.attempt((inner) => inner.put(place, 'layers', 'a', layer('a')))
    const taken = draft.state
    draft.put(place, 'layers', 'b', layer('b'))
    expect(rowsIn(taken, place, 'layers')).toEqual([layer('a')])
    expect(draft.rows(place, 'layers')).toEqual([layer('a'), layer('b')])
  })
})

test('IDs follow from the seed and are never the same twice', () => {
  const ids = (seed: string) => {
    const draft = new Draft(emptyState(seed))
    return Array.from({ length: 50 }, () => draft.mint('i'))
  }
  expect(ids('a')).toEqual(ids('a'))
  expect(new Set([...ids('a'), ...ids('b')]).size).toBe(100)
  expect(ids('a')[0]).toMatch(/^i-[0-9a-f]{17}$/)
})

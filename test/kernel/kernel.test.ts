import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalJson,
  digestOf,
  formatDuration,
  formatProblem,
  type Json,
  listed,
  nearest,
  ProblemError,
  parseDuration,
  parsedJson,
} from '../../pipeline/kernel/index.ts'

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['250ms', 250],
    ['0s', 0],
  ])('%s is %d ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs)
  })

  it.each(['', '30', '1.5h', '-1h', '1 h', 'h', '1H', '1w', '99999999999999999999d'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it('come back the same from their written form, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1_000))).toBe(seconds * 1_000)
      }),
    )
  })
})

describe('canonical JSON', () => {
  it('is the same whatever order the keys came in, and leaves undefined members out', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'ü' }], a: undefined, A: true })).toBe('{"A":true,"b":[1,{"c":"ü","d":null}]}')
  })

  it('is JSON of the same value, and a digest tells values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        // JSON has no negative zero.
        const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json
        const [a, b] = [plain(one), plain(other)]
        expect(JSON.parse(canonicalJson(a))).toEqual(a)
        expect(digestOf(a) === digestOf(b)).toBe(canonicalJson(a) === canonicalJson(b))
      }),
    )
  })
})

describe('nearest', () => {
  it.each([
    ['ownr', 'owner'],
    ['vesion', 'version'],
    ['prd', 'prod'],
    ['dve', 'dev'],
    ['stagging', 'staging'],
    ['aprovals', 'approval'],
  ])('%s is nearest to %s', (word, meant) => {
    expect(nearest(word, ['version', 'owner', 'prod', 'dev', 'staging', 'approval'])).toBe(meant)
  })

  it.each(['qa', 'xyz', 'production', ''])('nothing is near enough to "%s"', (word) => {
    expect(nearest(word, ['owner', 'prod', 'dev', 'staging'])).toBeUndefined()
  })
})

describe('problems', () => {
  it('are shown with place, code and hint', () => {
    const place = { file: 'drover.yaml', line: 3, column: 7 }
    const problem = { code: 'config-wrong-unit', message: '30 has no unit', place, hint: 'Write 30s.' } as const
    expect(formatProblem(problem)).toBe('drover.yaml:3:7: 30 has no unit [config-wrong-unit]\n    Write 30s.')
  })

  it('travel together, one or many', () => {
    const problem = { code: 'not-found', message: 'there is no family web' } as const
    expect(new ProblemError(problem).problems).toEqual([problem])
    expect(new ProblemError([problem, problem]).message.split('\n')).toHaveLength(2)
  })
})

describe('a list in a sentence', () => {
  it.each([
    [[], ''],
    [['a', 'b'], 'a, b'],
    [['a', 'b', 'c'], 'a, b and 1 more'],
  ])('%j', (items, sentence) => expect(listed(items, 2)).toBe(sentence))
})

it('what is no JSON is nothing', () => {
  expect([parsedJson('{"a":1}'), parsedJson('null'), parsedJson(''), parsedJson('{')]).toEqual([
    { a: 1 },
    null,
    undefined,
    undefined,
  ])
})

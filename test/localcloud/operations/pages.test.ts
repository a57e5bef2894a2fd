// Pages: every row once, in order, whatever comes and goes in between.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pageOf } from '../../../pipeline/localcloud/operations/pages.ts'

const request = (size: number | undefined, token?: string) => ({ size, token, largest: 5, badToken: 'InvalidNextToken' })

test('following the tokens gives every row once, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), (count, size) => {
      const rows = Array.from({ length: count }, (_, index) => `row-${index}`)
      const seen: string[] = []
      let token: string | undefined
      do {
        const page = pageOf(rows, (row) => row, request(size, token))
        expect(page.rows.length).toBeLessThanOrEqual(5)
        seen.push(...page.rows)
        token = page.nextToken
      } while (token !== undefined)
      expect(seen).toEqual(rows)
    }),
  )
})

test('a row that goes between two pages makes no other be missed or repeated', () => {
  const rows = ['a', 'b', 'c', 'd']
  const { nextToken } = pageOf(rows, (row) => row, request(2))
  expect(pageOf(['a', 'c', 'd'], (row) => row, request(2, nextToken)).rows).toEqual(['c', 'd'])
  expect(pageOf(['b', 'c', 'd'], (row) => row, request(2, nextToken)).rows).toEqual(['c', 'd'])
})

test.each(['nonsense', '', Buffer.from('["a"]').toString('base64url'), Buffer.from('{}').toString('base64url')])(
  'the token %j is not one of ours',
  (token) => {
    expect(() => pageOf(['a'], (row) => row, request(1, token))).toThrow(expect.objectContaining({ code: 'InvalidNextToken' }))
  },
)

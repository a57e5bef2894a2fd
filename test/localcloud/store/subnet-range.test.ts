// Addresses of subnets.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressAfter, firstFree, isWithin, quarters, sizeOf } from '../../../pipeline/localcloud/store/subnet-range.ts'

test('a network has four quarters', () => {
  expect(quarters('10.0.16.0/20')).toEqual(['10.0.16.0/22', '10.0.20.0/22', '10.0.24.0/22', '10.0.28.0/22'])
})

test('every address of a network is in exactly one quarter of a quarter its size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 28 }), fc.nat({ max: 255 }), (prefix, octet) => {
      const parts = quarters(`10.${octet}.0.0/${prefix}`)
      expect(new Set(parts).size).toBe(4)
      expect(parts.map(sizeOf)).toEqual(Array.from({ length: 4 }, () => 2 ** (30 - prefix)))
    }),
  )
})

test('addresses are given out from the first to the last, past those taken', () => {
  const bounds = { firstAddress: '10.0.0.4', lastAddress: '10.0.0.6' }
  const taken = new Set<string>()
  const given = Array.from({ length: 4 }, () => {
    const address = firstFree('10.0.0.0/28', bounds, (candidate) => taken.has(candidate))
    if (address !== undefined) taken.add(address)
    return address
  })
  expect(given).toEqual(['10.0.0.4', '10.0.0.5', '10.0.0.6', undefined])
})

test('the search begins where it is told, finds every free address, and ends after one round', () => {
  const bounds = { firstAddress: '10.0.0.4', lastAddress: '10.0.0.11' }
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 4, max: 11 })), fc.integer({ min: 0, max: 15 }), (taken, from) => {
      const all = [4, 5, 6, 7, 8, 9, 10, 11]
      const address = firstFree('10.0.0.0/28', bounds, (one) => taken.includes(Number(one.split('.')[3])), `10.0.0.${from}`)
      const free = all.filter((one) => !taken.includes(one))
      const begin = Math.max(4, from)
      const next = free.find((one) => one >= begin && begin <= 11) ?? free[0]
      if (begin <= 11) expect(address).toBe(next === undefined ? undefined : `10.0.0.${next}`)
      else expect(address === undefined).toBe(next === undefined)
    }),
  )
  expect(addressAfter('10.0.0.255')).toBe('10.0.1.0')
})

test.each([
  ['10.0.0.0/24', '10.0.0.255', true],
  ['10.0.0.0/24', '10.0.1.0', false],
])('%s has %s: %s', (cidr, address, answer) => {
  expect(isWithin(cidr, address)).toBe(answer)
})

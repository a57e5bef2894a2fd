import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addressDigits,
  contains,
  formatAddress,
  netmaskOf,
  overlaps,
  parseAddress,
  parseRange,
  type Range,
} from '../../../pipeline/localcloud/machines/ipv4.ts'
import { cloudNames, machineLink, machineMac, machineUuid, platformUuid } from '../../../pipeline/localcloud/machines/names.ts'
import { candidateRanges, freeRanges, planNetwork } from '../../../pipeline/localcloud/machines/network-plan.ts'

describe('IPv4', () => {
  test('every address survives being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
        expect(parseAddress(formatAddress(value))).toBe(value)
      }),
    )
  })

  test.each(['', '10.0.0', '10.0.0.256', '10.0.0.0.0', 'a.b.c.d', '::1', '10.0.0.1/24'])('%j is no address', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  test('a range is aligned to its size, and a bare address is a range of one', () => {
    expect(parseRange('10.1.2.3/20')).toEqual({ start: parseAddress('10.1.0.0'), size: 4096 })
    expect(parseRange('10.1.2.3')).toEqual({ start: parseAddress('10.1.2.3'), size: 1 })
    expect(parseRange('0.0.0.0/0')).toEqual({ start: 0, size: 2 ** 32 })
    for (const text of ['default', '10.0.0.0/33', '10.0.0.0/8/8', '::/0', '10.0.0.0/x']) expect(parseRange(text)).toBeUndefined()
  })

  test('ranges meet exactly when one holds an end of the other', () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
      .map(([value, bits]) => parseRange(`${formatAddress(value)}/${bits}`) as Range)
    fc.assert(
      fc.property(range, range, (one, other) => {
        expect(overlaps(one, other)).toBe(contains(one, other.start) || contains(other, one.start))
      }),
    )
  })

  test('the netmask of a /20', () => {
    expect(netmaskOf(parseRange('10.1.0.0/20') as Range)).toBe('255.255.240.0')
  })
})

describe('the network of a local cloud', () => {
  test('every candidate is a /20 between 10.64 and 10.223, each once', () => {
    const candidates = candidateRanges('rehearsal')
    expect(new Set(candidates).size).toBe(candidates.length)
    for (const cidr of candidates) {
      expect(
        overlaps(parseRange(cidr) as Range, parseRange('10.64.0.0/10') as Range) || /^10\.(1[2-9]|2[0-2])\d\./.test(cidr),
      ).toBe(true)
      expect(cidr).toMatch(/^10\.\d+\.\d+\.0\/20$/)
    }
  })

  test('what the host uses is left out; what is no range is no obstacle', () => {
    const [first, second, third] = candidateRanges('a') as [string, string, string]
    const free = freeRanges('a', [first, second.replace('.0/20', '.77'), 'default', 'fd00::/64'])
    expect(free[0]).toBe(third)
    expect(freeRanges('a', ['10.0.0.0/8'])).toEqual([])
  })

  test('the first four addresses and the last are kept', () => {
    expect(planNetwork('10.100.16.0/20')).toEqual({
      cidr: '10.100.16.0/20',
      gateway: '10.100.16.1',
      host: '10.100.16.2',
      firstAddress: '10.100.16.4',
      lastAddress: '10.100.31.254',
    })
  })
})

describe('names', () => {
  test('interface names fit the kernel’s 15 characters and differ between clouds', () => {
    const ids = ['a', 'elevenchars', 'a-rather-long-id-of-a-cloud', 'a-rather-long-id-of-a-cloud2']
    const links = ids.map((id) => cloudNames(id).hostLink)
    expect(new Set(links).size).toBe(ids.length)
    for (const link of [...links, machineLink('255.255.255.255')]) expect(link.length).toBeLessThanOrEqual(15)
    // With an instance's ID behind it, what systemd-nspawn takes for a machine's name.
    for (const id of ids) expect(`${cloudNames(id).machinePrefix}i-0123456789abcdef0`.length).toBeLessThanOrEqual(64)
  })

  test('a card’s address follows from the machine’s and is locally administered', () => {
    expect(addressDigits('10.1.2.3')).toBe('0a010203')
    expect(machineMac('10.1.2.3')).toBe('02:00:0a:01:02:03')
  })

  test('an instance keeps its IDs, and the platform’s begins as EC2’s does', () => {
    expect(machineUuid('i-1')).toBe(machineUuid('i-1'))
    expect(machineUuid('i-1')).not.toBe(machineUuid('i-2'))
    expect(machineUuid('i-1')).toMatch(/^[0-9a-f]{32}$/)
    expect(platformUuid('i-1')).toMatch(/^ec2[0-9a-f]{5}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  })
})

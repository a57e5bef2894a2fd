// IPv4 addresses and ranges as numbers: reading, writing and comparing them.

import { assert } from '../../kernel/index.ts'

/** A range: its lowest address as a 32-bit number, and how many addresses it holds. */
export interface Range {
  readonly start: number
  readonly size: number
}

/** The 32-bit number of a dotted address, or undefined when it is not one. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return undefined
  const octets = match.slice(1).map(Number)
  if (octets.some((octet) => octet > 255)) return undefined
  return octets.reduce((value, octet) => value * 256 + octet, 0)
}

export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

/** `10.0.0.0/20` or a bare address (a range of one); undefined for anything else, IPv6 included. */
export function parseRange(text: string): Range | undefined {
  const [head = '', bits = '32', ...rest] = text.split('/')
  const address = parseAddress(head)
  if (address === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined
  const size = 2 ** (32 - Number(bits))
  return { start: Math.floor(address / size) * size, size }
}

export function overlaps(one: Range, other: Range): boolean {
  return one.start < other.start + other.size && other.start < one.start + one.size
}

export function contains(range: Range, address: number): boolean {
  return overlaps(range, { start: address, size: 1 })
}

export function netmaskOf(range: Range): string {
  return formatAddress(2 ** 32 - range.size)
}

/** Eight hexadecimal digits: short enough for an interface's name. */
export function addressDigits(address: string): string {
  const value = parseAddress(address)
  assert(value !== undefined, `not an IPv4 address: ${address}`)
  return value.toString(16).padStart(8, '0')
}

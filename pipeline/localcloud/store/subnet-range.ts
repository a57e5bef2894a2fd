// The addresses of subnets: a network in four equal parts, and the next one that is free.

import { assert } from '../../kernel/index.ts'
import { formatAddress, parseAddress, parseRange, type Range } from '../machines/ipv4.ts'

/** `10.0.0.0/20` in four: `10.0.0.0/22`, `10.0.4.0/22` and so on. */
export function quarters(cidr: string): readonly string[] {
  const { start, size } = rangeOf(cidr)
  const prefix = 32 - Math.log2(size / 4)
  return [0, 1, 2, 3].map((index) => `${formatAddress(start + (index * size) / 4)}/${prefix}`)
}

/** The first address of the range, between the bounds, that is not taken, looked for from `from` on and then from the start; undefined when there is none. */
export function firstFree(
  cidr: string,
  bounds: { readonly firstAddress: string; readonly lastAddress: string },
  isTaken: (address: string) => boolean,
  from?: string,
): string | undefined {
  const { start, size } = rangeOf(cidr)
  const last = Math.min(start + size - 1, addressOf(bounds.lastAddress))
  const first = Math.max(start, addressOf(bounds.firstAddress))
  const count = last - first + 1
  const skipped = from === undefined ? 0 : Math.max(0, addressOf(from) - first)
  for (let step = 0; step < count; step++) {
    const text = formatAddress(first + ((skipped + step) % count))
    if (!isTaken(text)) return text
  }
  return undefined
}

/** The address behind that one. */
export function addressAfter(address: string): string {
  return formatAddress(addressOf(address) + 1)
}

export function isWithin(cidr: string, address: string): boolean {
  const { start, size } = rangeOf(cidr)
  const value = addressOf(address)
  return value >= start && value < start + size
}

export function sizeOf(cidr: string): number {
  return rangeOf(cidr).size
}

function rangeOf(cidr: string): Range {
  const range = parseRange(cidr)
  assert(range !== undefined, `not an IPv4 range: ${cidr}`)
  return range
}

function addressOf(text: string): number {
  const address = parseAddress(text)
  assert(address !== undefined, `not an IPv4 address: ${text}`)
  return address
}

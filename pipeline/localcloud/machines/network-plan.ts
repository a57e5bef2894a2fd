// Which addresses a local cloud uses: a /20 that nothing on the host has a route to. Pure.

import { sha256 } from '../../kernel/index.ts'
import { formatAddress, overlaps, parseRange, type Range } from './ipv4.ts'

export interface NetworkPlan {
  readonly cidr: string
  readonly gateway: string
  /** The host's own address inside the range: what machines see as the runner. */
  readonly host: string
  readonly firstAddress: string
  readonly lastAddress: string
}

/** Addresses that live in the router namespace only, as EC2 has them on every subnet. */
export const linkLocal = {
  metadata: '169.254.169.254',
  resolver: '169.254.169.253',
  /** The cloud's API, on AWS's port though without TLS; the relay's own ports for redirected connections are above. */
  api: '169.254.170.1',
  /** Web servers that the local cloud itself plays, told apart by the Host header. */
  hosts: '169.254.170.2',
} as const

/** An egress rule that lets a machine reach AWS's API is one for 443. */
export const relayPort = { api: 443, http: 8080, tls: 8443 } as const

const bits = 20
const size = 2 ** (32 - bits)
const candidateCount = 256

/** Every range that may be used, in an order of the id's own, so that two clouds seldom want the same one. */
export function candidateRanges(id: string): readonly string[] {
  const seed = Number.parseInt(sha256(id).slice(0, 8), 16)
  // 10.64.0.0 to 10.223.240.0: the ends of 10/8 are where container runtimes and home routers are.
  return Array.from({ length: candidateCount }, (_, index) => {
    const place = (seed + index * 997) % (160 * 16)
    return `10.${64 + Math.floor(place / 16)}.${(place % 16) * 16}.0/${bits}`
  })
}

/** The candidates that meet nothing the host already reaches (routes, own addresses, name servers). */
export function freeRanges(id: string, taken: readonly string[]): readonly string[] {
  const ranges = taken.map(parseRange).filter((range): range is Range => range !== undefined)
  return candidateRanges(id).filter((cidr) => {
    const candidate = parseRange(cidr) as Range
    return !ranges.some((range) => overlaps(range, candidate))
  })
}

/** EC2 keeps the first four addresses and the last of a subnet for itself; so does this. */
export function planNetwork(cidr: string): NetworkPlan {
  const { start } = parseRange(cidr) as Range
  return {
    cidr,
    gateway: formatAddress(start + 1),
    host: formatAddress(start + 2),
    firstAddress: formatAddress(start + 4),
    lastAddress: formatAddress(start + size - 2),
  }
}

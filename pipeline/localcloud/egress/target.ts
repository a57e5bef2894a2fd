// Where a machine's traffic may go: out, but never to this host's own services or the networks next to it.

import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

export type Target =
  | { readonly kind: 'address'; readonly address: string }
  /** The host can't resolve it; a proxy might. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'forbidden' }

const closed = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  closed.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  closed.addSubnet(network, bits, 'ipv6')
}

/** Resolved once and connected to by that very address, so a name can't change its mind between check and use. */
export async function chooseTarget(host: string, trustedHosts: ReadonlySet<string>): Promise<Target> {
  const found = isIP(host) ? [{ address: host }] : await lookup(host, { all: true }).catch(() => [])
  if (found.length === 0) return { kind: 'unknown' }
  const allowed = found.find(({ address }) => trustedHosts.has(host) || isOpen(address))
  return allowed ? { kind: 'address', address: allowed.address } : { kind: 'forbidden' }
}

export function isOpen(address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  // An IPv4 address in IPv6's clothing is checked as what it is by BlockList itself.
  return !closed.check(address, family) && !ownAddresses().includes(address)
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((cards) => (cards ?? []).map(({ address }) => address))
}

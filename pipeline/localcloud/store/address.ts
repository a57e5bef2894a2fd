// IPv4 ranges as numbers: slices for subnets, the next free address, who fits in.

export interface Range {
  /** First address of the range. */
  readonly base: number
  readonly prefix: number
}

export function parseAddress(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}

export function parseRange(cidr: string): Range {
  const [address = '', prefix = '32'] = cidr.split('/')
  const size = 2 ** (32 - Number(prefix))
  return { base: Math.floor(parseAddress(address) / size) * size, prefix: Number(prefix) }
}

export function formatRange({ base, prefix }: Range): string {
  return `${formatAddress(base)}/${prefix}`
}

export function rangeSize({ prefix }: Range): number {
  return 2 ** (32 - prefix)
}

export function contains(range: Range, address: number): boolean {
  return address >= range.base && address < range.base + rangeSize(range)
}

/** The range in four equal parts. */
export function quarters({ base, prefix }: Range): readonly Range[] {
  return [0, 1, 2, 3].map((index) => ({ base: base + index * 2 ** (30 - prefix), prefix: prefix + 2 }))
}

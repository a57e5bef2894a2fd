// The first line of every connection from the relay to the daemon: what it is for, and which machine opened it.

const kinds = ['control', 'metadata', 'api', 'dns', 'dns-datagram', 'http', 'tls'] as const
export type ChannelKind = (typeof kinds)[number]

export interface ChannelHeader {
  readonly kind: ChannelKind
  /** The machine's IPv4 address. */
  readonly address: string
}

export const longestHeaderBytes = 64

export function channelHeader(kind: ChannelKind, address: string): string {
  return `${kind} ${address}\n`
}

/** Without its line end; undefined when it is no such line. */
export function parseChannelHeader(line: string): ChannelHeader | undefined {
  const [word, address, ...rest] = line.split(' ')
  const kind = kinds.find((each) => each === word)
  return kind === undefined || !address || rest.length > 0 ? undefined : { kind, address }
}

// The machines' DHCP server (RFC 2131): cloud-init asks for a lease before it speaks to EC2's metadata service. Pure.

export interface DhcpNetwork {
  readonly gateway: string
  readonly netmask: string
  readonly resolver: string
}

export interface DhcpAnswer {
  /** Where to send it, on port 68: the machine's one address, which follows from its card's. */
  readonly address: string
  readonly message: Buffer
}

const request = 1
const reply = 2
const cookie = 0x63825363
const headerBytes = 240
const optionType = 53
const lastOption = 255
const messageType = { discover: 1, offer: 2, request: 3, acknowledge: 5, inform: 8 } as const
const leaseSeconds = 86_400
/** What `machineMac` puts before the address. */
const macPrefix = Buffer.from([2, 0])

/** Undefined for what asks for no answer: releases, declines, other machines' business. */
export function answerDhcp(message: Buffer, network: DhcpNetwork): DhcpAnswer | undefined {
  if (message.length < headerBytes || message[0] !== request || message.readUInt32BE(236) !== cookie) return undefined
  const mac = message.subarray(28, 34)
  if (!mac.subarray(0, 2).equals(macPrefix)) return undefined
  const asked = findOption(message, optionType)?.[0]
  const type = asked === messageType.discover ? messageType.offer : messageType.acknowledge
  if (asked !== messageType.discover && asked !== messageType.request && asked !== messageType.inform) return undefined
  const address = [...mac.subarray(2)].join('.')
  return { address, message: Buffer.concat([answerHeader(message, address, network), options(type, network)]) }
}

/** The asker's transaction, flags and card, with its address and ours filled in. */
function answerHeader(message: Buffer, address: string, { gateway }: DhcpNetwork): Buffer {
  const header = Buffer.alloc(headerBytes)
  message.copy(header, 0, 0, headerBytes)
  header[0] = reply
  header[3] = 0
  octets(address).copy(header, 16)
  octets(gateway).copy(header, 20)
  header.fill(0, 44, 236)
  return header
}

function options(type: number, { gateway, netmask, resolver }: DhcpNetwork): Buffer {
  const lease = Buffer.alloc(4)
  lease.writeUInt32BE(leaseSeconds)
  const all: readonly (readonly [number, Buffer])[] = [
    [optionType, Buffer.from([type])],
    [54, octets(gateway)],
    [51, lease],
    [1, octets(netmask)],
    [3, octets(gateway)],
    [6, octets(resolver)],
  ]
  return Buffer.concat([...all.flatMap(([code, value]) => [Buffer.from([code, value.length]), value]), Buffer.from([lastOption])])
}

function findOption(message: Buffer, wanted: number): Buffer | undefined {
  let at = headerBytes
  while (at + 1 < message.length && message[at] !== lastOption) {
    const code = message[at] as number
    // Padding has no length.
    if (code === 0) {
      at++
      continue
    }
    const end = at + 2 + (message[at + 1] as number)
    if (code === wanted) return message.subarray(at + 2, end)
    at = end
  }
  return undefined
}

function octets(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number))
}

// As much of a DNS message as a forwarder needs: the question, an answer of its own, a refusal. Pure.

export interface Question {
  /** Lower case, without the last dot. */
  readonly name: string
  readonly type: number
}

export const recordType = { address: 1 } as const
export const responseCode = { noError: 0, serverFailure: 2, noSuchName: 3, refused: 5 } as const

const headerBytes = 12
/** Response, recursion desired and available. */
const responseFlags = 0x8180

/** The message's one question; undefined for anything that is not a plain query. */
export function parseQuestion(message: Buffer): Question | undefined {
  const end = questionEnd(message)
  if (end === undefined) return undefined
  const labels: string[] = []
  let at = headerBytes
  while (message[at] !== 0) {
    const length = message[at] as number
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1) }
}

/** An answer to the query with these IPv4 addresses, or with that code and no record. */
export function respond(query: Buffer, code: number, addresses: readonly string[] = []): Buffer {
  const header = Buffer.alloc(headerBytes)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(responseFlags | code, 2)
  const end = questionEnd(query)
  header.writeUInt16BE(end === undefined ? 0 : 1, 4)
  header.writeUInt16BE(addresses.length, 6)
  return Buffer.concat([header, query.subarray(headerBytes, end ?? headerBytes), ...addresses.map(addressRecord)])
}

/** How the answer ended. */
export function responseCodeOf(message: Buffer): number {
  return message.length < headerBytes ? responseCode.serverFailure : message.readUInt16BE(2) & 0xf
}

const recordLifetimeSeconds = 10

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16)
  // The name: a pointer to the question's.
  record.writeUInt16BE(0xc000 | headerBytes, 0)
  record.writeUInt16BE(recordType.address, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt32BE(recordLifetimeSeconds, 6)
  record.writeUInt16BE(4, 10)
  for (const [index, octet] of address.split('.').entries()) record[12 + index] = Number(octet)
  return record
}

/** Where the question section ends; undefined unless it is a query with one question, its name spelt out. */
function questionEnd(message: Buffer): number | undefined {
  if (message.length < headerBytes || (message.readUInt16BE(2) & 0xf800) !== 0 || message.readUInt16BE(4) !== 1) return undefined
  let at = headerBytes
  while (at < message.length) {
    const length = message[at] as number
    if (length === 0) return at + 5 <= message.length ? at + 5 : undefined
    if (length > 63) return undefined
    at += 1 + length
  }
  return undefined
}

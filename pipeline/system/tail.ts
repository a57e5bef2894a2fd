// The last bytes of a stream: memory stays bounded however much a program prints.

export interface Tail {
  push(chunk: Buffer): void
  /** What was kept, as UTF-8, starting at a character's first byte. */
  text(): string
}

export function createTail(keepBytes: number): Tail {
  let chunks: Buffer[] = []
  let heldBytes = 0
  const compact = () => {
    const whole = Buffer.concat(chunks)
    const kept = whole.subarray(Math.max(0, whole.length - keepBytes))
    // A copy, or the slice would keep the whole buffer alive.
    chunks = [Buffer.from(kept)]
    heldBytes = kept.length
  }
  let cut = false
  return {
    push(chunk) {
      chunks.push(chunk)
      heldBytes += chunk.length
      if (heldBytes <= keepBytes) return
      cut = true
      if (heldBytes > 2 * keepBytes) compact()
    },
    text() {
      compact()
      const bytes = chunks[0] as Buffer
      return bytes.subarray(cut ? firstCharacter(bytes) : 0).toString('utf8')
    },
  }
}

/** Index of the first byte that is not in the middle of a UTF-8 character. */
function firstCharacter(bytes: Buffer): number {
  let index = 0
  while (index < Math.min(3, bytes.length) && ((bytes[index] as number) & 0b1100_0000) === 0b1000_0000) index += 1
  return index
}

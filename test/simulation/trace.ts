// What has happened in a simulation, line by line, and one digest over all of it: the same seed must give the same one.

import { createHash } from 'node:crypto'

export interface Trace {
  note(line: string): void
  /** SHA-256 over every line so far, hexadecimal. */
  digest(): string
  readonly length: number
  /** The last lines, at most `kept` of them. */
  lines(): readonly string[]
}

/** `kept`: how many of the last lines stay; `now` stamps each of them with the time since the first. */
export function createTrace({ now, kept, onLine }: { now(): number; kept: number; onLine?(line: string): void }): Trace {
  const hash = createHash('sha256')
  const startedAt = now()
  let last: string[] = []
  let length = 0
  return {
    note: (text) => {
      const line = `${elapsed(now() - startedAt)} ${text}`
      length++
      hash.update(`${line}\n`)
      onLine?.(line)
      last.push(line)
      if (last.length >= 2 * kept) last = last.slice(-kept)
    },
    digest: () => hash.copy().digest('hex'),
    get length() {
      return length
    },
    lines: () => last.slice(-kept),
  }
}

/** `1d 02:03:04.005`: an ISO time would say a date that means nothing here. */
function elapsed(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  return `${days}d ${new Date(ms % 86_400_000).toISOString().slice(11, 23)}`
}

// Whether the keys by which the image trusts its repositories still hold. Pure.

import type { ControlResult } from '../results/scan.ts'

/** What the repositories of a machine are verified by. */
export interface Keyring {
  /** Path on the machine, or `a source itself`. */
  readonly name: string
  /** Of its keys, as `gpg --show-keys --with-colons` prints them (GnuPG's doc/DETAILS). */
  readonly records: string
}

export interface KeysVerdict {
  readonly control: ControlResult
  readonly warnings: readonly string[]
}

const dayMs = 86_400_000
const warningDays = 30

/**
 * A keyring is met while one key in it can sign. apt itself does not ask: it takes what was signed before the key ended (sqv), so
 * an ended key shows only on the day the repository is signed anew.
 */
export function judgeRepositoryKeys(keyrings: readonly Keyring[], nowMs: number): KeysVerdict {
  const until = keyrings.map(({ name, records }) => ({ name, untilMs: signsUntil(records) }))
  const problems = until.flatMap(({ name, untilMs }) => {
    if (untilMs === undefined) return [`${name} holds no key that can sign`]
    return untilMs <= nowMs ? [`the last key of ${name} ended on ${day(untilMs)}`] : []
  })
  if (keyrings.length === 0) problems.push('no repository is verified by any key')
  return {
    control: { control: 'the keys of repositories still hold', met: problems.length === 0, message: problems.join('; ') },
    warnings: until.flatMap(({ name, untilMs }) =>
      untilMs !== undefined && untilMs > nowMs && untilMs - nowMs < warningDays * dayMs
        ? [`The last key of ${name} ends on ${day(untilMs)}; the repository's owner has a new one.`]
        : [],
    ),
  }
}

/** The last instant at which one of the keys can sign; undefined when none ever could. A key signs no longer than its primary. */
function signsUntil(records: string): number | undefined {
  let primaryMs = Number.NEGATIVE_INFINITY
  let lastMs: number | undefined
  for (const line of records.split('\n')) {
    const [type, validity = '', , , , , expires = '', , , , , capabilities = ''] = line.split(':')
    if (type !== 'pub' && type !== 'sub') continue
    const isRefused = /[rid]/.test(validity)
    const ownMs = isRefused ? Number.NEGATIVE_INFINITY : endOf(expires)
    if (type === 'pub') primaryMs = ownMs
    const untilMs = Math.min(primaryMs, ownMs)
    if (capabilities.includes('s') && untilMs !== Number.NEGATIVE_INFINITY) lastMs = Math.max(lastMs ?? untilMs, untilMs)
  }
  return lastMs
}

/** Seconds since 1970; empty: never. GnuPG writes ISO 8601 when asked to, and then it is no number and has ended. */
function endOf(expires: string): number {
  if (expires === '') return Number.POSITIVE_INFINITY
  return /^\d+$/.test(expires) ? Number(expires) * 1_000 : Number.NEGATIVE_INFINITY
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

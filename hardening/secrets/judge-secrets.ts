// Whether an image holds credentials: whatever the scanner found refuses, unless a waiver names the file. Pure.

import { listed } from '../../pipeline/kernel/index.ts'
import { expirySentence, hasExpired, type WaiverTerms } from '../profile/waiver-terms.ts'
import type { FoundSecret } from './read-secrets.ts'

/** What a scanner takes for a secret and is none, or is known to everybody: the key of a test, an example in a comment. */
export interface SecretWaiver extends WaiverTerms {
  /** Absolute path, as the scan names it. */
  readonly file: string
  /** gitleaks' name of the rule; undefined: whatever it finds in that file. */
  readonly rule?: string
}

export interface SecretsVerdict {
  readonly met: boolean
  /** What refuses, and what is waived; empty when nothing was found. */
  readonly message: string
  readonly warnings: readonly string[]
}

const longestList = 10

export function judgeSecrets(found: readonly FoundSecret[], waivers: readonly SecretWaiver[], nowMs: number): SecretsVerdict {
  const standing = waivers.filter((waiver) => !hasExpired(waiver, nowMs))
  const isWaived = (one: FoundSecret): boolean => standing.some((waiver) => covers(waiver, one))
  const refused = found.filter((one) => !isWaived(one))
  const message = [list('found (take it out, or waive it in hygiene.secrets)', refused), list('waived', found.filter(isWaived))]
    .filter((part) => part !== '')
    .join('; ')
  return { met: refused.length === 0, message, warnings: waivers.flatMap((waiver) => warning(waiver, found, nowMs)) }
}

function covers({ file, rule }: SecretWaiver, one: FoundSecret): boolean {
  return file === one.file && (rule === undefined || rule === one.rule)
}

function list(word: string, found: readonly FoundSecret[]): string {
  if (found.length === 0) return ''
  const places = found.map(({ file, line, rule }) => `${file}:${line} (${rule})`)
  return `${word}: ${listed(places, longestList)}`
}

function warning(waiver: SecretWaiver, found: readonly FoundSecret[], nowMs: number): readonly string[] {
  const { file } = waiver
  if (!found.some((one) => covers(waiver, one))) return [`The waiver of a secret in ${file} is not needed: none was found.`]
  return expirySentence(`a secret in ${file}`, waiver, nowMs)
}

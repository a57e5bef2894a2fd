// Reads what a machine that has lived printed of its scan. It is a machine's word: checked as any other input.

import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { type Content, shortId } from '../content/content.ts'
import type { Profile } from '../profile/profile.ts'
import type { Scan } from '../results/scan.ts'
import { judgeRules } from '../verdict/judge-rules.ts'
import { type Standing, wasMet } from '../verdict/standing.ts'
import { scanResults } from '../verdict/status.ts'

const largestCharacters = 4 * 1024 * 1024

const shape = z.strictObject({
  environment: z.enum(['container', 'virtual-machine']),
  scanner: z.string().max(100),
  system: z.string().max(300),
  kernel: z.string().max(300),
  startedAtMs: z.number().int(),
  durationMs: z.number().int().nonnegative(),
  profile: z.string().max(300),
  results: z.record(z.string().max(300), z.enum(scanResults)),
})

export type ReadDrift = { readonly ok: true; readonly scan: Scan } | { readonly ok: false; readonly message: string }

/** `printed`: what the last script printed, a line `drift: ` and gzipped JSON in base64. `contentSha256`: of the content it is taken from. */
export function readDrift(printed: string, contentSha256: string): ReadDrift {
  const line = printed.split('\n').findLast((one) => one.startsWith('drift: '))
  if (line === undefined) return { ok: false, message: 'the machine printed no result of a scan' }
  const parsed = shape.safeParse(unpacked(line.slice('drift: '.length)))
  if (!parsed.success) return { ok: false, message: 'what the machine printed is not the result of a scan' }
  const { results, profile, ...facts } = parsed.data
  const rules = Object.entries(results).map(([rule, result]) => ({ rule, result, messages: [] }))
  if (rules.length === 0) return { ok: false, message: 'the machine printed a scan of no rules' }
  return {
    ok: true,
    scan: {
      facts: { ...facts, method: 'fast', contentSha256, profile },
      results: { profile, testSystem: '', rules },
      found: new Map(),
    },
  }
}

/** Short names of rules that the release met when it was verified and this machine does not meet now; never what a fast scan cannot say. */
export function driftOf(profile: Profile, content: Content, then: Standing, now: Scan, nowMs: number): readonly string[] {
  return judgeRules(profile, content, now, nowMs)
    .filter(({ id, status }) => wasMet(then, id) && (status === 'failed' || status === 'waived' || status === 'disputed'))
    .map(({ id }) => shortId(id))
}

function unpacked(text: string): unknown {
  try {
    const bytes = gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: largestCharacters })
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

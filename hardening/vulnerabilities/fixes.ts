// What a release is opened to fix, and the proof on the image: a package's version, or a vulnerability that is not found any more.

import type { VulnerabilityScan } from './read-vulnerabilities.ts'
import type { FixProof } from './vulnerability.ts'

export type Fix =
  | { readonly kind: 'vulnerability'; readonly written: string; readonly id: string }
  | { readonly kind: 'package'; readonly written: string; readonly package: string; readonly atLeast: string }

/** `CVE-2026-12345`, `DSA-5999-1`, or `openssl>=3.5.2-1` (Debian's names and versions, Policy 5.6.1 and 5.6.12); else undefined. */
export function parseFix(written: string): Fix | undefined {
  const text = written.trim()
  if (/^(?:CVE-\d{4}-\d{4,}|DSA-\d{3,}-\d+|ALAS[\w.-]*-\d{4}-\d+)$/.test(text))
    return { kind: 'vulnerability', written: text, id: text }
  const match = /^([a-z0-9][a-z0-9+.-]+)\s*>=\s*((?:\d+:)?\d[A-Za-z0-9.+~-]*)$/.exec(text)
  if (!match) return undefined
  return { kind: 'package', written: text, package: match[1] ?? '', atLeast: match[2] ?? '' }
}

/** What the machine said of a package: its installed version, and whether that is new enough by its own package manager. */
export type InstalledState =
  | { readonly installed: true; readonly version: string; readonly newEnough: boolean }
  | { readonly installed: false }

/** `state`: undefined when the machine gave no answer. `scan`: undefined when no scanner looked. */
export function proveFix(fix: Fix, state: InstalledState | undefined, scan: VulnerabilityScan | undefined): FixProof {
  const proof = (proven: boolean, evidence: string): FixProof => ({ fix: fix.written, proven, evidence })
  if (fix.kind === 'package') {
    if (state === undefined) return proof(false, `The machine did not say which version of ${fix.package} it has.`)
    if (!state.installed) return proof(true, `${fix.package} is not installed.`)
    return state.newEnough
      ? proof(true, `${fix.package} ${state.version} is installed.`)
      : proof(false, `${fix.package} ${state.version} is installed, older than ${fix.atLeast}.`)
  }
  // Not scanned is not fixed.
  if (scan === undefined) return proof(false, `No vulnerability scanner looked for ${fix.id}.`)
  const found = scan.found.filter(({ id }) => id === fix.id)
  if (found.length === 0) return proof(true, `${scan.scanner} looked and did not find ${fix.id}.`)
  const where = found.map((one) => `${one.package} ${one.installedVersion}`).join(', ')
  return proof(false, `${scan.scanner} found ${fix.id} in ${where}.`)
}

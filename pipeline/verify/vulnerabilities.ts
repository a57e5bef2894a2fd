// Known vulnerabilities of the fresh machine: the family's scanner is run there, and what the release was to fix is proven.

import {
  type FixProof,
  type InstalledState,
  judgeVulnerabilities,
  parseFix,
  proveFix,
  type ReadVulnerabilities,
  readVulnerabilities,
  type VulnerabilityPolicy,
  type VulnerabilityScan,
  type VulnerabilityVerdict,
} from '../../hardening/index.ts'
import type { Family } from '../config/index.ts'
import { packageQuestions } from './by-package-manager.ts'
import type { Examiner } from './examine.ts'
import { sentence } from './sentence.ts'
import { asRoot, quoted } from './shell.ts'
import { remote, type SshTarget } from './ssh.ts'

export interface VulnerabilityOutcome {
  /** Undefined when no scanner is configured, or its result could not be read. */
  readonly scan: VulnerabilityScan | undefined
  readonly verdict: VulnerabilityVerdict | undefined
  readonly fixes: readonly FixProof[]
  /** Every reason against the image: one sentence each. */
  readonly reasons: readonly string[]
  /** What the scanner wrote, as it wrote it; kept as evidence. */
  readonly raw: string | undefined
}

/** Asks the machine; `policy` undefined: the profile demands no scan, and one that runs is only reported. */
export async function examineVulnerabilities(
  examiner: Examiner,
  target: SshTarget,
  family: Family,
  wanted: readonly string[],
  policy: VulnerabilityPolicy | undefined,
): Promise<VulnerabilityOutcome> {
  const scanner = family.verify.vulnerabilities
  const ran = scanner && (await runScanner(examiner, target, scanner))
  const scan = ran?.read.ok ? ran.read.scan : undefined
  const verdict = scan && policy && judgeVulnerabilities(scan, policy, examiner.clock.wallNow())
  for (const warning of verdict?.warnings ?? []) examiner.log(warning)
  const fixes = await Promise.all(wanted.map((written) => prove(examiner, target, family, written, scan)))
  return {
    scan,
    verdict,
    fixes,
    raw: ran?.raw,
    reasons: [
      ...(ran && !ran.read.ok ? [sentence(ran.read.message)] : []),
      ...(policy && !scanner ? ['The profile demands a scan for vulnerabilities, and the family names no scanner.'] : []),
      ...(verdict?.reasons ?? []),
      ...fixes
        .filter(({ proven }) => !proven)
        .map(({ fix, evidence }) => `What the release was to fix is not: ${fix}. ${evidence}`),
    ],
  }
}

type Scanner = NonNullable<Family['verify']['vulnerabilities']>

async function runScanner(
  { exec, signal, log }: Examiner,
  target: SshTarget,
  { format, command, timeoutMs }: Scanner,
): Promise<{ readonly read: ReadVulnerabilities; readonly raw: string | undefined }> {
  log('looking for known vulnerabilities')
  const outcome = await remote(exec, target, `${asRoot(command)}\n`, { timeoutMs, signal })
  if (outcome.ok) return { read: readVulnerabilities(format, outcome.stdout), raw: outcome.stdout }
  const why = outcome.timedOut ? 'it gave no answer in time' : outcome.stderr.trim().split('\n').at(-1) || outcome.message
  return { read: { ok: false, message: `the vulnerability scanner did not run: ${why}` }, raw: undefined }
}

async function prove(
  examiner: Examiner,
  target: SshTarget,
  family: Family,
  written: string,
  scan: VulnerabilityScan | undefined,
): Promise<FixProof> {
  const fix = parseFix(written)
  if (fix === undefined)
    return { fix: written, proven: false, evidence: 'It is neither a vulnerability nor a package and its version.' }
  return proveFix(
    fix,
    fix.kind === 'package' ? await installedState(examiner, target, family, fix.package, fix.atLeast) : undefined,
    scan,
  )
}

async function installedState(
  { exec, signal }: Examiner,
  target: SshTarget,
  family: Family,
  name: string,
  atLeast: string,
): Promise<InstalledState | undefined> {
  const script = packageQuestions(family).installedState(quoted(name), quoted(atLeast))
  const outcome = await remote(exec, target, script, { timeoutMs: 30_000, signal })
  const [word, version] = outcome.stdout.trim().split(' ')
  if (!outcome.ok) return undefined
  if (word === 'absent') return { installed: false }
  if ((word !== 'new' && word !== 'old') || version === undefined) return undefined
  return { installed: true, version, newEnough: word === 'new' }
}

// What a scan left behind: the scanner's own results, and how and where they came about.

import type { ScanResult } from '../verdict/status.ts'

/** One rule's result as the scanner wrote it. */
export interface RuleResult {
  /** Full XCCDF ID. */
  readonly rule: string
  readonly result: ScanResult
  /** The scanner's remarks, one line each; empty mostly. */
  readonly messages: readonly string[]
}

export interface ScanResults {
  /** ID of the XCCDF profile that was evaluated. */
  readonly profile: string
  /** The scanner's CPE name: `cpe:/a:redhat:openscap:1.4.2`. */
  readonly testSystem: string
  readonly rules: readonly RuleResult[]
}

/** How the scan was made; written in the machine beside the results. */
export interface ScanFacts {
  /** `plain`: unmodified oscap on the whole machine. `fast`: with the system bus hidden; never gates. */
  readonly method: 'plain' | 'fast'
  readonly scanner: string
  readonly contentSha256: string
  readonly profile: string
  readonly environment: 'container' | 'virtual-machine'
  readonly startedAtMs: number
  readonly durationMs: number
  readonly system: string
  readonly kernel: string
}

export interface Scan {
  readonly facts: ScanFacts
  readonly results: ScanResults
  /** What was found on the machine, in words, by full rule ID; empty where the scan kept no more than its results. */
  readonly found: ReadonlyMap<string, readonly string[]>
}

/** Whether a control of ours is met on the machine, and if not, why. */
export interface ControlResult {
  readonly control: string
  readonly met: boolean
  readonly message: string
}

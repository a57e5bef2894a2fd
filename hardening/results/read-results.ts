// Reads XCCDF results (alone or inside an ARF) that may be truncated, huge or hostile: never a pass out of a broken file.

import { plainStatus, type ScanResult, scanResults, statuses } from '../verdict/status.ts'
import { Malformed, parseStrict, type XmlReader } from './parse-strict.ts'
import type { RuleResult, ScanResults } from './scan.ts'

export type ReadResults =
  | { readonly ok: true; readonly results: ScanResults }
  /** `message`: one sentence on what is wrong with the file. */
  | { readonly ok: false; readonly message: string }

/** Far above what any content needs; a file beyond these is refused, not cut. */
export const limits = {
  characters: 256 * 1024 * 1024,
  rules: 20_000,
  messages: 20,
  messageCharacters: 2_000,
} as const

export function readResults(xml: string): ReadResults {
  if (xml.length > limits.characters)
    return { ok: false, message: `the scan results are larger than ${limits.characters} characters` }
  const reader = new ResultsReader()
  try {
    parseStrict(xml, reader)
    return { ok: true, results: reader.results() }
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, message: `the scan results cannot be read: ${error.message}` }
    throw error
  }
}

interface OpenResult {
  rule: string
  result: ScanResult | undefined
  messages: string[]
}

class ResultsReader implements XmlReader {
  private testResults = 0
  private inTestResult = false
  private profile = ''
  private testSystem = ''
  private readonly rules = new Map<string, RuleResult>()
  private rule: OpenResult | undefined
  private gathered: string | undefined

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'TestResult') this.openTestResult(attributes)
    if (!this.inTestResult) return
    if (name === 'profile') this.profile = attributes.idref ?? ''
    if (name === 'rule-result') this.rule = { rule: attributes.idref ?? '', result: undefined, messages: [] }
    if (this.rule && (name === 'result' || name === 'message')) this.gathered = ''
  }

  text(piece: string): void {
    if (this.gathered !== undefined && this.gathered.length < limits.messageCharacters) this.gathered += piece
  }

  close(name: string): void {
    if (name === 'TestResult') this.inTestResult = false
    if (this.rule === undefined) return
    if (name === 'result') this.rule.result = this.scanResult(this.taken())
    if (name === 'message' && this.rule.messages.length < limits.messages) this.rule.messages.push(this.taken())
    if (name === 'rule-result') this.keep(this.rule)
  }

  results(): ScanResults {
    if (this.testResults === 0) throw new Malformed('there is no TestResult in it')
    if (this.rules.size === 0) throw new Malformed('there is no rule in it')
    return { profile: this.profile, testSystem: this.testSystem, rules: [...this.rules.values()] }
  }

  private openTestResult(attributes: Readonly<Record<string, string>>): void {
    this.testResults += 1
    if (this.testResults > 1) throw new Malformed('there is more than one TestResult in it')
    this.inTestResult = true
    this.testSystem = attributes['test-system'] ?? ''
  }

  private taken(): string {
    const text = (this.gathered ?? '').slice(0, limits.messageCharacters).replace(/\s+/g, ' ').trim()
    this.gathered = undefined
    return text
  }

  private scanResult(written: string): ScanResult {
    const known = scanResults.find((result) => result === written)
    if (known === undefined) throw new Malformed(`${JSON.stringify(written.slice(0, 40))} is not a result`)
    return known
  }

  private keep(open: OpenResult): void {
    this.rule = undefined
    if (open.rule === '') throw new Malformed('a rule-result names no rule')
    if (open.result === undefined) throw new Malformed(`${open.rule} has no result`)
    if (this.rules.size >= limits.rules) throw new Malformed(`there are more than ${limits.rules} rules in it`)
    const before = this.rules.get(open.rule)
    // A rule checked several times (one instance each) is as good as its worst instance.
    if (before === undefined || isWorse(open.result, before.result)) {
      this.rules.set(open.rule, { rule: open.rule, result: open.result, messages: open.messages })
    }
  }
}

function isWorse(a: ScanResult, b: ScanResult): boolean {
  return statuses.indexOf(plainStatus[a]) < statuses.indexOf(plainStatus[b])
}

// The report as SARIF 2.1.0 (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as code scanning takes it.

import { createHash } from 'node:crypto'
import { oneLine } from '../text/plain-text.ts'
import type { Status } from '../verdict/status.ts'
import type { JudgedVulnerability } from '../vulnerabilities/vulnerability.ts'
import type { Report, ReportRule } from './report.ts'

type Level = 'error' | 'warning' | 'note' | 'none'

interface SarifResult {
  readonly ruleId: string
  readonly kind: 'pass' | 'fail' | 'open' | 'notApplicable' | 'informational'
  readonly level: Level
  readonly message: string
  /** Why it is set aside: a waiver, or an entry of the register of disagreements. */
  readonly suppressed?: string
}

/** GitHub takes 1,024 characters in a rule's short description and message. */
const longestText = 1_000

/** Section 3.27.9: what a result of that status says. A status that is not met is never of kind `pass`. */
const kinds = {
  failed: 'fail',
  error: 'open',
  unknown: 'open',
  waived: 'fail',
  disputed: 'fail',
  'not-judged': 'open',
  'not-checked': 'open',
  deselected: 'notApplicable',
  'not-applicable': 'notApplicable',
  informational: 'informational',
  fixed: 'pass',
  passed: 'pass',
} as const satisfies Record<Status, SarifResult['kind']>

export function renderSarif(report: Report): string {
  const results = [
    ...report.rules.map((rule) => ofRule(report, rule)),
    ...report.controls.filter(({ met }) => !met).map(({ control, message }) => failing(`control/${control}`, 'error', message)),
    ...(report.vulnerabilities?.found ?? []).map(ofVulnerability),
    ...(report.fixes ?? []).filter(({ proven }) => !proven).map(({ fix, evidence }) => failing(`fix/${fix}`, 'error', evidence)),
  ]
  const rules = descriptors(report)
  const indexes = new Map(rules.map(({ id }, index) => [id, index]))
  const run = {
    tool: {
      driver: {
        name: 'drover',
        rules,
        properties: {
          scanner: report.scans.map(({ name, facts }) => `${name}: oscap ${facts.scanner} (${facts.method})`),
          content: report.content.title,
          contentSha256: report.content.sha256,
        },
      },
    },
    automationDetails: {
      id: `hardening/${report.subject.family}/${report.subject.images[0]?.architecture ?? 'none'}/${report.subject.release}`,
    },
    columnKind: 'utf16CodeUnits',
    results: results.map((result) => written(report, result, indexes.get(result.ruleId))),
    properties: { release: report.subject.release, verdict: report.verdict.outcome },
  }
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }
  return `${JSON.stringify(log, undefined, 2)}\n`
}

function descriptors(report: Report) {
  return [
    ...report.rules.map((rule) => ({
      id: rule.id,
      name: rule.name,
      shortDescription: { text: textOf(rule.title) },
      fullDescription: { text: textOf(rule.description || rule.title) },
      help: { text: textOf(rule.rationale || rule.title) },
      defaultConfiguration: { level: levelOf(rule) },
      properties: { tags: ['security', ...rule.cis.map((section) => `CIS ${section}`)] },
    })),
    ...unique([
      ...report.controls.filter(({ met }) => !met).map(({ control }) => `control/${control}`),
      ...(report.vulnerabilities?.found ?? []).map(({ id }) => id),
      ...(report.fixes ?? []).filter(({ proven }) => !proven).map(({ fix }) => `fix/${fix}`),
    ]).map((id) => ({ id, shortDescription: { text: textOf(id) } })),
  ]
}

function ofRule(report: Report, rule: ReportRule): SarifResult {
  const kind = kinds[rule.status]
  const found = rule.found?.length ? ` Found: ${rule.found.join('; ')}` : ''
  const waiver = rule.status === 'waived' ? report.waivers.find(({ name }) => name === rule.name) : undefined
  const dispute = rule.status === 'disputed' ? report.disagreements.find(({ name }) => name === rule.name) : undefined
  const suppressed = waiver
    ? `${waiver.reason} (waived by ${waiver.owner} until ${waiver.expires}${waiver.ticket ? `, ${waiver.ticket}` : ''})`
    : dispute && `${dispute.reason} (checked: ${dispute.checked}; ${dispute.owner})`
  return {
    ruleId: rule.id,
    kind,
    // Section 3.27.10: a level other than none belongs to a failure only.
    level: kind === 'fail' ? levelOf(rule) : 'none',
    message: `${rule.title}: ${rule.status}. ${rule.reason}${found}`,
    ...(suppressed && { suppressed }),
  }
}

function ofVulnerability(found: JudgedVulnerability): SarifResult {
  const fixed = found.fixedVersion ? `fixed in ${found.fixedVersion}` : 'no fix yet'
  const message = `${found.id} in ${found.package} ${found.installedVersion}, ${found.severity}, ${fixed}: ${found.status}`
  const level = found.status === 'refused' ? 'error' : found.status === 'waived' ? 'warning' : 'note'
  const { waiver } = found
  return {
    ...failing(found.id, level, message),
    ...(waiver && { suppressed: `${waiver.reason} (waived by ${waiver.owner} until ${waiver.expires})` }),
  }
}

function failing(ruleId: string, level: Level, message: string): SarifResult {
  return { ruleId, kind: 'fail', level, message }
}

function written(report: Report, result: SarifResult, ruleIndex: number | undefined) {
  const { subject } = report
  return {
    ruleId: result.ruleId,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    kind: result.kind,
    level: result.level,
    message: { text: textOf(result.message) },
    // Code scanning wants a place in the repository; what an image fails is decided by its family's configuration.
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: 'drover.yaml' }, region: { startLine: 1 } },
        logicalLocations: [
          { fullyQualifiedName: `${subject.family}/${subject.images[0]?.architecture ?? 'none'}`, kind: 'resource' },
        ],
      },
    ],
    // The same finding of the next release is the same finding.
    partialFingerprints: { 'drover/v1': digest(`${subject.family} ${result.ruleId}`) },
    ...(result.suppressed && {
      suppressions: [{ kind: 'external', status: 'accepted', justification: textOf(result.suppressed) }],
    }),
  }
}

function levelOf({ severity }: ReportRule): Level {
  return severity === 'high' ? 'error' : severity === 'low' ? 'note' : 'warning'
}

function textOf(text: string): string {
  const line = oneLine(text)
  return line.length > longestText ? `${line.slice(0, longestText - 1)}…` : line || '-'
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)]
}

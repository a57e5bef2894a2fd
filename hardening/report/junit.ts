// The report as JUnit XML, the dialect of Jenkins (https://github.com/jenkinsci/xunit-plugin, junit-10.xsd) that CI servers read.

import { escapeXml, oneLine } from '../text/plain-text.ts'
import type { Status } from '../verdict/status.ts'
import type { Report, ReportRule } from './report.ts'

type Outcome = 'passed' | 'failure' | 'error' | 'skipped'

interface Case {
  readonly name: string
  readonly outcome: Outcome
  readonly message: string
  readonly detail: string
}

/** What is set aside is skipped with its reason: never passed, and it breaks no build. */
const outcomes = {
  failed: 'failure',
  error: 'error',
  unknown: 'error',
  waived: 'skipped',
  disputed: 'skipped',
  'not-judged': 'skipped',
  'not-checked': 'skipped',
  deselected: 'skipped',
  'not-applicable': 'skipped',
  informational: 'skipped',
  fixed: 'passed',
  passed: 'passed',
} as const satisfies Record<Status, Outcome>

export function renderJunit(report: Report): string {
  const { family, release, images } = report.subject
  const suite = (name: string, cases: readonly Case[]): string =>
    cases.length === 0 ? '' : suiteOf(`${family} ${release} ${images[0]?.architecture ?? ''}: ${name}`, report.madeAtMs, cases)
  const suites = [
    suite('verdict', [verdictCase(report)]),
    suite('rules', report.rules.map(ruleCase)),
    suite(
      'controls',
      report.controls.map(({ control, met, message }) => plainCase(control, met, message)),
    ),
    suite(
      'vulnerabilities',
      (report.vulnerabilities?.found ?? []).map(({ id, package: name, installedVersion, severity, status, waiver }) => ({
        name: `${id} in ${name} ${installedVersion}`,
        outcome: status === 'refused' ? 'failure' : 'skipped',
        message: `${severity}, ${status}`,
        detail: waiver?.reason ?? '',
      })),
    ),
    suite(
      'fixes',
      (report.fixes ?? []).map(({ fix, proven, evidence }) => plainCase(fix, proven, evidence)),
    ),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${attribute(`${release} hardening`)}">\n${suites.join('')}</testsuites>\n`
}

/** The gate itself, so that a build fails for what is in no single rule: a score too low, an expired waiver. */
function verdictCase({ verdict }: Report): Case {
  const passed = verdict.outcome === 'pass'
  return {
    name: 'verdict',
    outcome: passed ? 'passed' : 'failure',
    message: passed ? '' : `${verdict.reasons.length} reasons against the image`,
    detail: verdict.reasons.join('\n'),
  }
}

function ruleCase(rule: ReportRule): Case {
  const found = (rule.found ?? []).map((line) => `found: ${line}`)
  return {
    name: `${rule.cis.length > 0 ? `${rule.cis.join(' ')} ` : ''}${rule.name}`,
    outcome: outcomes[rule.status],
    message: `${rule.status}: ${rule.reason || rule.title}`,
    detail: [rule.title, ...found].join('\n'),
  }
}

function plainCase(name: string, met: boolean, message: string): Case {
  return { name, outcome: met ? 'passed' : 'failure', message, detail: '' }
}

function suiteOf(name: string, madeAtMs: number, cases: readonly Case[]): string {
  const number = (outcome: Outcome): number => cases.filter((one) => one.outcome === outcome).length
  const facts = [
    `name="${attribute(name)}"`,
    `tests="${cases.length}"`,
    `failures="${number('failure')}"`,
    `errors="${number('error')}"`,
    `skipped="${number('skipped')}"`,
    'time="0"',
    `timestamp="${new Date(madeAtMs).toISOString().slice(0, 19)}"`,
  ]
  return `  <testsuite ${facts.join(' ')}>\n${cases.map((one) => caseOf(name, one)).join('')}  </testsuite>\n`
}

function caseOf(suite: string, { name, outcome, message, detail }: Case): string {
  const open = `    <testcase classname="${attribute(suite)}" name="${attribute(name)}" time="0"`
  if (outcome === 'passed') return `${open}/>\n`
  if (outcome === 'skipped') return `${open}><skipped message="${attribute(message)}"/></testcase>\n`
  const text = escapeXml(detail)
  return `${open}><${outcome} message="${attribute(message)}" type="${outcome}">${text}</${outcome}></testcase>\n`
}

function attribute(text: string): string {
  return escapeXml(oneLine(text))
}

// The report as CSV (RFC 4180) for auditors: one row a rule, control, vulnerability, fix or package, told apart by `kind`.

import { oneLine } from '../text/plain-text.ts'
import type { Report } from './report.ts'

const columns = [
  'family',
  'release',
  'image',
  'kind',
  'cis',
  'name',
  'title',
  'severity',
  'status',
  'reason',
  'found',
  'before',
  'after',
  'remediated by',
  'judged on',
  'owner',
  'expires',
  'days left',
  'ticket',
  'checked',
  'version',
  'fixed in',
] as const

type Row = Partial<Record<(typeof columns)[number], string | number | undefined>>

export function renderCsv(report: Report): string {
  const { family, release, images } = report.subject
  const image = images.map(({ imageId, region }) => `${imageId} ${region}`).join(' ')
  const rows = [...ruleRows(report), ...otherRows(report)].map((row) => ({ family, release, image, ...row }))
  const lines = [columns.map(cell), ...rows.map((row: Row) => columns.map((column) => cell(String(row[column] ?? ''))))]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

function ruleRows(report: Report): readonly Row[] {
  return report.rules.map((rule) => {
    const waiver = report.waivers.find(({ name }) => name === rule.name)
    const dispute = report.disagreements.find(({ name }) => name === rule.name)
    return {
      kind: 'rule',
      cis: rule.cis.join(' '),
      name: rule.name,
      title: rule.title,
      severity: rule.severity,
      status: rule.status,
      reason: rule.reason,
      found: rule.found?.join('; '),
      before: rule.before,
      after: rule.after,
      'remediated by': rule.remediatedBy,
      'judged on': rule.judgedOn,
      owner: waiver?.owner ?? dispute?.owner,
      expires: waiver?.expires,
      'days left': waiver?.daysLeft,
      ticket: waiver?.ticket,
      checked: dispute && `${dispute.checked} (content ${dispute.contentVersion})`,
    }
  })
}

function otherRows({ controls, vulnerabilities, fixes, inventory }: Report): readonly Row[] {
  return [
    ...controls.map(({ control, met, message }) => ({
      kind: 'control',
      name: control,
      status: met ? 'passed' : 'failed',
      reason: message,
    })),
    ...(vulnerabilities?.found ?? []).map((found) => ({
      kind: 'vulnerability',
      name: found.id,
      title: found.package,
      severity: found.severity,
      status: found.status,
      version: found.installedVersion,
      'fixed in': found.fixedVersion,
      reason: found.waiver?.reason,
      owner: found.waiver?.owner,
      expires: found.waiver?.expires,
      ticket: found.waiver?.ticket,
    })),
    ...(fixes ?? []).map(({ fix, proven, evidence }) => ({
      kind: 'fix',
      name: fix,
      status: proven ? 'proven' : 'not proven',
      reason: evidence,
    })),
    ...(inventory?.packages ?? []).map(({ name, version, tracedTo }) => ({
      kind: 'package',
      name,
      version,
      reason: tracedTo,
      status: tracedTo === undefined ? 'untraced' : 'traced',
    })),
  ]
}

/** Quoted always; a text that a spreadsheet would take for a formula (OWASP, CSV injection) is made text by an apostrophe. */
function cell(text: string): string {
  const line = oneLine(text)
  return `"${(/^[=+\-@]/.test(line) ? `'${line}` : line).replaceAll('"', '""')}"`
}

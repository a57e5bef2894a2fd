// One control of one release: what an auditor asks a year later, by section number or by the rule's name.

import { nearest, type Problem } from '../../pipeline/kernel/index.ts'
import { oneLine } from '../text/plain-text.ts'
import type { Status } from '../verdict/status.ts'
import type { Report, ReportDisagreement, ReportRule, ReportWaiver } from './report.ts'

export interface ControlAnswer {
  readonly release: string
  /** Several where one section of the benchmark is checked by several rules. */
  readonly rules: readonly AnsweredRule[]
}

export interface AnsweredRule extends ReportRule {
  readonly waiver?: ReportWaiver
  readonly disagreement?: ReportDisagreement
  /** Oldest first, the release asked about included; `absent` where the rule was not demanded. */
  readonly history: readonly { readonly release: string; readonly status: Status | 'absent' }[]
}

export type Answered = { readonly ok: true; readonly answer: ControlAnswer } | { readonly ok: false; readonly problem: Problem }

/** `control`: a section (`5.2.8`), a rule's short name or its full ID. `history`: reports of the same family, oldest first. */
export function answerControl(report: Report, control: string, history: readonly Report[]): Answered {
  const rules = report.rules.filter(({ id, name, cis }) => id === control || name === control || cis.includes(control))
  const { release } = report.subject
  if (rules.length === 0) {
    const known = [...new Set(report.rules.flatMap(({ name, cis }) => [...cis, name]))]
    const guess = nearest(control, known)
    const message = `the report of ${release} has no control ${control}`
    const hint = guess ? `Did you mean ${guess}?` : 'Name a section of the benchmark (5.2.8) or a rule (sshd_set_keepalive).'
    return { ok: false, problem: { code: 'unknown-rule', message, hint } }
  }
  return { ok: true, answer: { release, rules: rules.map((rule) => answered(report, rule, history)) } }
}

/** For a terminal: nothing of a scanner's text can be a control sequence. */
export function controlLines({ release, rules }: ControlAnswer): readonly string[] {
  return rules.flatMap((rule) => [
    `${release}: ${[...rule.cis.map((section) => `CIS ${section}`), rule.name].join(', ')}`,
    ...labelled('title', rule.title),
    ...labelled('status', [rule.status, rule.reason].filter((text) => text !== '').join(': ')),
    ...(rule.found ?? []).flatMap((line) => labelled('found', line)),
    ...labelled('before', [rule.before, rule.after].map((status) => status ?? 'not known').join(', after hardening ')),
    ...labelled('remedied', rule.remediatedBy),
    ...labelled('judged on', rule.judgedOn),
    ...labelled('waiver', rule.waiver && waiverText(rule.waiver)),
    ...labelled('disputed', rule.disagreement && `${rule.disagreement.reason} Checked: ${rule.disagreement.checked}`),
    ...labelled('demands', rule.description),
    ...labelled('because', rule.rationale),
    ...labelled('history', rule.history.map((then) => `${then.release} ${then.status}`).join(', ')),
  ])
}

function answered(report: Report, rule: ReportRule, history: readonly Report[]): AnsweredRule {
  const waiver = report.waivers.find(({ name }) => name === rule.name)
  const disagreement = report.disagreements.find(({ name }) => name === rule.name)
  return {
    ...rule,
    ...(waiver && { waiver }),
    ...(disagreement && { disagreement }),
    history: history.map(({ subject, rules }) => ({
      release: subject.release,
      status: rules.find(({ id }) => id === rule.id)?.status ?? 'absent',
    })),
  }
}

function waiverText({ reason, owner, expires, daysLeft, ticket }: ReportWaiver): string {
  const left = daysLeft < 0 ? 'expired' : `${daysLeft} days left when it was judged`
  return `${reason} ${owner}, until ${expires} (${left})${ticket ? `, ${ticket}` : ''}`
}

function labelled(label: string, text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : [`  ${label.padEnd(9)}  ${oneLine(text)}`]
}

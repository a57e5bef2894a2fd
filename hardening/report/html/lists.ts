// The lists a reviewer reads first: what fails, what is waived, what could not be judged, and our own controls.

import type { Status } from '../../verdict/status.ts'
import { type BootDifference, bootDifferences } from '../boot-differences.ts'
import type { Report, ReportDisagreement, ReportRule, ReportWaiver } from '../report.ts'
import { html, type Markup, nothing } from './markup.ts'
import { daysBadge, section } from './parts.ts'

export function failingList(report: Report): Markup {
  const open = report.rules.filter((rule) => ['failed', 'error', 'unknown'].includes(rule.status))
  if (open.length === 0) {
    return section(
      'failing',
      'Left failing',
      html`<p class="note">No rule is left failing: each is met, waived below, or listed as not judged.</p>`,
    )
  }
  return section(
    'failing',
    `Left failing (${open.length})`,
    html`<p class="note">Neither met nor waived on the fresh machine.</p><ul class="rules">${open.map((rule) => ruleLine(rule))}</ul>`,
  )
}

export function waiverTable(report: Report): Markup {
  if (report.waivers.length === 0) return nothing
  const byExpiry = [...report.waivers].sort((a, b) => (a.expires < b.expires ? -1 : a.expires > b.expires ? 1 : 0))
  return section(
    'waivers',
    `Waivers (${byExpiry.length})`,
    html`<p class="note">Knowingly not met. A waiver counts against the score, and refuses the gate once it has expired.</p>
<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Rule</th><th scope="col">Reason</th><th scope="col">Owner</th><th scope="col">Until</th><th scope="col">Now</th></tr></thead>
<tbody>${byExpiry.map(waiverRow)}</tbody></table></div>`,
  )
}

function waiverRow(waiver: ReportWaiver): Markup {
  return html`<tr><th scope="row" class="wide">${ruleLink(waiver.name)}</th><td class="wide">${waiver.reason}${waiver.ticket === undefined ? nothing : html` <span class="ticket">${waiver.ticket}</span>`}</td>
<td data-label="owner">${waiver.owner}</td><td class="until" data-label="until"><span class="nowrap">${waiver.expires}</span> ${daysBadge(waiver.daysLeft)}</td><td>${badge(waiver.status)}</td></tr>`
}

export function disagreementTable(report: Report): Markup {
  if (report.disagreements.length === 0) return nothing
  return section(
    'disagreements',
    `The register of disagreements (${report.disagreements.length})`,
    html`<p class="note">Here the scanner is wrong, and somebody has checked that. Such a rule counts against the score like a waived one, and an entry holds only for the content it was checked with.</p>
<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Rule</th><th scope="col">Why the scanner is wrong</th><th scope="col">How it was checked</th><th scope="col">Owner</th><th scope="col">Content</th><th scope="col">Now</th></tr></thead>
<tbody>${report.disagreements.map(disagreementRow)}</tbody></table></div>`,
  )
}

function disagreementRow(entry: ReportDisagreement): Markup {
  return html`<tr><th scope="row" class="wide">${ruleLink(entry.name)}</th><td class="wide">${entry.reason}</td><td class="wide">${entry.checked}</td>
<td data-label="owner">${entry.owner}</td><td data-label="content">${entry.contentVersion}${entry.holds ? nothing : html` <span class="left expired">holds no more</span>`}</td><td>${badge(entry.status)}</td></tr>`
}

/** What first boot changed, what it undid first; nothing when the bake's scan is not part of the report. `link`: how a rule is named. */
export function bootDifferenceTable(
  report: Report,
  link: (difference: BootDifference) => Markup = ({ name }) => ruleLink(name),
): Markup {
  if (!report.scans.some(({ name }) => name === 'after')) return nothing
  const differences = bootDifferences(report)
  const undone = differences.filter((one) => one.undone).length
  const note =
    differences.length === 0
      ? 'Every rule that both scans answered came out the same on the booted machine as at the end of the bake.'
      : `Rules that came out otherwise on the booted machine than at the end of the bake; ${undone} of them met before and not any more. Rules that either scan had no answer for are left out.`
  return section(
    'boot',
    `What first boot changed (${differences.length})`,
    html`<p class="note">${note}</p>${
      differences.length === 0
        ? nothing
        : html`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Rule</th><th scope="col">After hardening</th><th scope="col">Fresh machine</th></tr></thead>
<tbody>${differences.map((one) => html`<tr><th scope="row" class="wide">${link(one)}</th><td data-label="after">${badge(one.atBake)}</td><td data-label="fresh">${badge(one.booted)}</td></tr>`)}</tbody></table></div>`
    }`,
  )
}

/** Grouped by reason: a reason is read once, the rules below it. */
export function notJudgedList(report: Report): Markup {
  const rules = report.rules.filter((rule) => rule.status === 'not-judged')
  if (rules.length === 0) return nothing
  const groups = new Map<string, ReportRule[]>()
  for (const rule of rules) groups.set(rule.reason, [...(groups.get(rule.reason) ?? []), rule])
  return section(
    'not-judged',
    `Not judged (${rules.length})`,
    html`<p class="note">This machine cannot answer these rules, whatever the scanner wrote. They are outside the score and wait for a machine that can.</p>
<dl class="groups">${[...groups].map(
      ([reason, members]) =>
        html`<dt>${reason}</dt><dd><ul class="names">${members.map((rule) => html`<li>${ruleLink(rule.name)}</li>`)}</ul></dd>`,
    )}</dl>`,
  )
}

export function plainList(report: Report, status: Status, title: string, note: string): Markup {
  const rules = report.rules.filter((rule) => rule.status === status)
  if (rules.length === 0) return nothing
  return section(
    status,
    `${title} (${rules.length})`,
    html`<p class="note">${note}</p><ul class="rules">${rules.map((rule) => ruleLine(rule))}</ul>`,
  )
}

export function controlList(report: Report): Markup {
  if (report.controls.length === 0) return nothing
  return section(
    'controls',
    `Controls of our own (${report.controls.length})`,
    html`<p class="note">Where the public content's fix is wrong or missing. Checked on the fresh machine; not part of the score, but each must be met.</p>
<ul class="rules">${report.controls.map(
      (control) =>
        html`<li><span class="rule-name">${control.control}</span> ${badge(control.met ? 'passed' : 'failed', control.met ? 'met' : 'not met')} ${control.message}</li>`,
    )}</ul>`,
  )
}

export function badge(status: Status, label: string = status.replace('-', ' ')): Markup {
  return html`<span class="status ${status}">${label}</span>`
}

function ruleLine(rule: ReportRule): Markup {
  return html`<li>${badge(rule.status)} ${ruleLink(rule.name)} <span class="rule-title">${rule.title}</span>${rule.reason === '' ? nothing : html`<span class="why">${rule.reason}</span>`}</li>`
}

function ruleLink(name: string): Markup {
  return html`<a class="rule-name" href="#rule-${name}">${name}</a>`
}

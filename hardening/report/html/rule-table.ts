// Every rule, with what became of it in each scan; can be searched and filtered, and linked to one by one.

import { type Status, statuses, statusFacts } from '../../verdict/status.ts'
import type { Report, ReportRule } from '../report.ts'
import { badge } from './lists.ts'
import { html, type Markup, nothing } from './markup.ts'

export function ruleTable(report: Report): Markup {
  const present = statuses.filter((status) => report.rules.some((rule) => rule.status === status))
  const earlier = report.scans.length > 1
  return html`<section aria-labelledby="rules"><h2 id="rules">Every rule (${report.rules.length})</h2>
<form class="filters" role="search" hidden>
<label>Search <input id="search" type="search" placeholder="sshd, 5.1.20, password…" autocomplete="off"></label>
<label>Status <select id="status"><option value="">all</option>${present.map((status) => html`<option value="${status}">${statusFacts[status].label}</option>`)}</select></label>
<label>Severity <select id="severity"><option value="">all</option><option>high</option><option>medium</option><option>low</option><option>unknown</option></select></label>
${earlier ? html`<label class="check"><input id="changed" type="checkbox"> changed by hardening</label>` : nothing}
<output id="shown" aria-live="polite"></output>
</form>
<div class="scroll"><table class="every stacked">
<thead><tr><th scope="col">CIS</th><th scope="col">Rule</th><th scope="col">Severity</th>${earlier ? html`<th scope="col">Before</th><th scope="col">After</th>` : nothing}<th scope="col">Fresh machine</th></tr></thead>
<tbody>${report.rules.map((rule) => row(rule, earlier))}</tbody></table></div></section>`
}

function row(rule: ReportRule, earlier: boolean): Markup {
  const changed = rule.before !== undefined && rule.before !== rule.status
  return html`<tr id="rule-${rule.name}" data-status="${rule.status}" data-severity="${rule.severity}" data-changed="${String(changed)}">
<td class="cis">${rule.cis.join(', ')}</td>
<td class="wide"><details><summary><span class="rule-title">${rule.title}</span> <code>${rule.name}</code></summary>${details(rule)}</details></td>
<td><span class="severity ${rule.severity}">${rule.severity}</span></td>
${earlier ? html`<td data-label="before">${earlierBadge(rule.before)}</td><td data-label="after">${earlierBadge(rule.after)}</td>` : nothing}<td data-label="fresh">${badge(rule.status)}</td></tr>
`
}

function earlierBadge(status: Status | undefined): Markup {
  return status === undefined ? html`<span class="none">–</span>` : badge(status)
}

function details(rule: ReportRule): Markup {
  return html`${paragraph('Here', rule.reason)}${paragraph('Met by', rule.remediatedBy ?? '')}${judgedOn(rule)}${foundList(rule.found)}${paragraph('Demands', rule.description)}${paragraph('Why', rule.rationale)}`
}

function judgedOn({ judgedOn }: ReportRule): Markup {
  return judgedOn === undefined ? nothing : paragraph('Judged on', judgedOn)
}

function foundList(found: readonly string[] | undefined): Markup {
  if (found === undefined) return nothing
  return html`<p><strong>Found:</strong></p><ul class="found">${found.map((line) => html`<li><code>${line}</code></li>`)}</ul>`
}

function paragraph(title: string, text: string): Markup {
  return text === '' ? nothing : html`<p><strong>${title}:</strong> ${text}</p>`
}

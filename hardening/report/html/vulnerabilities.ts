// Known vulnerabilities as the gate judged them, and the proof of what the release was to fix.

import type { JudgedVulnerability } from '../../vulnerabilities/vulnerability.ts'
import type { Report } from '../report.ts'
import { html, type Markup, nothing } from './markup.ts'
import { section } from './parts.ts'

const order = ['refused', 'waived', 'accepted'] as const

export function vulnerabilitySection({ vulnerabilities }: Report): Markup {
  if (vulnerabilities === undefined) return nothing
  const { scanner, dataFrom, found } = vulnerabilities
  const sorted = order.flatMap((status) => found.filter((one) => one.status === status))
  const age = dataFrom === undefined ? '' : `, data of ${dataFrom.slice(0, 16).replace('T', ' ')}`
  const note = html`<p class="note">As ${scanner} found them on the fresh machine${age}. Accepted ones are below what the profile refuses, or have no fix yet.</p>`
  const table = html`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Vulnerability</th><th scope="col">Package</th><th scope="col">Severity</th><th scope="col">Fixed in</th><th scope="col">The gate</th></tr></thead>
<tbody>${sorted.map(row)}</tbody></table></div>`
  return section(
    'vulnerabilities',
    `Known vulnerabilities (${found.length})`,
    html`${note}${found.length === 0 ? nothing : table}`,
  )
}

export function fixSection({ fixes }: Report): Markup {
  if (fixes === undefined) return nothing
  const items = fixes.map(
    ({ fix, proven, evidence }) =>
      html`<li><span class="rule-name">${fix}</span> <span class="status ${proven ? 'passed' : 'failed'}">${proven ? 'proven' : 'not proven'}</span> ${evidence}</li>`,
  )
  return section('fixes', `What this release was to fix (${fixes.length})`, html`<ul class="rules">${items}</ul>`)
}

function row({ id, package: name, installedVersion, severity, fixedVersion, status, waiver }: JudgedVulnerability): Markup {
  const colour = { refused: 'failed', waived: 'waived', accepted: 'informational' }[status]
  const reason = waiver ? html` ${waiver.reason} (${waiver.owner}, until ${waiver.expires})` : nothing
  return html`<tr><th scope="row">${id}</th><td data-label="package">${name} ${installedVersion}</td><td data-label="severity">${severity}</td>
<td data-label="fixed in">${fixedVersion ?? 'no fix yet'}</td><td class="wide"><span class="status ${colour}">${status}</span>${reason}</td></tr>`
}

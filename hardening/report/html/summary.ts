// The top of the page: which image, pass or refuse, the score of each scan, and how the rules are spread.

import { type Counts, countOf } from '../../verdict/counts.ts'
import { type Status, statuses, statusFacts } from '../../verdict/status.ts'
import type { Report, ReportScan } from '../report.ts'
import { html, type Markup } from './markup.ts'
import { sentences } from './parts.ts'

export function summary(report: Report): Markup {
  const { subject, verdict } = report
  const passes = verdict.outcome === 'pass'
  return html`<header>
<p class="path">${subject.organisation} <span aria-hidden="true">/</span> ${subject.family} <span aria-hidden="true">/</span> hardening report</p>
<div class="headline">
<h1>${subject.release}</h1>
<p class="verdict ${passes ? 'pass' : 'refuse'}">${passes ? 'Passes the gate' : 'Refused by the gate'}</p>
</div>
<p class="lead">${report.profile.base}, as tailored by <em>${report.profile.title}</em>. The gate asks for at least ${verdict.minimumScorePercent} % of the applicable rules on a fresh machine.</p>
${sentences('reasons', 'Why it is refused', verdict.reasons)}
<ol class="scores">${report.scans.map(scoreCard)}</ol>
${sentences('warnings', 'To be looked at', verdict.warnings)}
</header>`
}

export function statusTable(report: Report): Markup {
  const shown = statuses.filter((status) => report.scans.some((scan) => countOf(scan.counts, status) > 0)).reverse()
  return html`<section aria-labelledby="spread"><h2 id="spread">How the rules are spread</h2>
${report.scans.map((scan) => bar(scan))}
<div class="scroll"><table class="counts">
<thead><tr><th scope="col">Status</th>${report.scans.map((scan) => html`<th scope="col" class="number">${scanTitle(scan)}</th>`)}<th scope="col">Means</th></tr></thead>
<tbody>${shown.map((status) => countRow(status, report.scans))}</tbody>
<tfoot>
<tr><th scope="row">Applicable rules</th>${report.scans.map((scan) => html`<td class="number">${scan.score.applicable}</td>`)}<td>Passed, fixed, failed, error, unknown, waived and disputed together: what the score is out of.</td></tr>
<tr><th scope="row">Score</th>${report.scans.map((scan) => html`<td class="number">${scan.score.percent.toFixed(1)} %</td>`)}<td>Passed and fixed, out of the applicable; cut off, never rounded up. A waived rule is not a passed one.</td></tr>
<tr><th scope="row">After waivers</th>${report.scans.map((scan) => html`<td class="number">${scan.scoreAfterWaivers.percent.toFixed(1)} %</td>`)}<td>The same once waived and disputed rules are set aside.</td></tr>
</tfoot></table></div></section>`
}

function scoreCard(scan: ReportScan): Markup {
  const { met, applicable, percent } = scan.score
  const method = scan.facts.method === 'plain' ? 'plain oscap' : 'oscap, fast'
  return html`<li class="${scan.name === 'fresh machine' ? 'card gate' : 'card'}"><span class="card-title">${scanTitle(scan)}</span>
<span class="percent">${percent.toFixed(1)}<small> %</small></span>
<span class="fraction">${met} of ${applicable} rules met</span>
<span class="fraction">${scan.scoreAfterWaivers.percent.toFixed(1)} % after waivers</span>
<span class="method">${method}, ${(scan.facts.durationMs / 1000).toFixed(1)} s</span></li>`
}

export function scanTitle(scan: ReportScan): string {
  return { before: 'Before hardening', after: 'After hardening', 'fresh machine': 'On a fresh machine' }[scan.name]
}

/** A stacked bar; drawn as SVG because the page's policy allows no style attributes. */
function bar(scan: ReportScan): Markup {
  const parts = spans(scan.counts)
  const total = parts.reduce((sum, part) => sum + part.width, 0)
  return html`<figure class="bar"><figcaption>${scanTitle(scan)}</figcaption>
<svg viewBox="0 0 ${total} 10" preserveAspectRatio="none" role="img" aria-label="${parts.map((part) => `${part.width} ${statusFacts[part.status].label}`).join(', ')}">${parts.map(
    (part) =>
      html`<rect class="fill ${part.status}" x="${part.x}" y="0" width="${part.width}" height="10"><title>${part.width} ${statusFacts[part.status].label}</title></rect>`,
  )}</svg></figure>`
}

function spans(counts: Counts): readonly { readonly status: Status; readonly x: number; readonly width: number }[] {
  let x = 0
  return [...statuses].reverse().flatMap((status) => {
    const width = countOf(counts, status)
    if (width === 0) return []
    const span = { status, x, width }
    x += width
    return [span]
  })
}

function countRow(status: Status, scans: readonly ReportScan[]): Markup {
  const facts = statusFacts[status]
  return html`<tr><th scope="row"><span class="status ${status}">${facts.label}</span></th>${scans.map(
    (scan) => html`<td class="number">${countOf(scan.counts, status)}</td>`,
  )}<td>${facts.meaning}</td></tr>`
}

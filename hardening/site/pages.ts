// The pages: overview, a line of images, a release, every control, one control, waivers.

import { daysLeft, warningDays } from '../profile/waiver-terms.ts'
import { listeningAndSetuid, packageTable } from '../report/html/inventory.ts'
import { badge, bootDifferenceTable } from '../report/html/lists.ts'
import { html, type Markup, nothing } from '../report/html/markup.ts'
import { daysBadge, daysText, section, sentences } from '../report/html/parts.ts'
import { fixSection, vulnerabilitySection } from '../report/html/vulnerabilities.ts'
import type { ReportRule } from '../report/report.ts'
import { statuses, statusFacts } from '../verdict/status.ts'
import { type Change, changesBetween, type RuleChange } from './changes.ts'
import { fileName, freshScan, type Line, newestOf, type SiteInput, type SiteRelease } from './site-input.ts'
import { trend } from './trend.ts'

/** A control page shows this many releases of its history, the newest first; a year of weekly ones. */
const longestHistory = 53

export function overviewBody(input: SiteInput, lines: readonly Line[]): Markup {
  return html`<h1>Hardening of ${input.organisation}’s images</h1>
<p class="lead">${lines.length === 0 ? 'No release has been verified yet.' : 'The newest verified release of each family, and how its score went. Waived and disputed rules count as not met in the first figure, and are set aside in the second.'}</p>
${sentences('warnings', 'Reports that are not here', input.unread)}
<ul class="lines">${lines.map((line) => lineCard(line))}</ul>
${waiversSoon(input, lines)}`
}

function lineCard(line: Line): Markup {
  const newest = newestOf(line)
  const { verdict, subject } = newest.report
  const scan = freshScan(newest)
  return html`<li class="card"><h2><a href="${line.slug}/index.html">${line.family} <small>${line.architecture}</small></a></h2>
<p class="verdict ${verdict.outcome}">${subject.release}: ${verdict.outcome === 'pass' ? 'passes the gate' : 'refused by the gate'}, ${newest.standing}</p>
${scan ? html`<span class="percent">${scan.score.percent.toFixed(1)}<small> %</small></span><span class="fraction">${scan.score.met} of ${scan.score.applicable} rules met; ${scan.scoreAfterWaivers.percent.toFixed(1)} % after waivers</span>` : nothing}
${trend(line)}
<ul class="links"><li><a href="${line.slug}/controls.html">Every control</a></li><li><a href="${line.slug}/${fileName(subject.release)}.html">The release</a></li></ul></li>`
}

function waiversSoon(input: SiteInput, lines: readonly Line[]): Markup {
  const soon = waiversOf(input, lines).filter((waiver) => waiver.daysLeft < warningDays)
  if (soon.length === 0) return nothing
  return section(
    'soon',
    `Waivers that end within ${warningDays} days (${soon.length})`,
    html`<p class="note"><a href="waivers.html">All waivers, by the day they end</a></p>
<ul class="rules">${soon.map(({ line, name, owner, expires, daysLeft: left }) => html`<li><a class="rule-name" href="${controlPath(line, name)}">${name}</a> ${daysBadge(left)} until ${expires}, ${owner} (${line.family})</li>`)}</ul>`,
  )
}

export function lineBody(line: Line): Markup {
  return html`<h1>${line.family} <small>${line.architecture}</small></h1>
<ul class="links"><li><a href="controls.html">Every control, with its history</a></li></ul>
${trend(line)}
${section(
  'releases',
  `Releases (${line.releases.length})`,
  html`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Release</th><th scope="col">Verified</th><th scope="col">Lane</th><th scope="col">Verdict</th><th scope="col" class="number">As measured</th><th scope="col" class="number">After waivers</th><th scope="col">Now</th></tr></thead>
<tbody>${line.releases.toReversed().map((release) => releaseRow(release))}</tbody></table></div>`,
)}`
}

function releaseRow(release: SiteRelease): Markup {
  const { report } = release
  const scan = freshScan(release)
  const percent = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(1)} %`)
  return html`<tr><th scope="row"><a href="${fileName(report.subject.release)}.html">${report.subject.release}</a></th><td data-label="verified">${day(report.madeAtMs)}</td><td data-label="lane">${release.lane}</td>
<td><span class="status ${report.verdict.outcome === 'pass' ? 'passed' : 'failed'}">${report.verdict.outcome}</span></td><td class="number" data-label="as measured">${percent(scan?.score.percent)}</td><td class="number" data-label="after waivers">${percent(scan?.scoreAfterWaivers.percent)}</td><td data-label="now">${release.standing}</td></tr>
`
}

export function releaseBody(line: Line, release: SiteRelease): Markup {
  const { report, against } = release
  const { subject, verdict } = report
  const scan = freshScan(release)
  const before = line.releases.find((one) => one.report.subject.release === against)
  return html`<p class="path"><a href="index.html">${line.family}, ${line.architecture}</a></p>
<div class="headline"><h1>${subject.release}</h1><p class="verdict ${verdict.outcome}">${verdict.outcome === 'pass' ? 'Passes the gate' : 'Refused by the gate'}</p></div>
<p class="lead">${release.lane} release, ${release.standing}, verified ${day(report.madeAtMs)}. ${scan ? `${scan.score.met} of ${scan.score.applicable} applicable rules are met: ${scan.score.percent.toFixed(1)} % as measured, ${scan.scoreAfterWaivers.percent.toFixed(1)} % after waivers.` : ''}</p>
<ul class="links"><li><a href="../reports/${line.slug}-${fileName(subject.release)}.html">The whole report</a></li><li><a href="controls.html">Every control of the family</a></li></ul>
${sentences('reasons', 'Why it is refused', verdict.reasons)}${sentences('warnings', 'To be looked at', verdict.warnings)}
${changesSection(line, before, release)}
${bootDifferenceTable(report, ({ name, undone }) => html`${controlLink(line, name)}${undone ? html` <span class="worse">undone</span>` : nothing}`)}
${driftSection(line, release)}
${vulnerabilitySection(report)}
${fixSection(report)}
${imageSection(release)}`
}

function changesSection(line: Line, before: SiteRelease | undefined, { report, against }: SiteRelease): Markup {
  if (against === undefined)
    return section(
      'changes',
      'What changed',
      html`<p class="note">No release of the family was in production before this one.</p>`,
    )
  if (before === undefined)
    return section(
      'changes',
      'What changed',
      html`<p class="note">Its report of ${against}, then in production, is not here, so nothing can be compared with it.</p>`,
    )
  const { rules, packages, ports, setuid } = changesBetween(before.report, report)
  return section(
    'changes',
    `What changed against ${against}, then in production`,
    html`<h3>Rules (${rules.length})</h3>${
      rules.length === 0
        ? html`<p class="note">Every rule has the status it had.</p>`
        : html`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Rule</th><th scope="col">Then</th><th scope="col">Now</th></tr></thead><tbody>${rules.map((change) => ruleChangeRow(line, change))}</tbody></table></div>`
    }
${changeTable('Packages', packages)}${changeTable('Listening ports', ports)}${changeTable('Programs that run as another user', setuid)}`,
  )
}

function driftSection(line: Line, { drift }: SiteRelease): Markup {
  if (drift === undefined) return nothing
  const rows = drift.map(({ stage, region, machine, rules }) => {
    const lost =
      rules.length === 0
        ? html`none`
        : html`${rules.map((name) => html`${controlLink(line, name)} `)}<span class="worse">lost</span>`
    return html`<tr><th scope="row">${machine}</th><td data-label="stage">${stage}</td><td data-label="region">${region}</td><td data-label="no longer met" class="wide">${lost}</td></tr>
`
  })
  return section(
    'drift',
    'Machines that have lived',
    html`<p class="note">Asked the fast way when their soak ended. Shown are rules that the image met when it was verified and the machine did not meet then; a fast scan says nothing of rules that ask the system bus.</p>
<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Machine</th><th scope="col">Stage</th><th scope="col">Region</th><th scope="col">No longer met</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  )
}

function ruleChangeRow(line: Line, { name, before, now, worse }: RuleChange): Markup {
  const shown = (status: RuleChange['now']): Markup =>
    status === 'absent' ? html`<span class="none">not demanded</span>` : badge(status)
  return html`<tr><th scope="row" class="wide">${controlLink(line, name)}${worse ? html` <span class="worse">lost</span>` : nothing}</th><td data-label="then">${shown(before)}</td><td data-label="now">${shown(now)}</td></tr>
`
}

function changeTable(title: string, changes: readonly Change[] | undefined): Markup {
  if (changes === undefined)
    return html`<h3>${title}</h3><p class="note">Not listed in both releases, so they can’t be compared.</p>`
  if (changes.length === 0) return html`<h3>${title} (0)</h3><p class="note">The same as then.</p>`
  return html`<h3>${title} (${changes.length})</h3><div class="scroll"><table class="stacked"><thead><tr><th scope="col">What</th><th scope="col">Then</th><th scope="col">Now</th></tr></thead>
<tbody>${changes.map(({ name, before, now }) => html`<tr><th scope="row" class="wide">${name}</th><td data-label="then">${before ?? '–'}</td><td data-label="now">${now ?? '–'}</td></tr>`)}</tbody></table></div>`
}

function imageSection({ report: { inventory, subject } }: SiteRelease): Markup {
  if (inventory === undefined) {
    const count = subject.packageCount
    const note =
      count === undefined
        ? 'It was not listed.'
        : `${count} packages; which they are, and what listens, was not listed in the report.`
    return section('inventory', 'What is in the image', html`<p class="note">${note}</p>`)
  }
  const { packages } = inventory
  return section(
    'inventory',
    `What is in the image (${packages.length} packages)`,
    html`${packageTable(packages)}${listeningAndSetuid(inventory)}`,
  )
}

export function controlsBody(line: Line): Markup {
  const newest = newestOf(line)
  const { rules, subject } = newest.report
  const earlier = line.releases.at(-2)
  const then = new Map(earlier?.report.rules.map(({ id, status }) => [id, status]))
  const present = statuses.filter((status) => rules.some((rule) => rule.status === status))
  return html`<p class="path"><a href="index.html">${line.family}, ${line.architecture}</a></p><h1>Every control</h1>
<p class="lead">As of ${subject.release}. Press / to search; what is filtered stands in the address and can be sent on.</p>
<form class="filters" role="search" hidden>
<label>Search <input id="filter-search" name="search" type="search" placeholder="sshd, 5.1.20, password…" autocomplete="off"></label>
<label>Status <select name="status"><option value="">all</option>${present.map((status) => html`<option value="${status}">${statusFacts[status].label}</option>`)}</select></label>
<label>Severity <select name="severity"><option value="">all</option>${['high', 'medium', 'low', 'unknown'].map((one) => html`<option>${one}</option>`)}</select></label>
<label class="check"><input name="changed" type="checkbox"> changed since the release before</label>
<output aria-live="polite"></output></form>
<div class="scroll"><table class="stacked filtered"><caption class="note">${rules.length} rules of ${newest.report.profile.base}</caption><thead><tr><th scope="col">CIS</th><th scope="col">Control</th><th scope="col">Severity</th><th scope="col">Release before</th><th scope="col">Now</th></tr></thead>
<tbody>${rules.map((rule) => controlRow(rule, then.get(rule.id)))}</tbody></table></div>`
}

function controlRow(rule: ReportRule, before: ReportRule['status'] | undefined): Markup {
  return html`<tr data-status="${rule.status}" data-severity="${rule.severity}" data-changed="${before !== undefined && before !== rule.status ? '1' : ''}"><td class="cis">${rule.cis.join(', ')}</td><th scope="row" class="wide"><a href="control/${fileName(rule.name)}.html">${rule.title}</a> <code>${rule.name}</code></th><td><span class="severity ${rule.severity}">${rule.severity}</span></td><td data-label="before">${before === undefined ? html`<span class="none">–</span>` : badge(before)}</td><td data-label="now">${badge(rule.status)}</td></tr>
`
}

export function controlBody(line: Line, rule: ReportRule): Markup {
  const { report } = newestOf(line)
  const waiver = report.waivers.find(({ name }) => name === rule.name)
  const dispute = report.disagreements.find(({ name }) => name === rule.name)
  const history = line.releases.slice(-longestHistory).toReversed()
  const fact = (name: string, value: string | Markup | undefined): Markup =>
    value === undefined || value === '' ? nothing : html`<div><dt>${name}</dt><dd>${value}</dd></div>`
  return html`<p class="path"><a href="../index.html">${line.family}, ${line.architecture}</a> <span aria-hidden="true">/</span> <a href="../controls.html">every control</a></p>
<h1>${rule.title}</h1>
<dl class="facts">
${fact('Rule', html`<code>${rule.name}</code>`)}${fact('CIS section', rule.cis.join(', '))}${fact('Severity', rule.severity)}
${fact(`In ${report.subject.release}`, html`${badge(rule.status)} ${rule.reason || statusFacts[rule.status].meaning}`)}
${fact('Found', rule.found && html`<ul class="found">${rule.found.map((line) => html`<li><code>${line}</code></li>`)}</ul>`)}
${fact('Met by', rule.remediatedBy)}${fact('Judged on', rule.judgedOn)}
${fact('Waiver', waiver && `${waiver.reason} ${waiver.owner}, until ${waiver.expires} (${daysText(waiver.daysLeft)} when it was judged)${waiver.ticket ? `, ${waiver.ticket}` : ''}`)}
${fact('Disputed', dispute && `${dispute.reason} Checked: ${dispute.checked} ${dispute.owner}, content ${dispute.contentVersion}`)}
</dl>
${rule.description === '' ? nothing : section('demands', 'What it demands', html`<p class="long">${rule.description}</p>`)}
${rule.rationale === '' ? nothing : section('why', 'Why', html`<p class="long">${rule.rationale}</p>`)}
${section(
  'history',
  `History (${history.length} releases)`,
  html`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Release</th><th scope="col">Verified</th><th scope="col">Before hardening</th><th scope="col">Fresh machine</th></tr></thead>
<tbody>${history.map((release) => historyRow(release, rule.id))}</tbody></table></div>`,
)}`
}

function historyRow({ report }: SiteRelease, id: string): Markup {
  const then = report.rules.find((rule) => rule.id === id)
  const { release } = report.subject
  return html`<tr><th scope="row"><a href="../${fileName(release)}.html">${release}</a></th><td data-label="verified">${day(report.madeAtMs)}</td><td data-label="before">${then?.before ? badge(then.before) : html`<span class="none">–</span>`}</td><td data-label="fresh">${then ? badge(then.status) : html`<span class="none">not demanded</span>`}</td></tr>
`
}

export function waiversBody(input: SiteInput, lines: readonly Line[]): Markup {
  const waivers = waiversOf(input, lines)
  const register = lines.flatMap((line) => newestOf(line).report.disagreements.map((entry) => ({ line, ...entry })))
  return html`<h1>Waivers</h1><p class="lead">Of the newest release of each family, by the day they end. A waiver counts as not met in the measured score, and refuses once it has expired.</p>
${
  waivers.length === 0
    ? html`<p class="note">There are none.</p>`
    : html`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Ends</th><th scope="col">Control</th><th scope="col">Family</th><th scope="col">Reason</th><th scope="col">Owner</th><th scope="col">Ticket</th></tr></thead>
<tbody>${waivers.map(({ line, name, reason, owner, expires, ticket, daysLeft: left }) => html`<tr><td class="until" data-label="until"><span class="nowrap">${expires}</span> ${daysBadge(left)}</td><th scope="row" class="wide"><a class="rule-name" href="${controlPath(line, name)}">${name}</a></th><td data-label="family">${line.family}</td><td class="wide">${reason}</td><td data-label="owner">${owner}</td><td data-label="ticket">${ticket ?? '–'}</td></tr>`)}</tbody></table></div>`
}
${section(
  'register',
  `Register of disagreements with the scanner (${register.length})`,
  register.length === 0
    ? html`<p class="note">It is empty.</p>`
    : html`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Control</th><th scope="col">Family</th><th scope="col">Why the scanner is wrong</th><th scope="col">How it was checked</th><th scope="col">Owner</th><th scope="col">Content</th></tr></thead>
<tbody>${register.map(({ line, name, reason, checked, owner, contentVersion, holds }) => html`<tr><th scope="row" class="wide"><a class="rule-name" href="${controlPath(line, name)}">${name}</a></th><td data-label="family">${line.family}</td><td class="wide">${reason}</td><td class="wide">${checked}</td><td data-label="owner">${owner}</td><td data-label="content">${contentVersion}${holds ? '' : ' (holds no more)'}</td></tr>`)}</tbody></table></div>`,
)}`
}

function waiversOf({ nowMs }: SiteInput, lines: readonly Line[]) {
  return lines
    .flatMap((line) =>
      newestOf(line).report.waivers.map((waiver) => ({
        line,
        ...waiver,
        // As of today, not of the day it was judged.
        daysLeft: daysLeft(waiver, nowMs),
      })),
    )
    .toSorted((a, b) => (a.expires < b.expires ? -1 : a.expires > b.expires ? 1 : 0))
}

/** Only what the newest release demands has a page. */
function controlLink(line: Line, name: string): Markup {
  const known = newestOf(line).report.rules.some((rule) => rule.name === name)
  if (!known) return html`<span class="rule-name">${name}</span>`
  return html`<a class="rule-name" href="control/${fileName(name)}.html">${name}</a>`
}

function controlPath(line: Line, name: string): string {
  return `${line.slug}/control/${fileName(name)}.html`
}

function day(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 10)
}

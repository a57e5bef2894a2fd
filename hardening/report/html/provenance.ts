// The end of the page: what was scanned, with what, when and how, for whoever has to repeat it.

import type { DatedRelease } from '../../results/read-dated-release.ts'
import type { Report, ReportScan } from '../report.ts'
import { html, type Markup, nothing } from './markup.ts'
import { scanTitle } from './summary.ts'

export function provenance(report: Report): Markup {
  const { subject, content } = report
  return html`<section aria-labelledby="provenance"><h2 id="provenance">Where this comes from</h2>
<dl class="facts">
${subject.images.map((image) => fact('Image', `${image.imageId} (${image.architecture}, ${image.region})`))}
${fact('Base', `${subject.base.imageId}, ${subject.base.name}, owner ${subject.base.ownerAccount}`)}
${fact('Content', `${content.title}; benchmark ${content.benchmark} ${content.benchmarkVersion}`)}
${fact('Content SHA-256', content.sha256)}
${subject.packageCount === undefined ? nothing : fact('Packages in the image', String(subject.packageCount))}${distributionFact(subject.distribution)}
${report.scans.map((scan) => fact(scanTitle(scan), scanFacts(scan)))}
${report.realBoot === undefined ? nothing : fact(`Real boot, for ${plural(report.realBoot.rules)} that a container cannot judge`, scanFacts(report.realBoot))}
${fact('Report made', instant(report.madeAtMs))}
</dl>
<p class="note">A fast scan is the same oscap with the system bus hidden: it steers remediation and is shown for comparison. Only plain scans of fresh machines gate.</p></section>`
}

function distributionFact(dated: DatedRelease | undefined): Markup {
  if (dated === undefined) return nothing
  const { before, after, newer } = dated
  const from = before === after ? 'as the base' : `the base was at ${before}`
  return fact('Release of the distribution', `${after}, ${from}${newer === undefined ? '' : `; ${newer} was out`}`)
}

function scanFacts({ facts }: Pick<ReportScan, 'facts'>): string {
  const where = facts.environment === 'container' ? 'in a container' : 'on a virtual machine'
  return `oscap ${facts.scanner}, ${facts.method}, ${instant(facts.startedAtMs)}, ${(facts.durationMs / 1000).toFixed(1)} s, ${where}, ${facts.system}, kernel ${facts.kernel}`
}

function fact(name: string, value: string): Markup {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`
}

function instant(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function plural(rules: number): string {
  return rules === 1 ? 'one rule' : `${rules} rules`
}

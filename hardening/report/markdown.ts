// The report as Markdown for a job summary or a pull request: the verdict first, then what somebody has to do.

import { warningDays } from '../profile/waiver-terms.ts'
import { escapeMarkdown as text } from '../text/plain-text.ts'
import type { Score } from '../verdict/counts.ts'
import { bootDifferences } from './boot-differences.ts'
import type { Report, ReportRule } from './report.ts'

/** A job summary on GitHub takes 1 MiB; who wants every line opens the report. */
const longestList = 50

export function renderMarkdown(report: Report): string {
  const { subject, verdict, content } = report
  const fresh = report.scans.find(({ name }) => name === 'fresh machine')
  const sections = [
    `## ${text(subject.release)}: ${verdict.outcome === 'pass' ? 'pass' : 'REFUSED'}`,
    [
      '| | met | applicable | score |',
      '| --- | ---: | ---: | ---: |',
      ...report.scans.map(({ name, score }) =>
        scoreRow(name === 'fresh machine' ? 'fresh machine, as measured' : `build machine ${name}`, score),
      ),
      ...(fresh ? [scoreRow('fresh machine, after waivers', fresh.scoreAfterWaivers)] : []),
    ].join('\n'),
    `${text(report.profile.base)}, ${text(content.title)}; at least ${verdict.minimumScorePercent} % as measured. Images: ${
      subject.images.map(({ imageId, region }) => `${text(imageId)} in ${text(region)}`).join(', ') || 'none'
    }.${subject.distribution === undefined ? '' : ` Their distribution is at ${text(subject.distribution.after)}.`}`,
    list('Reasons against it', verdict.reasons.map(text)),
    list('Not met', notMet(report, ['failed', 'error', 'unknown'])),
    list('Waived or disputed', notMet(report, ['waived', 'disputed'])),
    list(
      'Undone by first boot',
      bootDifferences(report)
        .filter(({ undone }) => undone)
        .map(({ name, atBake, booted }) => `${text(name)}: ${atBake} at the bake, ${booted} on the fresh machine`),
    ),
    list(
      `Waivers that end within ${warningDays} days`,
      report.waivers
        .filter(({ daysLeft }) => daysLeft < warningDays)
        .map(
          ({ name, owner, expires, daysLeft }) =>
            `${text(name)}: ${text(expires)} (${daysLeft < 0 ? 'expired' : `${daysLeft} days left`}), ${text(owner)}`,
        ),
    ),
    list(
      'Controls of our own that are not met',
      report.controls.filter(({ met }) => !met).map(({ control, message }) => `${text(control)}: ${text(message)}`),
    ),
    list(
      'Vulnerabilities that refuse',
      (report.vulnerabilities?.found ?? [])
        .filter(({ status }) => status === 'refused')
        .map(
          ({ id, package: name, installedVersion, severity, fixedVersion }) =>
            `${text(id)} in ${text(name)} ${text(installedVersion)}: ${severity}, ${fixedVersion ? `fixed in ${text(fixedVersion)}` : 'no fix yet'}`,
        ),
    ),
    list(
      'What the release was to fix',
      (report.fixes ?? []).map(
        ({ fix, proven, evidence }) => `${text(fix)}: ${proven ? 'proven' : 'NOT PROVEN'}; ${text(evidence)}`,
      ),
    ),
    list(
      'Packages that nothing accounts for',
      (report.inventory?.packages ?? [])
        .filter(({ tracedTo }) => tracedTo === undefined)
        .map(({ name, version }) => `${text(name)} ${text(version)}`),
    ),
    list('Warnings', verdict.warnings.map(text)),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function scoreRow(name: string, { met, applicable, percent }: Score): string {
  return `| ${name} | ${met} | ${applicable} | ${percent.toFixed(1)} % |`
}

function notMet({ rules }: Report, statuses: readonly ReportRule['status'][]): readonly string[] {
  return rules
    .filter(({ status }) => statuses.includes(status))
    .map(
      ({ name, cis, title, status, reason }) => `${text([...cis, name].join(' '))} (${status}): ${text(title)}. ${text(reason)}`,
    )
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const rest = items.length > longestList ? [`- and ${items.length - longestList} more, in the report`] : []
  return [`### ${title} (${items.length})`, '', ...items.slice(0, longestList).map((item) => `- ${item}`), ...rest].join('\n')
}

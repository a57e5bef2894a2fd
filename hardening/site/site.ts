// The security team's site: a folder of pages that needs neither a server nor a network.

import type { Markup } from '../report/html/markup.ts'
import { renderHtmlReport } from '../report/html.ts'
import { renderPage } from './page.ts'
import { controlBody, controlsBody, lineBody, overviewBody, releaseBody, waiversBody } from './pages.ts'
import { fileName, linesOf, newestOf, type SiteInput } from './site-input.ts'

/**
 * Every file of the site by its path: `index.html`, `waivers.html`; for each family and architecture `LINE/index.html`,
 * `LINE/controls.html`, `LINE/RELEASE.html` and `LINE/control/RULE.html`, a link that stays; `reports/LINE-RELEASE.html`.
 * One at a time, for a year of releases is some tens of megabytes.
 */
export function* renderSite(input: SiteInput): Generator<readonly [path: string, text: string]> {
  const lines = linesOf(input)
  const page = (title: string, up: string, body: Markup, filters = false): string =>
    renderPage({ title: `${title}: hardening of ${input.organisation}`, up, organisation: input.organisation, body, filters })
  yield ['index.html', page('Overview', '', overviewBody(input, lines))]
  yield ['waivers.html', page('Waivers', '', waiversBody(input, lines))]
  for (const line of lines) {
    const title = `${line.family} ${line.architecture}`
    yield [`${line.slug}/index.html`, page(title, '../', lineBody(line))]
    yield [`${line.slug}/controls.html`, page(`Controls of ${title}`, '../', controlsBody(line), true)]
    for (const rule of newestOf(line).report.rules) {
      yield [
        `${line.slug}/control/${fileName(rule.name)}.html`,
        page(`${rule.name}, ${title}`, '../../', controlBody(line, rule)),
      ]
    }
    for (const release of line.releases) {
      const id = fileName(release.report.subject.release)
      yield [`${line.slug}/${id}.html`, page(release.report.subject.release, '../', releaseBody(line, release))]
      yield [`reports/${line.slug}-${id}.html`, renderHtmlReport(release.report)]
    }
  }
}

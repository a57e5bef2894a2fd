// The report says the same as the verdict, stands alone, and cannot be made to run anything.

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { renderHtmlReport } from '../../hardening/report/html.ts'
import { renderJsonReport } from '../../hardening/report/json.ts'
import { renderMarkdown } from '../../hardening/report/markdown.ts'
import type { Report } from '../../hardening/report/report.ts'
import { reportShape } from '../../hardening/report/report-shape.ts'
import { report } from './a-report.ts'

test('golden JSON', async () => {
  await expect(renderJsonReport(report())).toMatchFileSnapshot('golden/report.json')
})

test('golden HTML', async () => {
  await expect(renderHtmlReport(report())).toMatchFileSnapshot('golden/report.html')
})

test('text from outside stays text', () => {
  const page = renderHtmlReport(report())
  expect(page).toContain('Lock the &lt;script&gt;alert(1)&lt;/script&gt; desktop')
  expect(page).toContain('&lt;/script&gt;&lt;script&gt;alert(2)&lt;/script&gt;')
  expect(page).not.toContain('alert(1)</script>')
  expect(page.match(/<script>/g)).toHaveLength(1)
  const hidden = report()
  const turned = { ...hidden, subject: { ...hidden.subject, release: 'web\u202ecod\u0007.exe' } }
  expect(renderHtmlReport(turned)).toContain('web\ufffdcod\ufffd.exe')
})

test("the page's policy names the digests of its own script and style, and allows nothing else", () => {
  const page = renderHtmlReport(report())
  const digest = (tag: string) => {
    const text = page.slice(page.indexOf(`<${tag}>`) + tag.length + 2, page.indexOf(`</${tag}>`))
    return createHash('sha256').update(text).digest('base64')
  }
  const policy = `default-src &#39;none&#39;; style-src &#39;sha256-${digest('style')}&#39;; script-src &#39;sha256-${digest('script')}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;`
  expect(page).toContain(`content="${policy}"`)
  expect(page).not.toMatch(/ (style|on[a-z]+)="/)
  expect(page).not.toMatch(/(src|href)="(?!#)/)
})

test('a dated release of the distribution is on record, and a newer one a warning', () => {
  const dated = { before: '2023.8.20250818', after: '2023.9.20250929', newer: '2023.10.20260105' }
  const { subject } = report()
  const told = report({ subject: { ...subject, distribution: dated } })
  expect(told.verdict.warnings).toContain(
    'The release 2023.10.20260105 of the distribution is out, and the image is at 2023.9.20250929.',
  )
  expect(renderHtmlReport(told)).toContain('2023.9.20250929, the base was at 2023.8.20250818; 2023.10.20260105 was out')
  expect(renderMarkdown(told)).toContain('Their distribution is at 2023.9.20250929.')
  expect(reportShape.parse(JSON.parse(renderJsonReport(told))).subject.distribution).toEqual(dated)
  const { newer: _, ...moved } = dated
  const calm = report({ subject: { ...subject, distribution: { ...moved, before: moved.after } } })
  expect(calm.verdict.warnings).toEqual(report().verdict.warnings)
  expect(renderHtmlReport(calm)).toContain('<dd>2023.9.20250929, as the base</dd>')
})

test('a report of a scan alone has no columns for what was not scanned', () => {
  const { before: _before, after: _after, ...alone } = { ...report() } as Report & { before?: unknown; after?: unknown }
  const page = renderHtmlReport({
    ...alone,
    scans: alone.scans.slice(-1),
    rules: alone.rules.map(({ before: _b, after: _a, ...rest }) => rest),
  })
  expect(page).not.toContain('Before hardening')
  expect(page).not.toContain('data-label="before"')
})

// The formats a report can be had in, one renderer each.

import { renderCsv } from './csv.ts'
import { renderHtmlReport } from './html.ts'
import { renderJsonReport } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import type { Report } from './report.ts'
import { renderSarif } from './sarif.ts'

export const reportFormats = {
  html: renderHtmlReport,
  json: renderJsonReport,
  sarif: renderSarif,
  junit: renderJunit,
  csv: renderCsv,
  markdown: renderMarkdown,
} as const satisfies Readonly<Record<string, (report: Report) => string>>

/** How a file of each format's name ends. */
export const reportEndings: Readonly<Record<ReportFormat, string>> = {
  html: 'html',
  json: 'json',
  sarif: 'sarif',
  junit: 'junit.xml',
  csv: 'csv',
  markdown: 'md',
}

export type ReportFormat = keyof typeof reportFormats

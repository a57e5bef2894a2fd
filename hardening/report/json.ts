// The report as JSON, for programs.

import type { Report } from './report.ts'

export function renderJsonReport(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`
}

// The report as one HTML file for a security team: no network, no server, nothing from the outside.

import { createHash } from 'node:crypto'
import { inventorySection } from './html/inventory.ts'
import {
  bootDifferenceTable,
  controlList,
  disagreementTable,
  failingList,
  notJudgedList,
  plainList,
  waiverTable,
} from './html/lists.ts'
import { html, raw } from './html/markup.ts'
import { provenance } from './html/provenance.ts'
import { ruleTable } from './html/rule-table.ts'
import { script } from './html/script.ts'
import { style } from './html/style.ts'
import { statusTable, summary } from './html/summary.ts'
import { fixSection, vulnerabilitySection } from './html/vulnerabilities.ts'
import type { Report } from './report.ts'

/** Everything that came from outside is escaped; the page's policy forbids any script or style but its own two. */
export function renderHtmlReport(report: Report): string {
  const { subject } = report
  const policy = `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${subject.release}: hardening report</title>
<style>${raw(style)}</style>
</head>
<body>
<a class="skip" href="#rules">Skip to every rule</a>
${summary(report)}
<main>
${statusTable(report)}
${failingList(report)}
${waiverTable(report)}
${disagreementTable(report)}
${bootDifferenceTable(report)}
${notJudgedList(report)}
${plainList(report, 'deselected', 'Deselected', 'Rules taken out of the profile. They are not part of the score.')}
${plainList(report, 'not-checked', 'Not checked', 'The content has no automatic check for these; a person has to look.')}
${vulnerabilitySection(report)}
${fixSection(report)}
${controlList(report)}
${inventorySection(report)}
${ruleTable(report)}
${provenance(report)}
</main>
<script>${raw(script)}</script>
</body>
</html>
`.text
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

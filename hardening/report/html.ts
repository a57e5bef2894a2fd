// The report as one HTML file for a security team: no network, no server, nothing from the outside.

import { renderDocument } from './html/document.ts'
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
import { html } from './html/markup.ts'
import { provenance } from './html/provenance.ts'
import { ruleTable } from './html/rule-table.ts'
import { script } from './html/script.ts'
import { style } from './html/style.ts'
import { statusTable, summary } from './html/summary.ts'
import { fixSection, vulnerabilitySection } from './html/vulnerabilities.ts'
import type { Report } from './report.ts'

/** One file that stands alone. */
export function renderHtmlReport(report: Report): string {
  const body = html`<a class="skip" href="#rules">Skip to every rule</a>
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
</main>`
  return renderDocument({ title: `${report.subject.release}: hardening report`, style, body, script })
}

// What a CI run shows of a release's hardening reports: Markdown in the job's summary, SARIF, JUnit and CSV as files to upload.

import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { reportEndings } from '../../hardening/index.ts'
import type { Drover } from '../../pipeline/index.ts'

const uploads = ['sarif', 'junit', 'csv'] as const

/**
 * Every architecture of a verified release; nothing for one that has not been verified. Where to: `GITHUB_STEP_SUMMARY` (a file
 * that GitHub names) and `DROVER_REPORTS` (a folder); each is left out when it is not set.
 */
export async function publishReports(
  drover: Pick<Drover, 'renderReports'>,
  release: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<void> {
  const { GITHUB_STEP_SUMMARY: summary, DROVER_REPORTS: folder } = environment
  if (!summary && !folder) return
  for (const { architecture, render } of await drover.renderReports(release)) {
    if (summary) await appendFile(summary, `${render('markdown')}\n`)
    if (!folder) continue
    await mkdir(folder, { recursive: true })
    for (const format of uploads) await writeFile(`${folder}/${release}-${architecture}.${reportEndings[format]}`, render(format))
  }
}

// A CI run's summary and the files it uploads, for every architecture of a release.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ReportFormat, reportFormats } from '../../hardening/index.ts'
import { publishReports } from '../../scripts/ci/publish-reports.ts'
import { report } from '../hardening/a-report.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-publish-')
})
afterEach(() => rm(directory, { recursive: true }))

const of = (architectures: readonly string[]) => ({
  renderReports: async () =>
    architectures.map((architecture) => ({ architecture, render: (format: ReportFormat) => reportFormats[format](report()) })),
})

test('both architectures, in the summary and as files', async () => {
  const summary = `${directory}/summary.md`
  const environment = { GITHUB_STEP_SUMMARY: summary, DROVER_REPORTS: `${directory}/reports` }
  await publishReports(of(['x86_64', 'arm64']), 'web-2026.47.1', environment)
  expect((await readFile(summary, 'utf8')).match(/^## web-2026\.47\.1: REFUSED$/gm)).toHaveLength(2)
  expect((await readdir(`${directory}/reports`)).toSorted()).toEqual(
    ['arm64', 'x86_64'].flatMap((architecture) =>
      ['csv', 'junit.xml', 'sarif'].map((ending) => `web-2026.47.1-${architecture}.${ending}`),
    ),
  )
})

test('outside CI, and before a release is verified, nothing is written', async () => {
  await publishReports(of(['x86_64']), 'web-2026.47.1', {})
  await publishReports(of([]), 'web-2026.47.1', { GITHUB_STEP_SUMMARY: `${directory}/summary.md` })
  expect(await readdir(directory)).toEqual([])
})

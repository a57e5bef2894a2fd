// The report of a release: found, and held against the digests in the ledger.

import { expect, test } from 'vitest'
import { findReport } from '../../pipeline/cli/find-report.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import { createEvidenceFolder } from '../../pipeline/ledger/index.ts'
import { aRelease, aVerifiedRelease, scanCounts } from '../support/factories.ts'
import { createMemoryEvidence } from '../support/memory-evidence.ts'
import { createMemoryFiles } from '../support/memory-files.ts'

const page = '<html>passed</html>'
const scan = '<TestResult/>'

const verified = (id: string) =>
  aVerifiedRelease(id, {
    verdict: 'refuse',
    reasons: ['rule X fails'],
    counts: scanCounts({ failed: 1 }),
    evidence: [
      { path: 'verify/scan.xml', sha256: sha256(scan) },
      { path: 'report.html', sha256: sha256(page) },
    ],
  })

const releases = [verified('web-2026.46.1'), verified('web-2026.47.1'), aRelease([], { release: 'web-2026.47.2' })]
const genuine = { '/evidence/web-2026.47.1/report.html': page, '/evidence/web-2026.47.1/verify/scan.xml': scan }
const find = (contents: Readonly<Record<string, string>>, id?: string) => {
  const files = createMemoryFiles(contents)
  const store = createEvidenceFolder(files, '/evidence')
  return findReport({ files, store, directoryOf: (release) => `/evidence/${release}`, releases }, id)
}

test('the newest verified one, unless another is asked for', async () => {
  const found = await find(genuine)
  expect(found).toMatchObject({
    release: 'web-2026.47.1',
    html: '/evidence/web-2026.47.1/report.html',
    verdict: 'refuse',
    evidenceIsGenuine: true,
  })
  expect(found.lines).toEqual([
    'web-2026.47.1: refuse',
    '  300 of 305 applicable rules are met, 1 fail, 4 waived, 0 disputed, 0 without an answer; outside the score: 60 not judged, 20 not applicable, 2 deselected',
    '  - rule X fails',
    '  /evidence/web-2026.47.1/report.html',
  ])
  expect((await find(genuine, 'web-2026.46.1')).release).toBe('web-2026.46.1')
})

test.each([
  ['changed', { ...genuine, '/evidence/web-2026.47.1/report.html': page.replace('passed', 'PASSED') }, 'report.html'],
  ['gone', { '/evidence/web-2026.47.1/report.html': page }, 'verify/scan.xml'],
])('evidence that was %s is told', async (_, files, path) => {
  const found = await find(files)
  expect(found.evidenceIsGenuine).toBe(false)
  expect(found.lines.at(-1)).toBe(`  NOT GENUINE: ${path} is missing or differs from what the ledger recorded`)
})

test.each([
  ['not verified', 'web-2026.47.2'],
  ['unknown', 'web-2026.99.1'],
])('a release that is %s has none', async (_, id) => {
  await expect(find(genuine, id)).rejects.toThrow(`${id} has no report: it has not been verified`)
})

test('a runner with nothing on its disk fetches what another one kept', async () => {
  const [there, here, evidence] = [createMemoryFiles(genuine), createMemoryFiles(), createMemoryEvidence()]
  for (const [path, text] of Object.entries(genuine)) await evidence.from(there).keep(path, sha256(text))
  const shelf = { files: here, store: evidence.from(here), directoryOf: (release: string) => `/evidence/${release}`, releases }
  expect(await findReport(shelf, undefined)).toMatchObject({ evidenceIsGenuine: true })
  expect(await here.readText('/evidence/web-2026.47.1/report.html')).toBe(page)
  evidence.kept.set(sha256(page), new TextEncoder().encode('forged'))
  const fresh = createMemoryFiles()
  await expect(findReport({ ...shelf, files: fresh, store: evidence.from(fresh) }, undefined)).rejects.toThrow(
    `report.html is kept as memory/${sha256(page)}, but that differs from what the ledger recorded [evidence-broken]`,
  )
})

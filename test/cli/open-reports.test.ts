// Reports among the evidence: read only when the ledger's digest says they are genuine.

import { expect, test } from 'vitest'
import { renderJsonReport } from '../../hardening/index.ts'
import { openHistory, openReport } from '../../pipeline/cli/open-reports.ts'
import { siteReleases } from '../../pipeline/cli/site-releases.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import { createEvidenceFolder } from '../../pipeline/ledger/index.ts'
import type { Release } from '../../pipeline/release/index.ts'
import { report } from '../hardening/a-report.ts'
import { aVerifiedRelease } from '../support/factories.ts'
import { createMemoryFiles } from '../support/memory-files.ts'

const textOf = (release: string) => renderJsonReport({ ...report(), subject: { ...report().subject, release } })

const verified = (id: string, text: string, path = 'report.json') =>
  aVerifiedRelease(id, { evidence: [{ path, sha256: sha256(text) }] })

const [older, drilled, newer] = ['web-2026.46.1', 'web-2026.46.2', 'web-2026.47.1']
const shelf = (contents: Readonly<Record<string, string>>, releases: readonly Release[]) => {
  const files = createMemoryFiles(contents)
  const store = createEvidenceFolder(files, '/evidence')
  return { files, store, directoryOf: (release: string) => `/evidence/${release}`, releases }
}
const both = shelf({ [`/evidence/${older}/report.json`]: textOf(older), [`/evidence/${newer}/report.json`]: textOf(newer) }, [
  verified(older, textOf(older)),
  verified(newer, textOf(newer)),
])

test('the newest, or the one that was asked for', async () => {
  expect((await openReport(both, undefined, undefined)).report.subject.release).toBe(newer)
  expect((await openReport(both, older, 'x86_64')).report.subject.release).toBe(older)
})

test('an architecture or a release that has none is told what there is', async () => {
  await expect(openReport(both, newer, 'arm64')).rejects.toMatchObject({
    problems: [{ code: 'not-found', message: `${newer} has no report for arm64`, hint: 'It has: x86_64.' }],
  })
  await expect(openReport(both, 'web-1999.1.1', undefined)).rejects.toThrow(
    'web-1999.1.1 has no report: it has not been verified',
  )
})

test('a report that was changed since is not read', async () => {
  const changed = shelf({ [`/evidence/${newer}/report.json`]: textOf(newer).replace('refuse', 'pass') }, [
    verified(newer, textOf(newer)),
  ])
  await expect(openReport(changed, newer, undefined)).rejects.toThrow('differs from what the ledger recorded')
})

test('of two architectures each has its own', async () => {
  const arm = shelf({ [`/evidence/${newer}/report-arm64.json`]: textOf(newer) }, [
    verified(newer, textOf(newer), 'report-arm64.json'),
  ])
  expect((await openReport(arm, undefined, 'arm64')).architecture).toBe('arm64')
})

test('the history leaves out what can’t be read, and says so', async () => {
  const history = await openHistory(
    shelf({ [`/evidence/${newer}/report.json`]: textOf(newer) }, [
      verified(older, textOf(older)),
      verified(newer, textOf(newer)),
    ]),
    'web',
    'x86_64',
  )
  expect(history.reports.map(({ release }) => release)).toEqual([newer])
  expect(history.unread).toEqual([`${older}: there is no report at /evidence/${older}/report.json`])
})

test('the site: each with where it stands and what was in production before; what can’t be read is named', async () => {
  const finished = { ...verified(older, textOf(older)), ending: { kind: 'finished' } } as Release
  const drill = { ...verified(drilled, textOf(drilled)), drill: true, ending: { kind: 'finished' } } as Release
  const gone = verified('web-2026.48.1', textOf('web-2026.48.1'))
  const contents = Object.fromEntries([older, drilled, newer].map((id) => [`/evidence/${id}/report.json`, textOf(id)]))
  const { releases, unread } = await siteReleases(shelf(contents, [finished, drill, verified(newer, textOf(newer)), gone]))
  expect(releases.map(({ report: { subject }, standing, against }) => [subject.release, standing, against])).toEqual([
    [older, 'in production', undefined],
    [drilled, 'a drill', older],
    [newer, 'open', older],
  ])
  expect(unread).toEqual(['web-2026.48.1: there is no report at /evidence/web-2026.48.1/report.json'])
})

// What the reports of a verification take from the bake's evidence.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { judge } from '../../hardening/index.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { writeReports } from '../../pipeline/verify/scan.ts'
import { content, nowMs, profile, scan } from '../hardening/mini.ts'
import { aFamily } from '../support/config.ts'
import { aRequest } from '../support/performer-request.ts'

const files = createFiles()
let evidenceDirectory: string
beforeEach(async () => {
  evidenceDirectory = await files.makeTemporaryDirectory('drover-reports-')
})
afterEach(() => files.remove(evidenceDirectory))

async function report() {
  const image = { architecture: 'x86_64', imageId: 'ami-1', region: 'eu-central-1', createdAt: 'then', name: 'nodes' } as const
  const opened = { profile: profile(), content }
  const verdict = judge({ ...opened, scan: scan(), controls: [], minimumScorePercent: 90, nowMs })
  const traced = { inventory: undefined, reasons: [] }
  const judged = {
    judged: true,
    scan: scan(),
    verdict,
    packageCount: undefined,
    directory: `${evidenceDirectory}/none`,
    traced,
    opened,
  } as const
  const secretScanner = { path: '', version: '' }
  const context = { exec: createExec(), files, contentDirectory: '', secretScanner, inProduction: async () => undefined }
  const request = { ...aRequest({ kind: 'verify' }), evidenceDirectory }
  await writeReports(context, request, aFamily(), [{ image, reasons: [], scan: judged }], 'acme')
  return JSON.parse((await files.readText(`${evidenceDirectory}/report.json`)) ?? '')
}

test('the dated release of the distribution that the image is at, and a newer one as a warning', async () => {
  expect((await report()).subject).not.toHaveProperty('distribution')
  const dated = { before: '2023.8.20250818', after: '2023.9.20250929', newer: '2023.10.20260105' }
  for (const [name, release] of Object.entries(dated)) {
    await files.write(`${evidenceDirectory}/bake/x86_64/release-${name}.txt`, `${release}\n`)
  }
  const { subject, verdict } = await report()
  expect(subject.distribution).toEqual(dated)
  expect(verdict.warnings).toContain(
    'The release 2023.10.20260105 of the distribution is out, and the image is at 2023.9.20250929.',
  )
})

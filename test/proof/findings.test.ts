// What a proof tells at its end of the image it baked, read from the ledger and the evidence of its walk.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { findingLines } from '../../pipeline/cli/proof-findings.ts'
import { createFileStore, createLedger } from '../../pipeline/ledger/index.ts'
import type { ReleaseEvent } from '../../pipeline/release/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { anOpening, scanCounts } from '../support/factories.ts'

const files = createFiles()
const id = 'nodes-2026.48.1'
let directory: string
beforeEach(async () => {
  directory = await files.makeTemporaryDirectory('drover-findings-')
})
afterEach(() => files.remove(directory))

const opening = anOpening({ family: 'nodes' })
const baked: readonly ReleaseEvent[] = [
  { type: 'bake.intended', token: 'b'.repeat(32) },
  {
    type: 'bake.finished',
    images: [{ architecture: 'x86_64', imageId: 'ami-1', name: 'drover', region: 'eu-central-1' }],
    before: scanCounts({ passed: 50, failed: 50, waived: 0 }),
    after: scanCounts({ passed: 95, failed: 5, waived: 0 }),
    evidence: [],
  },
]

async function told(...events: readonly ReleaseEvent[]): Promise<string> {
  const ledger = createLedger(createFileStore(files, `${directory}/ledger`))
  for (const event of events) {
    const at = '2026-11-28T06:00:00.000Z'
    await ledger.append((await ledger.read()).at(-1), { at, wallAt: at, runner: 'ada@example', release: id, event })
  }
  return (await findingLines(directory, files)).join('\n')
}

test('a node that was verified: scores, verdict with every reason, time to ready beside its base, report', async () => {
  const evidence = `${directory}/evidence/${id}`
  const probe = { probe: 'node: time to ready', ok: true, detail: 'ready 41.2 s after its kernel began, the base 33.0 s' }
  await files.write(
    `${evidence}/verify/probes.json`,
    JSON.stringify([{ image: {}, probes: [{ probe: 'SSH', detail: '' }, probe] }]),
  )
  const text = await told(
    opening,
    ...baked,
    { type: 'verify.intended', token: 'c'.repeat(32) },
    {
      type: 'verify.finished',
      verdict: 'refuse',
      reasons: ['the score is below 90 %', 'node: a sandbox runs: no'],
      counts: scanCounts({ passed: 80, failed: 20, waived: 0 }),
      evidence: [{ path: 'report.html', sha256: 'd'.repeat(64) }],
    },
  )
  expect(text).toMatch(/^what was found out about nodes-2026.48.1:\n {2}base {6}ami-0ba5e0ba5e0ba5e00 \(debian-13-amd64-/)
  expect(text).toMatch(/score {5}50.0 % .* before hardening, 95.0 % .* after, 80.0 % .* on a fresh machine/)
  expect(text).toContain('  verdict   refuse\n    - the score is below 90 %\n    - node: a sandbox runs: no\n')
  expect(text).toContain('  node      ready 41.2 s after its kernel began, the base 33.0 s\n')
  expect(text).toContain(`  report    ${evidence}/report.html\n  evidence  ${evidence} `)
})

test('an image that was not verified has no verdict', async () => {
  expect(await told(opening, ...baked)).toContain('verdict   none: it was not verified')
  const failed: ReleaseEvent = { type: 'verify.failed', cause: 'no room' }
  expect(await told({ type: 'verify.intended', token: 'c'.repeat(32) }, failed)).toContain(
    'verdict   none, the verification failed: no room',
  )
})

test('nothing, where nothing was begun', async () => expect(await told()).toBe(''))

// What Inspector and GuardDuty say of a stage, as a test of it: not scanned is not quiet.

import { expect, test } from 'vitest'
import type { CloudAt, SecurityFinding } from '../../pipeline/ports/index.ts'
import { testForFindings } from '../../pipeline/promote/findings-test.ts'
import type { TestRun } from '../../pipeline/promote/test-run.ts'
import { aRelease, minuteMs } from '../support/factories.ts'
import { refusedBy, scriptedCloud, succeeded } from '../support/scripted-cloud.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const place = { account: '444444444444', region: 'eu-west-1' }
const machine = (id: string) => ({ id, group: 'web', address: '10.1.0.4', imageId: 'ami-1' })
const finding = (severity: SecurityFinding['severity'], title = 'CVE-2026-1'): SecurityFinding => ({
  instanceId: 'i-1',
  severity,
  title,
})
const scanned = async (ids: readonly string[]) =>
  succeeded(ids.map((instanceId) => ({ instanceId, isScanned: true, reason: 'ACTIVE, SUCCESSFUL' })))

async function judged(
  source: 'inspector' | 'guardduty',
  verbs: Partial<CloudAt>,
  { rehearsal = false, atMost = { critical: 0, high: 1 } } = {},
) {
  const clock = createVirtualClock()
  const begunAt = clock.now()
  const release = { ...aRelease(), rehearsal }
  const at = scriptedCloud(() => verbs).at(place)
  const regions = [
    { region: place.region, at, machines: [machine('i-1'), machine('i-2')] },
    { region: 'eu-central-1', at: scriptedCloud(() => ({})).at(place), machines: [] },
  ]
  const run = { clock, signal: new AbortController().signal, release, regions } as unknown as TestRun
  const verdict = await testForFindings({ kind: 'findings', name: 'quiet', source, atMost, timeoutMs: 10 * minuteMs }, run)
  return { ...verdict, tookMs: clock.now() - begunAt }
}

test('quiet is what was scanned and has no more findings than may be', async () => {
  const vulnerabilities = async () => succeeded([finding('high'), finding('lower'), finding('lower')])
  expect(await judged('inspector', { scanCoverage: scanned, vulnerabilities })).toMatchObject({ ok: true, detail: '' })
  expect(await judged('guardduty', { threats: async () => succeeded([]) })).toMatchObject({ ok: true, detail: '' })
})

test.each([
  [[finding('critical')], '1 critical where at most 0 may be: CVE-2026-1 on i-1'],
  [[finding('high', 'CVE-2026-2'), finding('high')], '2 high where at most 1 may be: CVE-2026-2 on i-1 and others'],
])('more than may be fails it, with the first one', async (found, detail) => {
  const vulnerabilities = async () => succeeded(found)
  expect(await judged('inspector', { scanCoverage: scanned, vulnerabilities })).toMatchObject({ ok: false, detail })
  expect(await judged('guardduty', { threats: vulnerabilities })).toMatchObject({ ok: false, detail })
})

test('a machine that is to be scanned yet is waited for', async () => {
  let asked = 0
  const scanCoverage = async (ids: readonly string[]) =>
    ++asked < 4 ? succeeded([{ instanceId: 'i-1', isScanned: false, reason: 'ACTIVE, PENDING_INITIAL_SCAN' }]) : scanned(ids)
  const vulnerabilities = async () => succeeded([])
  expect(await judged('inspector', { scanCoverage, vulnerabilities })).toMatchObject({ ok: true, tookMs: 90_000 })
})

test('a machine that is never scanned fails it, though nothing was found', async () => {
  const unmanaged = [{ instanceId: 'i-1', isScanned: false, reason: 'INACTIVE, UNMANAGED_EC2_INSTANCE' }]
  expect(await judged('inspector', { scanCoverage: async () => succeeded(unmanaged) })).toEqual({
    ok: false,
    detail: 'i-1 is not scanned by Inspector: INACTIVE, UNMANAGED_EC2_INSTANCE (eu-west-1)',
    tookMs: 10 * minuteMs,
  })
  const onlyFirst = async () => scanned(['i-1'])
  const { detail } = await judged('inspector', { scanCoverage: onlyFirst })
  expect(detail).toBe('i-2 is not scanned by Inspector: it does not know the machine (eu-west-1)')
})

test('GuardDuty that is off, and what may not be asked, fail it', async () => {
  const off = await judged('guardduty', { threats: async () => succeeded(undefined) })
  expect(off).toMatchObject({ ok: false, detail: 'GuardDuty has no detector that is on (eu-west-1)' })
  const denied = await judged('guardduty', { threats: async () => refusedBy('denied', 'ListDetectors: no') })
  expect(denied).toMatchObject({ ok: false, detail: 'ListDetectors: no (eu-west-1)' })
})

test('a rehearsal asks nobody, and says so', async () => {
  expect(await judged('inspector', {}, { rehearsal: true })).toMatchObject({ ok: true, detail: 'not asked in a rehearsal' })
})

// The summary of a rehearsal: images, scores with their denominators, both clocks, and where the report lies.

import { expect, test } from 'vitest'
import type { FoundReport } from '../../pipeline/cli/find-report.ts'
import type { Rehearsed } from '../../pipeline/cli/run-rehearsal.ts'
import { summaryJson, summaryLines } from '../../pipeline/cli/summary.ts'
import type { AdvanceOutcome } from '../../pipeline/conductor/index.ts'
import { type Release, type ReleaseEvent, timelineOf } from '../../pipeline/release/index.ts'
import { anOpening, aRelease, hourMs, minuteMs, scanCounts } from '../support/factories.ts'
import { rollIntent } from '../support/outcomes.ts'

const image = { architecture: 'x86_64', imageId: 'ami-00000000000000001', name: 'web', region: 'eu-central-1' } as const
const group = { stage: 'dev', region: 'eu-central-1', group: 'web' }
const token = 'f'.repeat(32)
const baked: readonly ReleaseEvent[] = [
  { type: 'bake.intended', token },
  {
    type: 'bake.finished',
    images: [image],
    before: scanCounts({ failed: 122 }),
    after: scanCounts({ failed: 18 }),
    evidence: [],
  },
  { type: 'verify.intended', token },
]
const verified: readonly ReleaseEvent[] = [
  ...baked,
  { type: 'verify.finished', verdict: 'pass', reasons: [], counts: scanCounts({ failed: 1 }), evidence: [] },
  { type: 'copy.intended', region: 'eu-west-1', architecture: 'x86_64', token },
  { type: 'copy.finished', region: 'eu-west-1', architecture: 'x86_64', imageId: 'ami-00000000000000002' },
  rollIntent(group, image.imageId, token),
  { type: 'roll.finished', group, refreshId: 'r', replaced: 2 },
]

function rehearsed(release: Release, outcome: AdvanceOutcome, report?: Partial<FoundReport>): Rehearsed {
  const head = { sequence: 9, hash: 'c0ffee'.repeat(11) }
  return {
    outcome,
    release,
    timeline: timelineOf(release),
    ledger: { ok: true, records: 9, head } as Rehearsed['ledger'],
    report: report as FoundReport | undefined,
  }
}

test('a finished release', () => {
  const release = aRelease([
    ...verified,
    { type: 'release.finished', openToProductionMs: 25 * hourMs, openToProductionWallMs: 9 * minuteMs },
  ])
  const lines = summaryLines(rehearsed(release, { kind: 'done', release }, { html: '/evidence/report.html' }))
  expect(lines).toEqual([
    '',
    'release   web-2026.47.1 (weekly)',
    'image     ami-00000000000000001  eu-central-1  x86_64',
    'image     ami-00000000000000002  eu-west-1  x86_64',
    'score     70.4 % (300 of 426) before hardening, 93.1 % (300 of 322) after, 98.3 % (300 of 305) on a fresh machine',
    '          99.6 % (300 of 301) once waived and disputed rules are set aside',
    'rules     300 of 305 applicable rules are met, 1 fail, 4 waived, 0 disputed, 0 without an answer; outside the score: 60 not judged, 20 not applicable, 2 deselected',
    'groups    eu-central-1/web in dev (2 replaced)',
    'steps',
    '  bake                          finished  1m',
    '  verify                        finished  1m',
    '  copy to eu-west-1 (x86_64)    finished  1m',
    '  roll eu-central-1/web in dev  finished  1m',
    'in production 1d1h (really 9m) after it was opened',
    'ledger    9 records, unbroken; head c0ffeec0ffeec0ff',
    'report    /evidence/report.html',
  ])
})

test('a release whose bake failed says so, and makes nothing up', () => {
  const release = aRelease(
    [
      { type: 'bake.intended', token },
      { type: 'bake.failed', cause: 'the disk is full' },
      { type: 'release.failed', cause: 'bake: the disk is full' },
    ],
    { opening: anOpening({ lane: 'emergency', reason: 'CVE-2014-0160' }) },
  )
  expect(summaryLines(rehearsed(release, { kind: 'failed', release, cause: 'bake: the disk is full' }))).toEqual([
    '',
    'release   web-2026.47.1 (emergency: CVE-2014-0160)',
    'score     not scanned before hardening, not scanned after, not scanned on a fresh machine',
    'groups    none rolled',
    'steps',
    '  bake  failed  1m',
    'ledger    9 records, unbroken; head c0ffeec0ffeec0ff',
    'report    none: no verdict was reached',
  ])
})

test('a refused release keeps its scores and its report', () => {
  const reasons = ['rule X fails']
  const release = aRelease([
    ...baked,
    { type: 'verify.finished', verdict: 'refuse', reasons, counts: scanCounts({ failed: 30 }), evidence: [] },
    { type: 'release.refused', reasons },
  ])
  const lines = summaryLines(rehearsed(release, { kind: 'refused', release, reasons }, { html: '/evidence/report.html' }))
  expect(lines).toContain(
    'score     70.4 % (300 of 426) before hardening, 93.1 % (300 of 322) after, 89.8 % (300 of 334) on a fresh machine',
  )
  expect(lines).toContain('report    /evidence/report.html')
  expect(lines.filter((line) => line.startsWith('in production'))).toEqual([])
})

test('a broken ledger is not passed over', () => {
  const release = aRelease()
  const breach = { kind: 'hash', message: 'record 3 was changed' }
  const broken = { ok: false, records: 2, breach } as unknown as Rehearsed['ledger']
  const summary = { ...rehearsed(release, { kind: 'done', release }), ledger: broken }
  expect(summaryLines(summary)).toContain('ledger    BROKEN: record 3 was changed')
  expect(summaryJson(summary)).toMatchObject({ ledger: { ok: false, records: 2 } })
})

test('the same as JSON, times in milliseconds on both clocks', () => {
  const release = aRelease([
    ...verified,
    { type: 'release.finished', openToProductionMs: 25 * hourMs, openToProductionWallMs: 9 * minuteMs },
  ])
  const json = summaryJson(rehearsed(release, { kind: 'done', release }, { html: '/evidence/report.html' }))
  expect(json).toMatchObject({
    release: 'web-2026.47.1',
    lane: 'weekly',
    outcome: 'done',
    images: [
      { region: 'eu-central-1', architecture: 'x86_64', imageId: 'ami-00000000000000001' },
      { region: 'eu-west-1', architecture: 'x86_64', imageId: 'ami-00000000000000002' },
    ],
    score: { freshMachine: { met: 300, applicable: 305, percent: 98.3 } },
    rolls: [{ ...group, state: 'finished' }],
    steps: [{ step: 'bake', state: 'finished', clockMs: minuteMs, wallMs: minuteMs }, {}, {}, {}],
    openToProductionMs: 25 * hourMs,
    openToProductionWallMs: 9 * minuteMs,
    report: '/evidence/report.html',
  })
})

test('machines that lived say what they lost, each with its stage', () => {
  const asked = { type: 'test.finished', stage: 'dev', round: 'end', test: 'still hardened', ok: true, detail: '' } as const
  const machine = { region: 'eu-central-1', group: 'web' }
  const release = aRelease([
    ...verified,
    { type: 'soak.started', stage: 'dev', until: '2026-11-22T12:00:00Z' },
    {
      ...asked,
      drift: [
        { ...machine, machine: 'i-1', rules: [] },
        { ...machine, machine: 'i-2', rules: ['banner', 'clock'] },
      ],
    },
  ])
  const lines = summaryLines(rehearsed(release, { kind: 'done', release }))
  expect(lines.filter((line) => line.startsWith('drift'))).toEqual([
    'drift     i-1 in dev, eu-central-1: meets what its image met',
    'drift     i-2 in dev, eu-central-1: no longer meets banner, clock',
  ])
})

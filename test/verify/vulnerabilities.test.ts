// The vulnerability scan of a fresh machine: its scripts run for real here, in place of the machine; only ssh is left out.

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { VulnerabilityPolicy } from '../../hardening/index.ts'
import type { Command } from '../../pipeline/ports/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { examineVulnerabilities } from '../../pipeline/verify/vulnerabilities.ts'
import { aFamily } from '../support/config.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { type ShellRoom, shellRoom } from './shell-room.ts'

const wallNow = Date.parse('2026-11-26T08:00:00Z')
const target = { user: 'admin', address: '192.0.2.1', keyFile: '/key', knownHostsFile: '/hosts' }
const policy: VulnerabilityPolicy = { refuse: ['high'], withoutFix: 'accept', maxAgeMs: 86_400_000, waivers: [] }
const report = `2026-11-26T07:00:00+00:00
CVE-2026-0001 (fixed, high urgency)
  installed: openssl 3.5.1-1
`

let room: ShellRoom
let said: string[]
beforeEach(async () => {
  said = []
  room = await shellRoom({ scanner: `cat << 'end'\n${report}end`, broken: 'echo no data >&2; exit 3' })
})
afterEach(() => room.close())

function examine(command: string | undefined, wanted: readonly string[], demanded: VulnerabilityPolicy | 'nothing' = policy) {
  const real = createExec()
  const exec = {
    ...real,
    async run({ input }: Command) {
      const { exitCode, stdout, stderr } = await room.run(String(input))
      const ok = exitCode === 0
      const message = ok ? '' : `ssh exited with ${exitCode}`
      return { ok, exitCode, stdout, stderr, message, signalName: undefined, timedOut: false, cancelled: false, durationMs: 1 }
    },
  }
  const verify = {
    bootDeadlineMs: 1,
    minimumScorePercent: 97,
    ...(command && { vulnerabilities: { format: 'debsecan' as const, command, timeoutMs: 10_000 } }),
  }
  const clock = createVirtualClock({ startAt: wallNow, wallNow: () => wallNow })
  const examiner = { exec, clock, signal: new AbortController().signal, log: (line: string) => void said.push(line) }
  return examineVulnerabilities(examiner, target, aFamily({ verify }), wanted, demanded === 'nothing' ? undefined : demanded)
}

test('what the scanner found is judged and kept as it was written', async () => {
  const outcome = await examine('scanner', [])
  expect(outcome.reasons).toEqual(['CVE-2026-0001 in openssl 3.5.1-1 is high, fixed in a newer one of the suite.'])
  expect(outcome.raw).toBe(report.trimEnd())
  expect(outcome.verdict?.found).toMatchObject([{ id: 'CVE-2026-0001', status: 'refused' }])
})

test('a waiver that is about to end, or is for nothing, is said', async () => {
  const waiver = { reason: 'Not reachable.', owner: 'web', expires: '2026-12-01' }
  const waivers = ['CVE-2026-0001', 'CVE-2026-9999'].map((vulnerability) => ({ vulnerability, ...waiver }))
  expect((await examine('scanner', [], { ...policy, waivers })).reasons).toEqual([])
  expect(said).toEqual([
    'looking for known vulnerabilities',
    'The waiver of CVE-2026-0001 ends on 2026-12-01; its owner is web.',
    'The waiver of CVE-2026-9999 is not needed: it was not found.',
  ])
})

test('a scan that nobody demands is only reported', async () => {
  const outcome = await examine('scanner', [], 'nothing')
  expect(outcome.reasons).toEqual([])
  expect(outcome.scan?.found).toHaveLength(1)
})

test.each([
  ['broken', 'The vulnerability scanner did not run: no data.'],
  ['true', 'The vulnerability scan is not a result of debsecan that can be read: it is empty and does not say when it was made.'],
  [undefined, 'The profile demands a scan for vulnerabilities, and the family names no scanner.'],
])('a scan that did not come about is a reason against the image (%s)', async (command, reason) => {
  expect((await examine(command, [])).reasons).toEqual([reason])
})

test('fixes are proven by the machine’s own package manager, and by the scanner', async () => {
  const wanted = ['dpkg>=1.10', 'dpkg>=999', 'no-such-package-at-all>=1', 'CVE-2026-0001', 'CVE-2026-0002']
  const outcome = await examine('scanner', wanted, 'nothing')
  expect(outcome.fixes.map(({ proven }) => proven)).toEqual([true, false, true, false, true])
  expect(outcome.reasons).toHaveLength(2)
  expect(outcome.reasons[0]).toMatch(
    /^What the release was to fix is not: dpkg>=999\. dpkg \d\S* is installed, older than 999\.$/,
  )
})

test('without a scanner no vulnerability is proven gone', async () => {
  const outcome = await examine(undefined, ['CVE-2026-0002'], 'nothing')
  expect(outcome.reasons).toEqual([
    'What the release was to fix is not: CVE-2026-0002. No vulnerability scanner looked for CVE-2026-0002.',
  ])
})

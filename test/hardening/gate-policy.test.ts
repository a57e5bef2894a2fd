// What the gate demands besides the score, and what the register and waivers do to it.

import { describe, expect, test } from 'vitest'
import { scoreAfterWaivers, scoreOf } from '../../hardening/verdict/counts.ts'
import { type JudgeRequest, judge } from '../../hardening/verdict/judge.ts'
import { standingOf } from '../../hardening/verdict/standing.ts'
import { content, nowMs, profile, rule, scan, waiver } from './mini.ts'

const disagreement = {
  rule: rule('log_files'),
  contentVersion: content.version,
  reason: 'It looks for a user that Debian has not.',
  checked: 'ls -l /var/log on a fresh machine',
  owner: 'security',
}
const gate = { mustPass: [], regressions: 'refuse', notApplicableAtMostPercent: 50 } as const

function verdictOf(changes: Partial<JudgeRequest> = {}) {
  return judge({ profile: profile(), content, scan: scan(), controls: [], minimumScorePercent: 0, nowMs, ...changes })
}

function statusOf(changes: Partial<JudgeRequest>, name: string): string | undefined {
  return verdictOf(changes).rules.find(({ id }) => id === rule(name))?.status
}

describe('the register of disagreements', () => {
  const disputing = profile({ disagreements: [disagreement] })

  test.each(['fail', 'error', 'unknown'] as const)(
    'a rule that the scanner says is %s is disputed, which is not met',
    (result) => {
      const verdict = verdictOf({ profile: disputing, scan: scan({ log_files: result }) })
      expect(verdict).toMatchObject({
        outcome: 'pass',
        counts: { passed: 6, disputed: 1, failed: 0 },
        score: { met: 6, applicable: 7, percent: 85.7 },
        scoreAfterWaivers: { met: 6, applicable: 6, percent: 100 },
      })
      expect(verdict.rules.find(({ status }) => status === 'disputed')).toMatchObject({
        reason: disagreement.reason,
        disagreement,
      })
    },
  )

  test('an entry that was checked with other content holds no more', () => {
    const stale = profile({ disagreements: [{ ...disagreement, contentVersion: '7.0' }] })
    expect(statusOf({ profile: stale, scan: scan({ log_files: 'fail' }) }, 'log_files')).toBe('failed')
    expect(verdictOf({ profile: stale }).warnings).toEqual([
      `The register's entry on log_files was checked with content 7.0, this is ${content.version}: security has to check again.`,
    ])
  })

  test('an entry that is not needed is said', () => {
    expect(verdictOf({ profile: disputing }).warnings).toEqual([
      "The register's entry on log_files is not needed: the rule is met.",
    ])
  })

  test('what a container cannot judge stays not judged', () => {
    const entry = { ...disagreement, rule: rule('sysctl_kernel_kptr_restrict') }
    const container = scan({ sysctl_kernel_kptr_restrict: 'fail' }, { environment: 'container' })
    expect(statusOf({ profile: profile({ disagreements: [entry] }), scan: container }, 'sysctl_kernel_kptr_restrict')).toBe(
      'not-judged',
    )
  })
})

describe('rules that must be met', () => {
  const demanding = { gate: { ...gate, mustPass: [rule('web_server_removed')] } }
  const failing = scan({ web_server_removed: 'fail' })

  test.each([
    ['failed', profile(demanding), failing],
    ['waived', profile({ ...demanding, waivers: [waiver] }), failing],
    ['not checked', profile(demanding), scan({ web_server_removed: 'notchecked' })],
  ])('refuses when one is %s', (label, changed, found) => {
    expect(verdictOf({ profile: changed, scan: found }).reasons).toEqual([`web_server_removed must be met, and is ${label}.`])
  })

  test('passes when it is met or not applicable', () => {
    for (const result of ['pass', 'notapplicable'] as const)
      expect(verdictOf({ profile: profile(demanding), scan: scan({ web_server_removed: result }) }).reasons).toEqual([])
  })
})

describe('rules that do not apply', () => {
  const without = (...names: readonly string[]) => scan(Object.fromEntries(names.map((name) => [name, 'notapplicable' as const])))

  test('refuse when they are more than half, however well the rest does', () => {
    expect(verdictOf({ scan: without('banner', 'clock', 'firewall') }).reasons).toEqual([])
    expect(verdictOf({ scan: without('banner', 'clock', 'firewall', 'log_files') })).toMatchObject({
      outcome: 'refuse',
      reasons: ['4 of 7 demanded rules do not apply to this machine, more than 50 %.'],
      score: { percent: 100 },
    })
  })

  test('may be as many as the profile says', () => {
    const of = (notApplicableAtMostPercent: number) => profile({ gate: { ...gate, notApplicableAtMostPercent } })
    const found = without('banner', 'clock', 'firewall', 'log_files')
    expect(verdictOf({ profile: of(58), scan: found }).reasons).toEqual([])
    expect(verdictOf({ profile: of(57), scan: found }).reasons).toHaveLength(1)
  })
})

describe('no regression against production', () => {
  const inProduction = { release: 'web-2026.46.1', rules: standingOf(verdictOf({ scan: scan({ clock: 'fail' }) }).rules) }
  const lost = scan({ clock: 'fail', web_server_removed: 'fail' })
  const sentence = 'web_server_removed is met by web-2026.46.1, which is in production, and is not met any more.'

  test('refuses for a rule that was met there, not for one that was not', () => {
    expect(verdictOf({ scan: lost, inProduction })).toMatchObject({ outcome: 'refuse', reasons: [sentence] })
  })

  test('only reports where the profile says so', () => {
    const lenient = profile({ gate: { ...gate, regressions: 'report' } })
    expect(verdictOf({ profile: lenient, scan: lost, inProduction })).toMatchObject({
      outcome: 'pass',
      reasons: [],
      warnings: [sentence],
    })
  })

  test('a waiver answers for it', () => {
    expect(verdictOf({ profile: profile({ waivers: [waiver] }), scan: lost, inProduction }).reasons).toEqual([])
  })

  test('nothing in production, nothing lost', () => {
    expect(verdictOf({ scan: lost }).reasons).toEqual([])
  })
})

test('what the ledger keeps of a verdict names every rule once', () => {
  const { rules } = verdictOf({ scan: scan({ clock: 'fail', banner: 'notapplicable' }) })
  expect(standingOf(rules)).toEqual({
    failed: ['clock'],
    'not-applicable': ['banner'],
    passed: ['firewall', 'log_files', 'password_length', 'sysctl_kernel_kptr_restrict', 'web_server_removed'],
  })
})

test('after waivers: out of what is left to meet, cut off like the other', () => {
  const counts = { ...verdictOf().counts, passed: 340, failed: 1, waived: 7, disputed: 2 }
  expect(scoreOf(counts)).toEqual({ met: 340, applicable: 350, percent: 97.1 })
  expect(scoreAfterWaivers(counts)).toEqual({ met: 340, applicable: 341, percent: 99.7 })
})

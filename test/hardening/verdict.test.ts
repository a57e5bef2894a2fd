// The gate: every rule has one status, the score is cut off, and every reason to refuse is said.

import { describe, expect, test } from 'vitest'
import { shortId } from '../../hardening/content/content.ts'
import { containerLimits } from '../../hardening/verdict/container-limits.ts'
import { scoreOf } from '../../hardening/verdict/counts.ts'
import { type JudgeRequest, judge } from '../../hardening/verdict/judge.ts'
import { content, nowMs, profile, rule, scan, waiver } from './mini.ts'

function verdictOf(changes: Partial<JudgeRequest> = {}) {
  return judge({ profile: profile(), content, scan: scan(), controls: [], minimumScorePercent: 50, nowMs, ...changes })
}

function statusesOf(changes: Partial<JudgeRequest>): Record<string, string> {
  return Object.fromEntries(verdictOf(changes).rules.map(({ id, status }) => [shortId(id), status]))
}

test('all rules met: passes with nothing to say', () => {
  expect(verdictOf({ minimumScorePercent: 100 })).toMatchObject({
    outcome: 'pass',
    reasons: [],
    warnings: [],
    score: { met: 7, applicable: 7, percent: 100 },
  })
})

test('every result has its own status; only open ones are waived', () => {
  const changes = {
    profile: profile({
      waivers: [waiver, { ...waiver, rule: rule('banner') }, { ...waiver, rule: rule('clock') }],
      deselected: [{ rule: rule('log_files'), reason: 'Elsewhere.' }],
    }),
    scan: scan({
      web_server_removed: 'fail',
      clock: 'error',
      firewall: 'notapplicable',
      password_length: 'notchecked',
      log_files: 'notselected',
    }),
  }
  expect(statusesOf(changes)).toEqual({
    banner: 'passed',
    clock: 'waived',
    firewall: 'not-applicable',
    sysctl_kernel_kptr_restrict: 'passed',
    log_files: 'deselected',
    password_length: 'not-checked',
    web_server_removed: 'waived',
  })
  expect(verdictOf(changes)).toMatchObject({
    counts: { passed: 2, waived: 2, notApplicable: 1, notChecked: 1, deselected: 1, failed: 0, error: 0 },
    score: { met: 2, applicable: 4, percent: 50 },
    warnings: ['The waiver of banner is not needed: the rule is met.'],
  })
})

describe('not judged', () => {
  const inContainer = scan({ clock: 'fail' }, { environment: 'container' })

  test('what a container cannot answer is outside the score, even when the scanner says pass', () => {
    const verdict = verdictOf({ scan: inContainer })
    expect(verdict.counts).toMatchObject({ passed: 5, notJudged: 1, failed: 1 })
    expect(verdict.score.applicable).toBe(6)
    expect(verdict.rules.find(({ id }) => id === rule('sysctl_kernel_kptr_restrict'))).toMatchObject({
      status: 'not-judged',
      result: 'pass',
      reason: containerLimits.sysctl_kernel_kptr_restrict,
    })
  })

  test('also what the scanner would call not applicable, and never what is waived instead', () => {
    const changes = {
      profile: profile({ waivers: [{ ...waiver, rule: rule('sysctl_kernel_kptr_restrict') }] }),
      scan: scan({ sysctl_kernel_kptr_restrict: 'notapplicable' }, { environment: 'container' }),
    }
    expect(statusesOf(changes).sysctl_kernel_kptr_restrict).toBe('not-judged')
  })

  test('a profile may add to the table, for containers only', () => {
    const mine = profile({ notJudged: [{ rule: rule('clock'), reason: 'The host keeps it.' }] })
    expect(statusesOf({ profile: mine, scan: inContainer }).clock).toBe('not-judged')
    expect(statusesOf({ profile: mine, scan: scan({ clock: 'fail' }) }).clock).toBe('failed')
  })

  test('on a virtual machine everything is judged', () => {
    expect(statusesOf({ scan: scan({ sysctl_kernel_kptr_restrict: 'fail' }) }).sysctl_kernel_kptr_restrict).toBe('failed')
  })

  test('a fast scan has no say on what it could not see, and a fail stays a fail', () => {
    const fast = scan({ clock: 'error', firewall: 'unknown', banner: 'fail' }, { method: 'fast' })
    expect(statusesOf({ scan: fast })).toMatchObject({ clock: 'not-judged', firewall: 'not-judged', banner: 'failed' })
  })
})

describe('refused because', () => {
  test.each<[string, Partial<JudgeRequest>, string]>([
    [
      'the score is too low',
      { scan: scan({ banner: 'fail' }), minimumScorePercent: 97 },
      '6 of 7 applicable rules are met (85.7 %), fewer than 97 %.',
    ],
    [
      'nothing was applicable',
      {
        scan: scan(Object.fromEntries(scan().results.rules.map(({ rule: id }) => [shortId(id), 'notapplicable' as const]))),
        profile: profile({ gate: { ...profile().gate, notApplicableAtMostPercent: 100 } }),
        minimumScorePercent: 0,
      },
      '0 of 0 applicable rules are met (0.0 %), fewer than 0 %.',
    ],
    [
      'a waiver has expired since the profile was loaded',
      { profile: profile({ waivers: [{ ...waiver, expires: '2026-11-21' }] }) },
      'The waiver of web_server_removed expired on 2026-11-21; its owner is web.',
    ],
    ['the scanner broke down on a rule', { scan: scan({ clock: 'error' }) }, 'The scanner has no answer for clock: error.'],
    ['the scanner does not know', { scan: scan({ clock: 'unknown' }) }, 'The scanner has no answer for clock: unknown.'],
    [
      'a demanded rule was not scanned',
      { scan: scan({ clock: 'notselected' }) },
      'The scanner has no answer for clock: notselected.',
    ],
    [
      'the scan was made the fast way',
      { scan: scan({}, { method: 'fast' }) },
      'Only a plain scan may gate, and this one was made the fast way.',
    ],
    [
      'other content was used',
      { scan: scan({}, { contentSha256: 'ab'.repeat(32) }) },
      'The scan used content abababababab, not the pinned c0c0c0c0c0c0.',
    ],
    ['a control was not asked', { profile: profile({ controls: ['firewall'] }) }, 'The control firewall was not checked.'],
    [
      'a control is not met',
      {
        profile: profile({ controls: ['firewall'] }),
        controls: [{ control: 'firewall', met: false, message: 'ufw is not enabled' }],
      },
      'The control firewall is not met: ufw is not enabled.',
    ],
  ])('%s', (_, changes, reason) => {
    expect(verdictOf(changes)).toMatchObject({ outcome: 'refuse', reasons: [reason] })
  })

  test('the results leave a rule out', () => {
    const full = scan()
    const cut = {
      ...full,
      results: { ...full.results, rules: full.results.rules.filter(({ rule: id }) => id !== rule('clock')) },
    }
    expect(verdictOf({ scan: cut }).reasons).toEqual(['The scanner has no answer for clock: The results do not name this rule.'])
  })

  test('another profile was evaluated', () => {
    const full = scan()
    const other = { ...full, results: { ...full.results, profile: 'xccdf_drover_profile_remediate' } }
    expect(verdictOf({ scan: other }).reasons).toEqual([
      'The scan evaluated the profile xccdf_drover_profile_remediate, not xccdf_drover_profile_gate.',
    ])
  })

  test('everything at once', () => {
    const verdict = verdictOf({
      scan: scan({ banner: 'fail', clock: 'error' }, { method: 'fast', contentSha256: 'ab'.repeat(32) }),
      profile: profile({ controls: ['firewall'], waivers: [{ ...waiver, expires: '2026-11-21' }] }),
      minimumScorePercent: 97,
    })
    expect(verdict.reasons).toHaveLength(5)
  })
})

test('waivers are announced in their last thirty days', () => {
  const ending = (expires: string) =>
    verdictOf({ profile: profile({ waivers: [{ ...waiver, expires }] }), scan: scan({ web_server_removed: 'fail' }) })
  expect(ending('2026-12-21').warnings).toEqual(['The waiver of web_server_removed ends on 2026-12-21; its owner is web.'])
  expect(ending('2026-12-22').warnings).toEqual([])
})

test('the score is cut off, never rounded up', () => {
  const counts = verdictOf().counts
  expect(scoreOf({ ...counts, passed: 9_699, failed: 301 })).toEqual({ met: 9_699, applicable: 10_000, percent: 96.9 })
  expect(scoreOf({ ...counts, passed: 2, failed: 1 }).percent).toBe(66.6)
})

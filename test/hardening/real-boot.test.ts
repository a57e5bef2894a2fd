// What a container cannot judge is taken from a real boot: for those rules, from such a scan, and from nowhere else.

import { describe, expect, test } from 'vitest'
import { shortId } from '../../hardening/content/content.ts'
import { renderHtmlReport } from '../../hardening/report/html.ts'
import { readReport } from '../../hardening/report/read-report.ts'
import type { Scan, ScanFacts } from '../../hardening/results/scan.ts'
import { type JudgeRequest, judge } from '../../hardening/verdict/judge.ts'
import type { ScanResult } from '../../hardening/verdict/status.ts'
import { createMemoryFiles } from '../support/memory-files.ts'
import { report } from './a-report.ts'
import { content, nowMs, profile, rule, scan, waiver } from './mini.ts'

const kernelRule = 'sysctl_kernel_kptr_restrict'
const container = scan({ clock: 'fail' }, { environment: 'container' })

/** A scan that was asked only those rules: the others are in its results as not selected. */
function booted(results: Readonly<Record<string, ScanResult>>, facts: Partial<ScanFacts> = {}): Scan {
  const asked = scan(results, facts)
  const rules = asked.results.rules.map((one) =>
    shortId(one.rule) in results ? one : { ...one, result: 'notselected' as const },
  )
  return { ...asked, results: { ...asked.results, rules }, found: new Map([[rule(kernelRule), ['kptr_restrict = 2']]]) }
}

function verdictOf(changes: Partial<JudgeRequest>) {
  return judge({ profile: profile(), content, scan: container, controls: [], minimumScorePercent: 50, nowMs, ...changes })
}

function ruleOf(changes: Partial<JudgeRequest>, name: string) {
  return verdictOf(changes).rules.find(({ id }) => id === rule(name))
}

describe('the merge', () => {
  test('the real boot answers what the container could not, and is named as the place', () => {
    const passed = ruleOf({ realBoot: booted({ [kernelRule]: 'pass' }) }, kernelRule)
    expect(passed).toMatchObject({ status: 'passed', judgedOn: 'real boot' })
    expect(ruleOf({ realBoot: booted({ [kernelRule]: 'fail' }) }, kernelRule)).toMatchObject({ status: 'failed' })
    const verdict = verdictOf({ realBoot: booted({ [kernelRule]: 'pass' }) })
    expect(verdict).toMatchObject({ outcome: 'pass', counts: { notJudged: 0, passed: 6 }, score: { applicable: 7, met: 6 } })
  })

  test('a rule that the container can judge keeps its answer, whatever the real boot says', () => {
    const realBoot = booted({ clock: 'pass', banner: 'fail', [kernelRule]: 'pass' })
    expect(ruleOf({ realBoot }, 'clock')).toMatchObject({ status: 'failed' })
    expect(ruleOf({ realBoot }, 'clock')).not.toHaveProperty('judgedOn')
    expect(ruleOf({ realBoot }, 'banner')).toMatchObject({ status: 'passed' })
  })

  test('waivers hold there too', () => {
    const waived = profile({ waivers: [{ ...waiver, rule: rule(kernelRule) }] })
    expect(ruleOf({ profile: waived, realBoot: booted({ [kernelRule]: 'fail' }) }, kernelRule)).toMatchObject({
      status: 'waived',
      judgedOn: 'real boot',
    })
  })

  test.each<[string, Scan]>([
    ['a scan that was of a container as well', booted({ [kernelRule]: 'pass' }, { environment: 'container' })],
    ['a scan that was not asked', booted({ clock: 'pass' })],
    ['a scan without results', { ...container, results: { ...container.results, rules: [] } }],
  ])('%s answers nothing', (_, realBoot) => {
    expect(ruleOf({ realBoot }, kernelRule)).toMatchObject({ status: 'not-judged' })
  })

  test.each<[string, Scan, string]>([
    ['a fast scan', booted({ [kernelRule]: 'pass' }, { method: 'fast' }), 'Only a plain scan may gate'],
    [
      'other content',
      booted({ [kernelRule]: 'pass' }, { contentSha256: 'ee'.repeat(32) }),
      'The scan of the real boot used content eeeeeeeeeeee',
    ],
    [
      'another profile',
      { ...booted({}), results: { ...booted({}).results, profile: 'xccdf_mine' } },
      'The scan of the real boot evaluated the profile xccdf_mine',
    ],
  ])('%s refuses', (_, realBoot, words) => {
    expect(verdictOf({ realBoot }).reasons).toEqual([expect.stringContaining(words)])
  })
})

describe('demanded', () => {
  test('a rule that was judged nowhere refuses, and is named', () => {
    const sentence = `A real boot is demanded, and one rule was not judged on any: ${kernelRule}.`
    expect(verdictOf({ demandRealBoot: true })).toMatchObject({ outcome: 'refuse', reasons: [sentence] })
    expect(verdictOf({ demandRealBoot: false })).toMatchObject({ outcome: 'pass', reasons: [] })
    expect(verdictOf({ demandRealBoot: true, realBoot: booted({ [kernelRule]: 'pass' }) }).reasons).toEqual([])
  })

  test('a machine that is no container leaves nothing to demand', () => {
    expect(verdictOf({ demandRealBoot: true, scan: scan() }).reasons).toEqual([])
  })

  test('the profile’s own additions to the table count as well', () => {
    const mine = profile({ notJudged: ['clock', 'banner', 'log_files'].map((name) => ({ rule: rule(name), reason: 'Ours.' })) })
    expect(verdictOf({ profile: mine, demandRealBoot: true }).reasons).toEqual([
      'A real boot is demanded, and 4 rules were not judged on any: banner, clock, sysctl_kernel_kptr_restrict and 1 more.',
    ])
  })
})

test('the report says where the answer comes from, what was found there, and reads back', async () => {
  const realBoot = booted({ [kernelRule]: 'pass' })
  const verdict = verdictOf({ realBoot })
  const made = report({ verdict, realBoot })
  expect(made.realBoot).toMatchObject({ rules: 1, facts: { environment: 'virtual-machine' } })
  expect(made.rules.find(({ name }) => name === kernelRule)).toMatchObject({
    judgedOn: 'real boot',
    found: ['kptr_restrict = 2'],
  })
  const files = createMemoryFiles({ '/r/report.json': JSON.stringify(made) })
  expect(await readReport(files, '/r/report.json')).toMatchObject({ ok: true, report: made })
  expect(renderHtmlReport(made)).toContain('Real boot, for one rule that a container cannot judge')
})

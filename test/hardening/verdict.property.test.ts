// What holds for every profile and every scan: nothing is lost, nothing is counted twice, nothing is embellished.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { containerLimits } from '../../hardening/verdict/container-limits.ts'
import { judge } from '../../hardening/verdict/judge.ts'
import { type ScanResult, scanResults } from '../../hardening/verdict/status.ts'
import { content, nowMs, profile, rule, scan } from './mini.ts'

const demanded = [
  'banner',
  'clock',
  'firewall',
  'sysctl_kernel_kptr_restrict',
  'log_files',
  'password_length',
  'web_server_removed',
]

const results = fc.dictionary(fc.constantFrom(...demanded, 'desktop_lock', 'not_in_the_content'), fc.constantFrom(...scanResults))
const names = fc.uniqueArray(fc.constantFrom(...demanded))
const environment = fc.constantFrom('container' as const, 'virtual-machine' as const)

function judged(
  found: Record<string, ScanResult>,
  waived: readonly string[],
  deselected: readonly string[],
  where: 'container' | 'virtual-machine',
) {
  const left = new Set(deselected)
  return judge({
    profile: profile({
      waivers: waived
        .filter((name) => !left.has(name))
        .map((name) => ({ rule: rule(name), reason: 'r', owner: 'o', expires: '2027-01-01' })),
      deselected: deselected.map((name) => ({ rule: rule(name), reason: 'r' })),
    }),
    content,
    scan: scan(found, { environment: where }),
    controls: [],
    minimumScorePercent: 97,
    nowMs,
  })
}

test('every demanded or deselected rule is in exactly one bucket', () => {
  fc.assert(
    fc.property(results, names, names, environment, (found, waived, deselected, where) => {
      const { rules, counts, score } = judged(found, waived, deselected, where)
      expect(new Set(rules.map(({ id }) => id))).toEqual(new Set(demanded.map(rule)))
      expect(rules).toHaveLength(demanded.length)
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(demanded.length)
      expect(score.applicable).toBe(
        demanded.length - counts.notJudged - counts.notApplicable - counts.notChecked - counts.deselected - counts.informational,
      )
    }),
  )
})

test('a waiver never changes the score', () => {
  fc.assert(
    fc.property(results, names, environment, (found, waived, where) => {
      expect(judged(found, waived, [], where).score).toEqual(judged(found, [], [], where).score)
    }),
  )
})

test('a rule is met only if the scanner says so', () => {
  fc.assert(
    fc.property(results, names, names, environment, (found, waived, deselected, where) => {
      for (const { status, result } of judged(found, waived, deselected, where).rules) {
        if (status === 'passed') expect(result).toBe('pass')
        if (status === 'fixed') expect(result).toBe('fixed')
        if (status === 'not-applicable') expect(result).toBe('notapplicable')
      }
    }),
  )
})

test('what an image fails elsewhere it never passes in a container', () => {
  fc.assert(
    fc.property(results, names, (found, waived) => {
      const container = new Map(judged(found, waived, [], 'container').rules.map(({ id, status }) => [id, status]))
      for (const { id, status } of judged(found, waived, [], 'virtual-machine').rules) {
        expect([status, 'not-judged']).toContain(container.get(id))
      }
    }),
  )
})

test('every limit of a container gives its reason in a sentence', () => {
  for (const [name, reason] of Object.entries(containerLimits))
    expect([name, reason]).toEqual([name, expect.stringMatching(/^[A-Za-z].{30,}\.$/)])
})

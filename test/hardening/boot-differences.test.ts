// What first boot undid: rules that both scans answered, and answered differently.

import { expect, test } from 'vitest'
import { bootDifferences } from '../../hardening/report/boot-differences.ts'
import type { ReportRule } from '../../hardening/report/report.ts'
import { report } from './a-report.ts'

const rule = (name: string, after: ReportRule['after'], status: ReportRule['status']): ReportRule => {
  const { after: _, ...one } = report().rules[0] as ReportRule
  return { ...one, id: name, name, status, ...(after && { after }) }
}

test('what was undone comes first; no answer is no difference', () => {
  const rules = [
    rule('same', 'passed', 'passed'),
    rule('brought about', 'failed', 'passed'),
    rule('undone', 'passed', 'failed'),
    rule('hidden from the fast scan', 'error', 'passed'),
    rule('not judged here', 'passed', 'not-judged'),
    rule('not scanned', undefined, 'failed'),
    rule('no longer applicable', 'passed', 'not-applicable'),
  ]
  expect(bootDifferences({ ...report(), rules }).map(({ name, undone }) => [name, undone])).toEqual([
    ['undone', true],
    ['brought about', false],
    ['no longer applicable', false],
  ])
})

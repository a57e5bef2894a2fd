// An auditor's question about one control: by section or by name, with its waiver and its history.

import { expect, test } from 'vitest'
import { answerControl, controlLines } from '../../hardening/report/control-answer.ts'
import { report, wholeReport } from './a-report.ts'

const lastWeek = () => {
  const then = report()
  return {
    ...then,
    subject: { ...then.subject, release: 'web-2026.46.1' },
    rules: then.rules.map((rule) => (rule.name === 'log_files' ? { ...rule, status: 'passed' as const } : rule)),
  }
}

test('by rule: status, waiver and history', () => {
  const answered = answerControl(report(), 'log_files', [lastWeek(), report()])
  if (!answered.ok) throw new Error(answered.problem.message)
  const [rule] = answered.answer.rules
  expect(rule).toMatchObject({
    status: 'waived',
    waiver: { owner: 'web', ticket: 'SEC-7' },
    history: [
      { release: 'web-2026.46.1', status: 'passed' },
      { release: 'web-2026.47.1', status: 'waived' },
    ],
  })
  const lines = controlLines(answered.answer)
  expect(lines[0]).toMatch(/^web-2026\.47\.1: .*log_files$/)
  expect(lines.find((line) => line.includes('waiver'))).toContain('web, until 2026-12-01 (9 days left when it was judged), SEC-7')
  expect(lines.at(-1)).toBe('  history    web-2026.46.1 passed, web-2026.47.1 waived')
})

test('by section: every rule that answers it', () => {
  const whole = report()
  const section = whole.rules.find(({ cis }) => cis.length > 0)?.cis[0] ?? ''
  const answered = answerControl(whole, section, [])
  expect(answered.ok && answered.answer.rules.map(({ id }) => id)).toEqual(
    whole.rules.filter(({ cis }) => cis.includes(section)).map(({ id }) => id),
  )
})

test('a control nobody knows: the nearest is named', () => {
  expect(answerControl(report(), 'log_file', [])).toMatchObject({
    ok: false,
    problem: {
      code: 'unknown-rule',
      message: 'the report of web-2026.47.1 has no control log_file',
      hint: 'Did you mean log_files?',
    },
  })
})

test('a release that did not demand the rule says so, and hostile text can’t move a cursor', () => {
  const other = { ...lastWeek(), rules: [] }
  const answered = answerControl(wholeReport(), 'log_files', [other])
  if (!answered.ok) throw new Error(answered.problem.message)
  expect(answered.answer.rules[0]?.history).toEqual([{ release: 'web-2026.46.1', status: 'absent' }])
  for (const line of controlLines(answered.answer)) expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
})

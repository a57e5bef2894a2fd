// The tailoring is generated: the gate leaves out only what is deselected, remediation also what must not be fixed.

import { expect, test } from 'vitest'
import { renderTailoring } from '../../hardening/tailoring/render-tailoring.ts'
import { content, nowMs, profile, rule, waiver } from './mini.ts'

test('golden', async () => {
  const tailoring = renderTailoring({
    profile: profile({
      title: 'Acme <mini> & "more"',
      values: [{ value: 'xccdf_example_value_password_length', set: '16 & up', reason: 'Ours is longer.' }],
      deselected: [{ rule: rule('banner'), reason: 'Nobody logs in.' }],
      selected: [{ rule: rule('desktop_lock'), reason: 'There is a desktop.' }],
      waivers: [waiver, { ...waiver, rule: rule('desktop_lock') }],
      atFirstBoot: [{ rule: rule('clock'), reason: 'It starts then.' }],
    }),
    content,
    answered: ['firewall'],
    nowMs,
  })
  await expect(tailoring).toMatchFileSnapshot('golden/tailoring.xml')
})

test('a profile that changes nothing demands what the content demands', () => {
  const tailoring = renderTailoring({ profile: profile(), content, answered: [], nowMs })
  expect(tailoring).not.toContain('<select')
  expect(tailoring).not.toContain('<set-value')
})

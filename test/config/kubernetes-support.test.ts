// What is said of a Kubernetes minor before its support ends, and after.

import { expect, test } from 'vitest'
import { kubernetesSupport } from '../../pipeline/config/index.ts'

const dayMs = 86_400_000

test.each([
  ['2026-05-29', undefined],
  ['2026-05-30', 'standard support for Kubernetes 1.33 ends on 2026-07-29, in 60 days'],
  ['2026-07-28', 'standard support for Kubernetes 1.33 ends on 2026-07-29, in 1 day'],
  ['2026-07-29', 'EKS has had Kubernetes 1.33 in extended support, at extra cost, since 2026-07-29; it ends on 2027-07-29'],
  ['2027-05-30', 'extended support for Kubernetes 1.33 ends on 2027-07-29, in 60 days'],
  ['2027-07-29', 'EKS has not supported Kubernetes 1.33 since 2027-07-29'],
])('on %s: %s', (day, line) => {
  const node = { kubernetes: '1.33', upgradeComponents: false, supportNoticeMs: 60 * dayMs, afterSupport: 'warn' as const }
  const support = kubernetesSupport(node, Date.parse(day))
  expect(support?.line).toBe(line)
  expect(support?.ended ?? false).toBe(day === '2027-07-29')
})

test('a minor that the table does not know is said to be unknown, not supported', () => {
  const node = { kubernetes: '1.99', upgradeComponents: false, supportNoticeMs: 0, afterSupport: 'refuse' as const }
  expect(kubernetesSupport(node, 0)).toMatchObject({ ended: false, line: expect.stringContaining('1.99 is not known here') })
})

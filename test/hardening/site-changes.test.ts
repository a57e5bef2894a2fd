// What changed between two releases: what got worse first, and no list where one of the two has none.

import { expect, test } from 'vitest'
import { changesBetween } from '../../hardening/site/changes.ts'
import { report, wholeReport } from './a-report.ts'

test('rules: lost ones first, new and gone ones named as such', () => {
  const before = report()
  const [first, second, third] = before.rules
  if (!first || !second || !third) throw new Error('the mini benchmark has more rules')
  const was = { ...before, rules: [{ ...first, status: 'failed' as const }, { ...second, status: 'passed' as const }, third] }
  const now = {
    ...before,
    rules: [
      { ...first, status: 'passed' as const },
      { ...second, status: 'waived' as const },
      { ...third, id: 'new', name: 'new' },
    ],
  }
  expect(changesBetween(was, now).rules.map((one) => [one.name, one.before, one.now, one.worse])).toEqual([
    [second.name, 'passed', 'waived', true],
    [first.name, 'failed', 'passed', false],
    [third.name, third.status, 'absent', false],
    ['new', 'absent', third.status, false],
  ])
})

test('packages, ports and setuid programs, or nothing where they were not listed', () => {
  const now = wholeReport()
  expect(changesBetween(report(), now)).toMatchObject({ packages: undefined, ports: undefined, setuid: undefined })
  const inventory = now.inventory
  if (!inventory) throw new Error('the whole report has an inventory')
  const before = {
    ...now,
    inventory: {
      packages: [{ name: 'cron', version: '1', architecture: 'amd64', tracedTo: 'profile' }],
      listening: [],
      setuid: [...inventory.setuid, '/usr/bin/old'],
    },
  }
  const changes = changesBetween(before, now)
  expect(changes.packages?.map(({ name, before: was, now: is }) => [name, was === undefined, is === undefined])).toEqual([
    ['cron:amd64', false, false],
    ['netcat-openbsd:amd64', true, false],
  ])
  expect(changes.ports?.map(({ name }) => name)).toEqual(['tcp 0.0.0.0:22'])
  expect(changes.setuid).toEqual([{ name: '/usr/bin/old', before: 'present', now: undefined }])
})

// What was found on the machine, out of an ARF: followed from the rule to the item, in words, and never a secret.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFound } from '../../hardening/results/read-found.ts'
import { readResults } from '../../hardening/results/read-results.ts'

const fixture = readFileSync(new URL('fixtures/mini-arf.xml', import.meta.url), 'utf8')
const numbers = Array.from({ length: 30 }, (_, index) => index + 100)
const arf = fixture
  .replace('MANY', numbers.map((id) => `<tested_item item_id="${id}"/>`).join(''))
  .replace(
    'ITEMS',
    numbers
      .map(
        (id) =>
          `<l:sysctl_item id="${id}" status="exists"><l:name>net.key${id}</l:name><l:value>${'x'.repeat(400)}</l:value></l:sysctl_item>`,
      )
      .join(''),
  )
const found = readFound(arf)
const of = (name: string) => found.get(`xccdf_example_rule_${name}`)

test('the same file holds results', () => {
  expect(readResults(arf)).toMatchObject({ ok: true, results: { rules: { length: 4 } } })
})

test('through a definition that extends another, which extends it back', () => {
  expect(of('root_login')).toEqual(
    ['openssh-server 10.0p1-7 is installed', '/etc/ssh/sshd_config: PermitRootLogin yes'].toReversed(),
  )
})

test('a rule about which nothing was found is missing', () => expect(of('nothing')).toBeUndefined())

test('long lists and long lines are cut, and say so', () => {
  const many = of('many') ?? []
  expect(many).toHaveLength(9)
  expect(many.at(-1)).toBe('and 22 more')
  expect(many[0]).toMatch(/^net\.key100 = x+…$/)
  expect(many[0]?.length).toBe(300)
})

test('modes are in octal, and no password or its hash is shown', () => {
  expect(of('shadow')).toEqual([
    '/etc/shadow: mode 0640, user 0, group 42',
    '/etc/shadow: a line that is not shown',
    'account root',
    '/boot/grub/grub.cfg: password_pbkdf2 root [hash]',
  ])
  expect(JSON.stringify([...found])).not.toContain('secret')
})

test.each([
  ['an entity', arf.replace('<arf:asset', '<!DOCTYPE x [<!ENTITY a "b">]><arf:asset')],
  ['no XML', 'no XML at all'],
  ['nesting', '<a>'.repeat(300)],
])('%s gives nothing, and no error', (_, text) => expect(readFound(text).size).toBe(0))

test('cut off anywhere, it gives nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: fixture.trimEnd().length - 1 }), (length) => {
      expect(readFound(fixture.slice(0, length)).size).toBe(0)
    }),
  )
})

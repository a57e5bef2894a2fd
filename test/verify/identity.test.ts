// Two machines of one image are two machines: every line that tells them apart has to.

import { expect, test } from 'vitest'
import { compareIdentities, identityProbes } from '../../pipeline/verify/identity.ts'

const probe = 'two machines, two identities: SSH host keys'

test.each([
  ['different', 'AAAA1\n', 'AAAA2\n', ''],
  ['the same', 'AAAA1\n', 'AAAA1', 'SSH host keys is the same on both machines: it was baked in'],
  ['one of two the same', 'AAAA1\nBBBB1\n', 'BBBB1\nAAAA2\n', 'SSH host keys is the same on both machines: it was baked in'],
  ['empty lines alike', 'AAAA1\n\n', '\nAAAA2\n', ''],
  ['missing on the first', ' \n', 'AAAA2\n', 'SSH host keys is empty on a booted machine'],
  ['missing on the second', 'AAAA1\n', '', 'SSH host keys is empty on a booted machine'],
])('%s', (_, first, second, detail) => {
  expect(compareIdentities('SSH host keys', first, second)).toEqual({ probe, ok: detail === '', detail })
})

test('machines are compared by what Debian gives each, agents by what they say of themselves', () => {
  const agent = { purpose: 'other', packages: [], files: [], services: [], probes: [], enrolments: [] } as const
  const probes = identityProbes([
    { ...agent, name: 'nameless' },
    { ...agent, name: 'shipper', identity: 'cat /etc/shipper/id' },
  ])
  expect(probes.map(({ subject }) => subject)).toEqual(['machine ID', 'SSH host keys', 'host name', 'identity of shipper'])
})

// Every package has a reason or has none: by value, by property, and out of the files a bake and a machine leave.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readInventory } from '../../hardening/inventory/read-inventory.ts'
import { type Declared, type PackageHistory, tracePackages } from '../../hardening/inventory/trace-packages.ts'
import { createMemoryFiles } from '../support/memory-files.ts'

const installed = (...names: string[]) => names.map((name) => ({ name, version: '1', architecture: 'amd64' }))
const names = (text: string) => new Set(text.split(' ').filter((name) => name !== ''))

function history(
  changed: Partial<{
    base: string
    withAgents: string
    provisioned: string
    depends: Record<string, string>
    provides: Record<string, string>
  }>,
): PackageHistory {
  const { base = '', withAgents = '', provisioned = withAgents, depends = {}, provides = {} } = changed
  const all = new Set([...names(base), ...names(withAgents), ...names(provisioned), ...Object.keys(depends)])
  return {
    base: names(base),
    withAgents: names(withAgents),
    provisioned: names(provisioned),
    depends: new Map(
      [...all].map((name) => [name, { needs: [...names(depends[name] ?? '')], provides: [...names(provides[name] ?? '')] }]),
    ),
  }
}

const trace = (list: string, facts: PackageHistory, declared: readonly Declared[] = []) =>
  Object.fromEntries(tracePackages(installed(...list.split(' ')), facts, declared).map(({ name, tracedTo }) => [name, tracedTo]))

test('what an agent declares, and what that needs, through what another package provides', () => {
  const facts = history({
    base: 'libc6',
    withAgents: 'libc6 collectd libcollect mta-exim',
    depends: { collectd: 'libcollect mail-transport-agent libc6', libcollect: 'collectd' },
    provides: { 'mta-exim': 'mail-transport-agent' },
  })
  expect(trace('libc6 collectd libcollect mta-exim', facts, [{ reason: 'agent collectd', packages: ['collectd'] }])).toEqual({
    libc6: 'base',
    collectd: 'agent collectd',
    libcollect: 'agent collectd',
    'mta-exim': 'agent collectd',
  })
})

test('a new kernel that the base’s own package asks for belongs to the base', () => {
  const facts = history({
    base: 'linux-image',
    withAgents: 'linux-image linux-image-6.12.2',
    depends: { 'linux-image': 'linux-image-6.12.2' },
  })
  expect(trace('linux-image linux-image-6.12.2', facts)).toEqual({ 'linux-image': 'base', 'linux-image-6.12.2': 'base' })
})

test('what came after belongs to whatever ran then; what only the machine has belongs to nobody', () => {
  const facts = history({ withAgents: 'stray', provisioned: 'stray nginx', depends: { aide: '' } })
  expect(trace('stray nginx aide appeared', facts)).toEqual({
    stray: undefined,
    nginx: 'provisioners',
    aide: 'hardening',
    appeared: undefined,
  })
})

test('nothing is traced that nobody declared, needs or brought; the order of the list does not matter', () => {
  const name: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
  fc.assert(
    fc.property(
      fc.uniqueArray(name),
      fc.uniqueArray(name),
      fc.dictionary(name, fc.uniqueArray(name)),
      fc.uniqueArray(name),
      (base, withAgents, needs, declared) => {
        const facts = history({
          base: base.join(' '),
          withAgents: [...base, ...withAgents].join(' '),
          depends: Object.fromEntries(Object.entries(needs).map(([from, to]) => [from, to.join(' ')])),
        })
        const wish = [{ reason: 'agent x', packages: declared }]
        const all = 'a b c d e f'
        const traced = trace(all, facts, wish)
        expect(trace(all.split(' ').toReversed().join(' '), facts, wish)).toEqual(traced)
        const reachable = new Set([...declared, ...base])
        for (let size = -1; size !== reachable.size; ) {
          size = reachable.size
          for (const one of [...reachable]) for (const needed of needs[one] ?? []) reachable.add(needed)
        }
        for (const one of all.split(' ')) {
          if (traced[one] === 'agent x' || traced[one] === 'base') expect(reachable.has(one)).toBe(true)
          if (reachable.has(one)) expect(traced[one]).toBeDefined()
        }
      },
    ),
  )
})

const files = {
  '/bake/packages/base.txt': 'base-files\n',
  '/bake/packages/with-agents.txt': 'base-files\ncron\nlibx\n',
  '/bake/packages/provisioned.txt': 'base-files\ncron\nlibx\n',
  '/bake/packages/depends.tsv':
    'base-files\t\t\t\ncron\tinit-system-helpers (>= 1.54~)\tlibx (>= 2) | liby:any\t\nlibx\t\t\tlibz (= 1)\n',
  '/machine/packages.txt': 'base-files 13 amd64\ncron 3.0 amd64\nlibx 2 amd64\nnetcat 1 amd64\n',
  '/machine/listening.txt':
    'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))\nudp UNCONN 0 0 10.0.0.7%ens5:68 0.0.0.0:*\ntcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=1,fd=4))\nnot a line\n',
  '/machine/setuid.txt': '/usr/bin/sudo\n',
}
const request = { bakeDirectory: '/bake', machineDirectory: '/machine', declared: [{ reason: 'profile', packages: ['cron'] }] }

test('out of the files of a bake and of a machine', async () => {
  expect(await readInventory(createMemoryFiles(files), request)).toEqual({
    ok: true,
    inventory: {
      packages: [
        { name: 'base-files', version: '13', architecture: 'amd64', tracedTo: 'base' },
        { name: 'cron', version: '3.0', architecture: 'amd64', tracedTo: 'profile' },
        { name: 'libx', version: '2', architecture: 'amd64', tracedTo: 'profile' },
        { name: 'netcat', version: '1', architecture: 'amd64' },
      ],
      listening: [
        { protocol: 'tcp', address: '0.0.0.0', port: 22, program: 'sshd' },
        { protocol: 'udp', address: '10.0.0.7', port: 68, program: '' },
        { protocol: 'tcp', address: '[::]', port: 22, program: 'sshd' },
      ],
      setuid: ['/usr/bin/sudo'],
    },
    untraced: [{ name: 'netcat', version: '1', architecture: 'amd64' }],
  })
})

test.each(Object.keys(files))('without %s nothing is traced, and it says so', async (path) => {
  const rest = Object.fromEntries(Object.entries(files).filter(([name]) => name !== path))
  expect(await readInventory(createMemoryFiles(rest), request)).toEqual({
    ok: false,
    message: `there is no ${path}, so packages cannot be traced`,
  })
})

test('out of a bake by dnf: names begin with capitals, and an agent may ask for a file', async () => {
  const bake = '/bake/packages'
  const byDnf = {
    ...files,
    [`${bake}/base.txt`]: 'glibc\n',
    [`${bake}/with-agents.txt`]: 'NetworkManager\ncurl-minimal\nglibc\nlibcurl-minimal\nstray\n',
    [`${bake}/provisioned.txt`]: 'NetworkManager\ncurl-minimal\nglibc\nlibcurl-minimal\nstray\n',
    [`${bake}/depends.tsv`]:
      'NetworkManager\t\tglibc\t\nagent\t\tNetworkManager\t\ncurl-minimal\t\tglibc, libcurl-minimal\t/usr/bin/curl\nglibc\t\t\t\n',
    '/machine/packages.txt': ['agent', 'NetworkManager', 'curl-minimal', 'glibc', 'libcurl-minimal', 'stray']
      .map((name) => `${name} 1-1 x86_64\n`)
      .join(''),
  }
  const declared = [
    { reason: 'agent one', packages: ['agent'] },
    { reason: 'drover', packages: ['/usr/bin/curl'] },
  ]
  const read = await readInventory(createMemoryFiles(byDnf), { ...request, declared })
  if (!read.ok) throw new Error(read.message)
  expect(Object.fromEntries(read.inventory.packages.map(({ name, tracedTo }) => [name, tracedTo]))).toEqual({
    agent: 'agent one',
    NetworkManager: 'agent one',
    'curl-minimal': 'drover',
    glibc: 'base',
    'libcurl-minimal': 'drover',
    stray: undefined,
  })
})

// A plan is a value: what Packer reads and what the build machine gets, by value.

import { describe, expect, test } from 'vitest'
import { planBake } from '../../pipeline/bake/plan.ts'
import { planBuild } from '../../pipeline/bake/plan-build.ts'
import { aFamily } from '../support/config.ts'
import { aBakeRequest, shipper } from './a-bake-request.ts'

const text = (path: string, request = aBakeRequest()): string => {
  const file = planBake(request).files.find((planned) => planned.path === path)
  if (file === undefined || !('text' in file)) throw new Error(`no text at ${path}`)
  return file.text
}
const plan = (name: string): string => text(`bundle/plan/${name}`)

describe('what Packer reads', () => {
  test('build.pkr.json: drover, the family, the hardening, the clean-up, in this order', async () => {
    await expect(text('packer/build.pkr.json')).toMatchFileSnapshot('golden/build.pkr.json')
  })

  test('drover.auto.pkrvars.json', async () => {
    await expect(text('packer/drover.auto.pkrvars.json')).toMatchFileSnapshot('golden/drover.auto.pkrvars.json')
  })

  test('FIPS mode comes behind the hardening, with its packages, where it is asked for', () => {
    const request = aBakeRequest({ family: aFamily({ kind: 'eks-node', fipsMode: true }) })
    const scripts = [...JSON.stringify(planBuild(request)).matchAll(/provisioners\/([\w-]+)\.sh/g)].map(([, name]) => name)
    const at = scripts.indexOf('83-fips')
    expect([scripts[at - 1], scripts[at + 1]]).toEqual(['80-harden', '82-components-after'])
    expect(text('bundle/plan/packages', request)).toContain('crypto-policies-scripts')
    expect(JSON.stringify(planBuild(aBakeRequest()))).not.toContain('fips')
  })

  test('nothing is secret, and yet nobody else may read it', () => {
    const modes = planBake(aBakeRequest()).files.flatMap((file) =>
      file.path.startsWith('packer/') && 'mode' in file ? [file.mode] : [],
    )
    expect(modes).toEqual([0o600, 0o600, 0o600])
  })

  test('a path that looks like a template is a path', () => {
    const family = aFamily({ provisioners: [{ kind: 'shell', script: `/acme/\${var.secret}/%{if}.sh` }] })
    expect(JSON.stringify(planBuild(aBakeRequest({ family })))).toContain(`/acme/$\${var.secret}/%%{if}.sh`)
  })

  test("a playbook's path is one word of the shell, whatever it holds", () => {
    const family = aFamily({ provisioners: [{ kind: 'ansible', playbook: "/acme's; rm -rf/site.yml", variables: {} }] })
    expect(JSON.stringify(planBuild(aBakeRequest({ family })))).toContain(`'/acme'\\\\''s; rm -rf/site.yml'`)
  })
})

test('a node is told which launch hook it completes, and how soon, where the family says it', () => {
  const nodeHooks = { launch: 'acme/join', readyWithinMs: 900_000, drainMs: 300_000 }
  const request = aBakeRequest({ family: aFamily({ kind: 'eks-node', nodeHooks }) })
  expect(text('bundle/plan/node-ready.conf', request)).toBe('HOOK=acme/join\nWITHIN=900\n')
  const usual = planBake(aBakeRequest({ family: aFamily({ kind: 'eks-node' }) }))
  expect(usual.files.map(({ path }) => path)).not.toContain('bundle/plan/node-ready.conf')
})

describe('a node that the bake makes', () => {
  const request = aBakeRequest({ family: aFamily({ kind: 'k8s-node' }) })

  test('gets the runtime’s packages and its own files', () => {
    expect(text('bundle/plan/packages', request).split('\n')).toEqual(
      expect.arrayContaining(['catatonit', 'containerd', 'containernetworking-plugins', 'curl', 'runc']),
    )
    const rootfs = { path: 'bundle/node-rootfs', from: '/opt/drover/packer/k8s-node/rootfs' }
    expect(planBake(request).files).toContainEqual(rootfs)
    expect(planBake(aBakeRequest()).files).not.toContainEqual(rootfs)
  })

  test('is made of the installed packages, before the family’s own provisioners and the hardening', () => {
    const family = aFamily({ kind: 'k8s-node', provisioners: [{ kind: 'shell', script: '/acme/10-web.sh' }] })
    const [build] = planBuild(aBakeRequest({ family })).build as readonly [{ readonly provisioner: readonly object[] }]
    const scripts = JSON.stringify(build.provisioner).match(/[^/"]+\.sh(?=")/g)
    const from = scripts?.indexOf('10-packages.sh')
    expect(scripts?.slice(from, (from ?? 0) + 8)).toEqual([
      '10-packages.sh',
      '20-agents.sh',
      '30-login.sh',
      '40-enrol.sh',
      '42-container-runtime.sh',
      '44-pause-image.sh',
      '10-web.sh',
      '80-harden.sh',
    ])
  })
})

describe('what the build machine gets', () => {
  test('one list of packages: ours, the agents’, the hardening’s, each once; and what must go', () => {
    expect(plan('packages').split('\n')).toEqual([
      'ca-certificates',
      'curl',
      'jq',
      'libpam-pwquality',
      'rsyslog',
      'rsyslog-relp=8.2504.0-1',
      '',
    ])
    expect(plan('unwanted-packages')).toBe('telnet\n')
  })

  test('a repository of its own comes with its key and the fingerprint the key must have', () => {
    expect(plan('repositories')).toBe('shipper\t0123456789ABCDEF0123456789ABCDEF01234567\n')
    expect(plan('repository-shipper.repository')).toBe(
      'Types: deb\nURIs: https://packages.example.com/debian\nSuites: stable\nComponents: main extra\nSigned-By: /etc/apt/keyrings/shipper.asc\n',
    )
    expect(planBake(aBakeRequest()).files).toContainEqual({
      path: 'bundle/plan/repository-shipper.asc',
      from: '/acme/agents/vendor.asc',
    })
  })

  test('files with their targets, modes and owners', () => {
    expect(plan('files')).toBe(
      'agents/shipper/0-rsyslog.conf\t/etc/rsyslog.conf\t0640\troot:adm\nagents/shipper/1-rootfs\t/\t-\troot:root\n',
    )
  })

  test('services, and which of them must not run', () => {
    expect(plan('services')).toBe('rsyslog.service\tactive\nsyslog-legacy.service\tinactive\n')
  })

  test('who may log in', () => {
    expect(plan('login')).toBe("LOGIN_USER='admin'\nLOGIN_BY='keys'\nALLOW_GROUPS='admin sudo'\n")
  })

  test('names of parameters, never a value; the identity an agent’s machine derives is the same in every image', () => {
    expect(JSON.parse(plan('enrolments.json'))).toEqual({
      agents: [{ name: 'shipper', identity: '3bb5107ae4a19617a0e6151cf1fe90b6' }],
      enrolments: [{ agent: 'shipper', ...shipper.enrolments[0] }],
    })
  })

  test('the stamp of the release', () => {
    expect(JSON.parse(plan('release.json'))).toEqual({
      release: 'web-2026.47.1',
      family: 'web',
      architecture: 'x86_64',
      base: { imageId: 'ami-0123456789abcdef0', name: 'debian-13-amd64-20261101', ownerAccount: '136693071363' },
      configCommit: '4c9f3a1',
      builtAt: '2026-11-22T06:00:00.000Z',
    })
  })

  test('the hardening room’s steps with their moments', () => {
    expect(plan('hardening-steps')).toBe(
      'before-packages\tscan before hardening\tguest/before.sh\nafter-provisioners\tharden\tguest/remediate.sh\n',
    )
  })
})

// A bake with one of everything: an agent of each kind of entry, a provisioner of each kind.

import type { BakeRequest } from '../../pipeline/bake/bake-request.ts'
import type { Agent } from '../../pipeline/config/index.ts'
import { aConfig, aFamily } from '../support/config.ts'

export const shipper: Agent = {
  name: 'shipper',
  purpose: 'log-shipper',
  packages: [{ name: 'rsyslog' }, { name: 'rsyslog-relp', version: '8.2504.0-1' }],
  repository: {
    packageManager: 'apt',
    uri: 'https://packages.example.com/debian',
    suite: 'stable',
    components: ['main', 'extra'],
    keyFile: '/acme/agents/vendor.asc',
    keyFingerprint: '0123456789ABCDEF0123456789ABCDEF01234567',
  },
  files: [
    { from: '/acme/agents/rsyslog.conf', to: '/etc/rsyslog.conf', mode: '0640', owner: 'root:adm' },
    { from: '/acme/agents/shipper/rootfs', to: '/', mode: undefined, owner: 'root:root' },
  ],
  services: [
    { unit: 'rsyslog.service', expect: 'active' },
    { unit: 'syslog-legacy.service', expect: 'inactive' },
  ],
  probes: [{ command: 'rsyslogd -N1', timeoutMs: 30_000 }],
  enrolments: [
    {
      parameter: '/acme/log-collector',
      file: '/etc/rsyslog.d/60-collector.conf',
      mode: '0600',
      owner: 'root:root',
      template: 'target="{value}" from="{identity}"\n',
      restart: ['rsyslog.service'],
    },
  ],
}

export function aBakeRequest(over: Partial<BakeRequest> = {}): BakeRequest {
  return {
    family: aFamily({
      agents: [shipper],
      provisioners: [
        { kind: 'shell', script: '/acme/provisioners/10-web.sh' },
        { kind: 'files', from: '/acme/rootfs', to: '/' },
        { kind: 'ansible', playbook: '/acme/provisioners/site.yml', variables: { title: 'Acme' } },
      ],
    }),
    images: { ...aConfig().images, kmsKeyIds: { 'eu-central-1': 'alias/drover' }, runnerCidrs: ['10.0.0.2/32'] },
    release: { id: 'web-2026.47.1', configCommit: '4c9f3a1', builtAt: '2026-11-22T06:00:00.000Z' },
    base: {
      architecture: 'x86_64',
      imageId: 'ami-0123456789abcdef0',
      name: 'debian-13-amd64-20261101',
      ownerAccount: '136693071363',
      createdAt: '2026-11-01T00:00:00.000Z',
    },
    rootDevice: '/dev/xvda',
    token: '00112233445566778899aabbccddeeff',
    hardening: {
      packages: ['libpam-pwquality', 'rsyslog'],
      removedPackages: ['telnet'],
      files: [{ from: '/work/hardening/remediate.sh', to: 'guest/remediate.sh', mode: '0755' }],
      steps: [
        { name: 'scan before hardening', script: 'guest/before.sh', when: 'before-packages' },
        { name: 'harden', script: 'guest/remediate.sh', when: 'after-provisioners' },
      ],
      results: ['results/after.xml.gz'],
    },
    folders: { packer: '/opt/drover/packer', work: '/var/lib/drover/bake-1' },
    ansiblePlaybook: '/opt/ansible/bin/ansible-playbook',
    pollSeconds: 15,
    ...over,
  }
}

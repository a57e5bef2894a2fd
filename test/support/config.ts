// A resolved configuration of one family, for what lies behind the configuration.

import type { Config, Family } from '../../pipeline/config/index.ts'
import { aPolicy } from './factories.ts'

export function aFamily(over: Partial<Family> = {}): Family {
  return {
    name: 'web',
    kind: 'debian',
    bases: [{ architecture: 'x86_64', ownerAccount: '136693071363', nameGlob: 'debian-13-amd64-*' }],
    agents: [],
    provisioners: [],
    login: { user: 'admin', allowGroups: ['admin', 'sudo'] },
    hardening: { profileFile: '/acme/hardening/cis-level1-server.yaml' },
    verify: { bootDeadlineMs: 300_000, minimumScorePercent: 97, logCollector: { hostname: 'logs.acme.example', port: 514 } },
    policies: { weekly: aPolicy(), emergency: aPolicy({ lane: 'emergency' }) },
    ...over,
  }
}

const dayMs = 86_400_000

export function aConfig(over: Partial<Config> = {}): Config {
  return {
    file: '/acme/drover.yaml',
    directory: '/acme',
    organisation: 'acme',
    ledger: { kind: 'file', directory: '/acme/ledger' },
    evidenceDirectory: '/acme/evidence',
    notifications: [],
    roles: {},
    ownerTags: ['owner', 'Owner', 'team'],
    retention: {
      keep: 3,
      deprecateAfterMs: 14 * dayMs,
      disableAfterMs: 30 * dayMs,
      deregisterAfterMs: 90 * dayMs,
      keepFailedMs: 7 * dayMs,
    },
    images: {
      account: '111111111111',
      region: 'eu-central-1',
      instanceType: { x86_64: 't3.large', arm64: 't4g.large' },
      realBootType: { x86_64: 'm5.metal', arm64: 'm6g.metal' },
      reach: 'private',
      kmsKeyIds: {},
      runnerCidrs: [],
    },
    families: [aFamily()],
    drillEveryMs: 30 * 86_400_000,
    reached: [],
    digest: 'a'.repeat(64),
    ...over,
  }
}

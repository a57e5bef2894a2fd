// A benchmark of eight rules, a profile over it and scans of it: small enough to reason about.

import { readFileSync } from 'node:fs'
import type { Content } from '../../hardening/content/content.ts'
import { parseBenchmark } from '../../hardening/content/parse-benchmark.ts'
import type { Profile } from '../../hardening/profile/profile.ts'
import type { Scan, ScanFacts } from '../../hardening/results/scan.ts'
import { gatingProfileId } from '../../hardening/tailoring/render-tailoring.ts'
import type { ScanResult } from '../../hardening/verdict/status.ts'

export const nowMs = Date.parse('2026-11-22T08:00:00Z')

export const content: Content = {
  name: 'mini',
  title: 'Mini 7.1',
  file: '/content/mini-ds.xml',
  sha256: 'c0'.repeat(32),
  idPrefix: 'xccdf_example_',
  ...parseBenchmark(readFileSync(new URL('fixtures/mini-ds.xml', import.meta.url), 'utf8')),
}

export function rule(name: string): string {
  return `xccdf_example_rule_${name}`
}

export function profile(changes: Partial<Profile> = {}): Profile {
  return {
    file: '/profiles/mini.yaml',
    title: 'Acme mini',
    content: 'mini',
    base: 'xccdf_example_profile_server',
    values: [],
    deselected: [],
    selected: [],
    waivers: [],
    disagreements: [],
    gate: { mustPass: [], regressions: 'refuse', notApplicableAtMostPercent: 50 },
    atFirstBoot: [],
    notJudged: [],
    controls: [],
    packages: [],
    removedPackages: [],
    ...changes,
  }
}

export const waiver = { rule: rule('web_server_removed'), reason: 'It is one.', owner: 'web', expires: '2027-03-31' }

/** Every rule of the server profile passes but for what is said. */
export function scan(results: Readonly<Record<string, ScanResult>> = {}, facts: Partial<ScanFacts> = {}): Scan {
  const names = [
    'banner',
    'clock',
    'firewall',
    'sysctl_kernel_kptr_restrict',
    'log_files',
    'password_length',
    'web_server_removed',
  ]
  const all = { ...Object.fromEntries(names.map((name) => [name, 'pass' as ScanResult])), ...results }
  return {
    facts: {
      method: 'plain',
      scanner: '1.4.2',
      contentSha256: content.sha256,
      profile: gatingProfileId,
      environment: 'virtual-machine',
      startedAtMs: nowMs - 60_000,
      durationMs: 17_400,
      system: 'Debian GNU/Linux 13 (trixie)',
      kernel: '6.12.107-cloud-amd64',
      ...facts,
    },
    found: new Map(),
    results: {
      profile: gatingProfileId,
      testSystem: 'cpe:/a:redhat:openscap:1.4.2',
      rules: Object.entries(all).map(([name, result]) => ({ rule: rule(name), result, messages: [] })),
    },
  }
}

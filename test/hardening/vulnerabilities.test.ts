// Known vulnerabilities: each scanner's format read strictly, judged by the profile, and what a release was to fix proven.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFix, proveFix } from '../../hardening/vulnerabilities/fixes.ts'
import { judgeVulnerabilities, type VulnerabilityPolicy } from '../../hardening/vulnerabilities/judge-vulnerabilities.ts'
import { readVulnerabilities, type VulnerabilityFormat } from '../../hardening/vulnerabilities/read-vulnerabilities.ts'

/** As `debsecan --format detail` writes it, below the line with the time that the example's unit puts first. */
const debsecan = `2026-11-25T08:00:00+00:00
CVE-2026-0001 (fixed, remotely exploitable, high urgency)
  A flaw in TLS
  installed: openssl 3.5.1-1
             (built from openssl 3.5.1-1)
  fixed in unstable: openssl 3.5.2-1 (source package)
  fix is available for the selected suite (trixie)

CVE-2026-0002 (medium urgency)
  Another
  installed: zlib1g 1:1.3.dfsg+really1.3.1-1
             (built from zlib 1:1.3.dfsg+really1.3.1-1)

TEMP-0841856-B18BAF
  no CVE yet
  installed: bash 5.2.37-2
             (built from bash 5.2.37-2)
`
const grype = {
  matches: [
    {
      vulnerability: { id: 'CVE-2026-0001', severity: 'Critical', fix: { versions: ['3.5.2-1'], state: 'fixed' } },
      artifact: { name: 'openssl', version: '3.5.1-1' },
    },
    {
      vulnerability: { id: 'CVE-2026-0002', severity: 'Medium', fix: { versions: [], state: 'wont-fix' } },
      artifact: { name: 'zlib1g', version: '1.3' },
    },
  ],
  descriptor: { name: 'grype', version: '0.87.0', db: { built: '2026-11-25T08:00:00Z' } },
}
const trivy = {
  SchemaVersion: 2,
  CreatedAt: '2026-11-25T08:00:00Z',
  Results: [
    {
      Target: 'debian',
      Vulnerabilities: [
        {
          VulnerabilityID: 'CVE-2026-0001',
          PkgName: 'openssl',
          InstalledVersion: '3.5.1-1',
          FixedVersion: '3.5.2-1',
          Severity: 'CRITICAL',
        },
      ],
    },
    { Target: 'empty' },
  ],
}
const finding = {
  type: 'PACKAGE_VULNERABILITY',
  status: 'ACTIVE',
  severity: 'CRITICAL',
  packageVulnerabilityDetails: {
    vulnerabilityId: 'CVE-2026-0001',
    vulnerablePackages: [
      { name: 'openssl', version: '3.5.1', release: '1', epoch: 0, fixedInVersion: '0:3.5.2-1' },
      { name: 'libssl3', version: '3.5.1', release: '1', epoch: 1, fixedInVersion: 'NotAvailable' },
    ],
  },
}
const inspector = {
  findings: [finding, { ...finding, status: 'CLOSED' }, { type: 'NETWORK_REACHABILITY', status: 'ACTIVE', severity: 'LOW' }],
}

const read = (format: VulnerabilityFormat, value: unknown) =>
  readVulnerabilities(format, typeof value === 'string' ? value : JSON.stringify(value))
const madeAt = Date.parse('2026-11-25T08:00:00Z')

describe('reading', () => {
  test('debsecan: severity, fix and age; what has no urgency is unknown', () => {
    expect(read('debsecan', debsecan)).toEqual({
      ok: true,
      scan: {
        scanner: 'debsecan',
        dataFromMs: madeAt,
        found: [
          {
            id: 'CVE-2026-0001',
            package: 'openssl',
            installedVersion: '3.5.1-1',
            fixedVersion: 'a newer one of the suite',
            severity: 'high',
          },
          { id: 'CVE-2026-0002', package: 'zlib1g', installedVersion: '1:1.3.dfsg+really1.3.1-1', severity: 'medium' },
          { id: 'TEMP-0841856-B18BAF', package: 'bash', installedVersion: '5.2.37-2', severity: 'unknown' },
        ],
      },
    })
  })

  test.each([
    [
      'grype',
      grype,
      'grype 0.87.0',
      [
        ['CVE-2026-0001', '3.5.2-1', 'critical'],
        ['CVE-2026-0002', undefined, 'medium'],
      ],
    ],
    ['trivy', trivy, 'trivy', [['CVE-2026-0001', '3.5.2-1', 'critical']]],
    [
      'inspector',
      inspector,
      'Amazon Inspector',
      [
        ['CVE-2026-0001', '0:3.5.2-1', 'critical'],
        ['CVE-2026-0001', undefined, 'critical'],
      ],
    ],
  ] as const)('%s', (format, value, scanner, found) => {
    const result = read(format, value)
    if (!result.ok) throw new Error(result.message)
    expect(result.scan.scanner).toBe(scanner)
    expect(result.scan.found.map(({ id, fixedVersion, severity }) => [id, fixedVersion, severity])).toEqual(found)
  })

  test.each([
    ['debsecan', '', 'it is empty and does not say when it was made'],
    ['debsecan', debsecan.slice(0, debsecan.indexOf('  installed')), 'it ends in the middle of CVE-2026-0001'],
    ['debsecan', 'Traceback (most recent call last):\n', 'line 1 is no line of debsecan'],
    ['debsecan', debsecan.replace('  installed: openssl 3.5.1-1\n', ''), 'CVE-2026-0001 has no installed package'],
    ['grype', '{"matches": [', 'it is not JSON'],
    ['grype', { ...grype, descriptor: { ...grype.descriptor, name: 'syft' } }, 'descriptor.name'],
    ['grype', { descriptor: grype.descriptor }, 'matches'],
    ['trivy', { ...trivy, Results: [] }, 'nothing was scanned'],
    ['trivy', { ...trivy, Results: undefined }, 'Results'],
    ['trivy', grype, 'SchemaVersion'],
    ['inspector', { ...inspector, nextToken: 'more' }, 'nextToken'],
    ['inspector', {}, 'findings'],
  ] as const)('%s: what is damaged or not all there is refused, never "nothing found"', (format, value, message) => {
    const result = read(format, value)
    expect(result.ok).toBe(false)
    if (!result.ok) expect(result.message).toContain(message)
  })

  test('a JSON result cut off anywhere is refused', () => {
    const text = JSON.stringify(grype)
    fc.assert(fc.property(fc.integer({ min: 0, max: text.length - 1 }), (end) => !read('grype', text.slice(0, end)).ok))
  })
})

describe('judging', () => {
  const nowMs = Date.parse('2026-11-26T08:00:00Z')
  const policy: VulnerabilityPolicy = { refuse: ['critical', 'high'], withoutFix: 'accept', waivers: [] }
  const scan = {
    scanner: 'grype 0.87.0',
    dataFromMs: madeAt,
    found: [
      { id: 'CVE-1', package: 'openssl', installedVersion: '1', fixedVersion: '2', severity: 'critical' },
      { id: 'CVE-2', package: 'zlib1g', installedVersion: '1', severity: 'high' },
      { id: 'CVE-3', package: 'bash', installedVersion: '1', fixedVersion: '2', severity: 'unknown' },
    ],
  } as const
  const statuses = (changed: Partial<VulnerabilityPolicy>) =>
    judgeVulnerabilities(scan, { ...policy, ...changed }, nowMs).found.map(({ status }) => status)
  const waiver = { vulnerability: 'CVE-1', reason: 'Not reachable.', owner: 'web', expires: '2026-12-31' }

  test('by severity, and by whether there is a fix', () => {
    expect(statuses({})).toEqual(['refused', 'accepted', 'accepted'])
    expect(statuses({ withoutFix: 'refuse' })).toEqual(['refused', 'refused', 'accepted'])
    expect(statuses({ refuse: ['unknown'] })).toEqual(['accepted', 'accepted', 'refused'])
    expect(judgeVulnerabilities(scan, policy, nowMs).reasons).toEqual(['CVE-1 in openssl 1 is critical, fixed in 2.'])
  })

  test('a waiver lets through what it names, until its last day', () => {
    expect(statuses({ waivers: [waiver] })[0]).toBe('waived')
    expect(statuses({ waivers: [{ ...waiver, package: 'libssl3' }] })[0]).toBe('refused')
    expect(statuses({ waivers: [{ ...waiver, expires: '2026-11-26' }] })[0]).toBe('waived')
    expect(statuses({ waivers: [{ ...waiver, expires: '2026-11-25' }] })[0]).toBe('refused')
    const warnings = (entry: typeof waiver) => judgeVulnerabilities(scan, { ...policy, waivers: [entry] }, nowMs).warnings
    expect(warnings(waiver)).toEqual([])
    expect(warnings({ ...waiver, expires: '2026-12-20' })).toEqual(['The waiver of CVE-1 ends on 2026-12-20; its owner is web.'])
    expect(warnings({ ...waiver, vulnerability: 'CVE-9' })).toEqual(['The waiver of CVE-9 is not needed: it was not found.'])
  })

  test('old data is no answer, and data without an age is none where the age is limited', () => {
    const reasons = (dataFromMs?: number) =>
      judgeVulnerabilities(
        { scanner: 'x', found: [], ...(dataFromMs && { dataFromMs }) },
        { ...policy, maxAgeMs: 3_600_000 },
        nowMs,
      ).reasons
    expect(reasons(madeAt)).toEqual(['The data of x is 24 hours old, more than the profile allows.'])
    expect(reasons()).toEqual(['The result of x does not say how old its data is, and the profile limits that.'])
    expect(reasons(nowMs - 60_000)).toEqual([])
  })

  test('a long list is cut in the reasons, not in the report', () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ ...scan.found[0], id: `CVE-${index}` }))
    const verdict = judgeVulnerabilities({ ...scan, found: many }, policy, nowMs)
    expect(verdict.found).toHaveLength(25)
    expect(verdict.reasons).toHaveLength(21)
    expect(verdict.reasons.at(-1)).toBe('5 more vulnerabilities refuse; the report lists them.')
  })
})

describe('what a release was to fix', () => {
  test.each(['CVE-2026-12345', 'DSA-5999-1', 'openssl>=3.5.2-1', 'libc6 >= 1:2.41-12+deb13u1'])('%s is understood', (written) => {
    expect(parseFix(written)).toBeDefined()
  })

  test.each(['', 'openssl', 'openssl>3', 'CVE-26-1', 'a>=1', 'openssl>=1;rm -rf /', 'openssl>=$(id)'])('%j is not', (written) => {
    expect(parseFix(written)).toBeUndefined()
  })

  const prove = (written: string, ...facts: [Parameters<typeof proveFix>[1], Parameters<typeof proveFix>[2]]) => {
    const fix = parseFix(written)
    if (!fix) throw new Error(written)
    const { proven, evidence } = proveFix(fix, ...facts)
    return [proven, evidence]
  }
  const looked = {
    scanner: 'grype 1',
    found: [{ id: 'CVE-2026-0001', package: 'openssl', installedVersion: '3', severity: 'low' }],
  } as const

  test('a package by its version; no answer proves nothing', () => {
    const installed = (newEnough: boolean) => ({ installed: true, version: '3.5.1-1', newEnough }) as const
    expect(prove('openssl>=3.5.1-1', installed(true), undefined)).toEqual([true, 'openssl 3.5.1-1 is installed.'])
    expect(prove('openssl>=3.5.2-1', installed(false), undefined)).toEqual([
      false,
      'openssl 3.5.1-1 is installed, older than 3.5.2-1.',
    ])
    expect(prove('openssl>=3.5.2-1', { installed: false }, undefined)).toEqual([true, 'openssl is not installed.'])
    expect(prove('openssl>=3.5.2-1', undefined, looked)[0]).toBe(false)
  })

  test('a vulnerability by a scanner that looked; not scanned is not fixed', () => {
    expect(prove('CVE-2026-0002', undefined, looked)).toEqual([true, 'grype 1 looked and did not find CVE-2026-0002.'])
    expect(prove('CVE-2026-0001', undefined, looked)).toEqual([false, 'grype 1 found CVE-2026-0001 in openssl 3.'])
    expect(prove('CVE-2026-0001', undefined, undefined)).toEqual([false, 'No vulnerability scanner looked for CVE-2026-0001.'])
  })
})

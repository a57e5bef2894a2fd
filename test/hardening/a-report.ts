// A report of the mini benchmark with one of everything, hostile texts among it.

import { assembleReport, type Report, type ReportRequest } from '../../hardening/report/report.ts'
import { judge } from '../../hardening/verdict/judge.ts'
import { content, nowMs, profile, rule, scan, waiver } from './mini.ts'

const acme = profile({
  title: 'Acme <b>mini</b>',
  waivers: [waiver, { ...waiver, rule: rule('log_files'), expires: '2026-12-01', ticket: 'SEC-7' }],
  selected: [{ rule: rule('desktop_lock'), reason: 'There is a desktop.' }],
  deselected: [{ rule: rule('banner'), reason: 'Nobody <i>logs</i> in.' }],
  controls: ['firewall'],
})

export function report(changes: Partial<ReportRequest> = {}): Report {
  const fresh = scan(
    { web_server_removed: 'fail', log_files: 'fail', clock: 'fail', desktop_lock: 'fail', banner: 'notselected' },
    { environment: 'container' },
  )
  const controls = [{ control: 'firewall', met: false, message: '</script><script>alert(2)</script>' }]
  const verdict = judge({ profile: acme, content, scan: fresh, controls, minimumScorePercent: 97, nowMs })
  return assembleReport({
    subject: {
      organisation: 'acme',
      family: 'web',
      release: 'web-2026.47.1',
      images: [{ architecture: 'x86_64', imageId: 'ami-0123456789abcdef0', region: 'eu-central-1' }],
      base: { imageId: 'ami-0fedcba9876543210', name: 'debian-13-amd64-20261115-2297', ownerAccount: '136693071363' },
      packageCount: 312,
    },
    profile: acme,
    content,
    before: scan({ clock: 'fail', firewall: 'fail', web_server_removed: 'fail' }, { method: 'fast', environment: 'container' }),
    after: scan({ clock: 'error', web_server_removed: 'fail' }, { method: 'fast', environment: 'container' }),
    scan: fresh,
    verdict,
    remediation: { controls: new Map([[rule('firewall'), 'firewall']]), contentFixes: new Set([rule('clock')]) },
    minimumScorePercent: 97,
    nowMs,
    ...changes,
  })
}

/** As a machine would answer that wants to be more than text: in every place a scanner or an image fills. */
export const hostile = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1)) ![](https://example.test/pixel) @everyone `code`',
  '=HYPERLINK("https://example.test","x")',
  '\u001b[2J\u0000 \u202egnihtemos',
  '\ud800 lone',
  '"]]> &amp; \u2028',
] as const

/** The report with every optional member, each of its texts hostile. */
export function wholeReport(): Report {
  const [script, image, link, formula, control, lone, quotes] = hostile
  const plain = report({
    inventory: {
      packages: [
        { name: 'cron', version: '3.0pl1-197', architecture: 'amd64', tracedTo: 'profile' },
        { name: 'netcat-openbsd', version: formula, architecture: 'amd64' },
      ],
      listening: [{ protocol: 'tcp', address: '0.0.0.0', port: 22, program: script }],
      setuid: ['/usr/bin/sudo', `/tmp/${image}`],
    },
    vulnerabilities: {
      scanner: 'grype 0.87.0',
      dataFrom: '2026-11-21',
      found: [
        {
          id: 'CVE-2026-0001',
          package: 'openssl',
          installedVersion: '3.5.1-1',
          fixedVersion: '3.5.2-1',
          severity: 'critical',
          status: 'refused',
        },
        {
          id: 'CVE-2026-0002',
          package: script,
          installedVersion: link,
          severity: 'high',
          status: 'waived',
          waiver: { reason: control, owner: 'security', expires: '2027-01-31' },
        },
        { id: 'CVE-2026-0003', package: 'zlib1g', installedVersion: '1.3', severity: 'low', status: 'accepted' },
      ],
    },
    fixes: [
      { fix: 'openssl>=3.5.2-1', proven: false, evidence: `openssl 3.5.1-1 is installed ${image}` },
      { fix: 'CVE-2026-0004', proven: true, evidence: 'the scanner looked and did not find it' },
    ],
  })
  const texts = [script, image, link, formula, control, lone, quotes]
  return {
    ...plain,
    rules: plain.rules.map((one, index) => ({
      ...one,
      title: `${one.title} ${texts[index % texts.length]}`,
      found: [texts[(index + 1) % texts.length] ?? '', `/srv/${texts[(index + 2) % texts.length]}`],
      remediatedBy: one.remediatedBy ?? 'packages, agents or provisioners',
      judgedOn: 'container',
    })),
  }
}

// What an image may hold beyond the benchmark: programs of others' rights, open ports and credentials, against what was declared.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Inventory, ListeningPort } from '../../hardening/inventory/inventory.ts'
import { judgeRepositoryKeys } from '../../hardening/inventory/judge-repository-keys.ts'
import { judgeSurface } from '../../hardening/inventory/judge-surface.ts'
import { judgeSecrets, type SecretWaiver } from '../../hardening/secrets/judge-secrets.ts'
import { readSecrets } from '../../hardening/secrets/read-secrets.ts'

const ssh: ListeningPort = { protocol: 'tcp', address: '0.0.0.0', port: 22, program: 'sshd' }
const at = (address: string, port = 9100): ListeningPort => ({ protocol: 'tcp', address, port, program: 'exporter' })

function inventory(changed: Partial<Inventory> = {}): Inventory {
  return { packages: [], listening: [ssh], setuid: ['/usr/bin/sudo'], ...changed }
}

describe('programs that run as another user', () => {
  const name = 'only declared programs run as another user'

  test('nothing is judged that was not declared', () => {
    expect(judgeSurface(inventory({ setuid: ['/opt/x'] }), {})).toEqual([])
  })

  test('declared ones are met, one more is not, and is named', () => {
    const declared = { setuid: ['/usr/bin/sudo', '/usr/bin/su'] }
    expect(judgeSurface(inventory(), declared)).toEqual([{ control: name, met: true, message: '' }])
    expect(judgeSurface(inventory({ setuid: ['/opt/x', '/usr/bin/sudo'] }), declared)).toEqual([
      { control: name, met: false, message: 'not declared in hygiene.setuid: /opt/x' },
    ])
  })

  test('none at all was not listed, whatever was declared', () => {
    expect(judgeSurface(inventory({ setuid: [] }), { setuid: [] })).toMatchObject([{ control: name, met: false }])
  })

  test('a long list is cut, and says so', () => {
    const setuid = Array.from({ length: 30 }, (_, index) => `/opt/${index}`)
    expect(judgeSurface(inventory({ setuid }), { setuid: [] })[0]?.message).toMatch(/\/opt\/9 and 20 more$/)
  })
})

describe('open ports', () => {
  const declared = { listening: [{ protocol: 'tcp', port: 22 } as const] }

  test.each(['127.0.0.1', '127.0.0.53', '[::1]', '[::ffff:127.0.0.1]'])('%s is the machine’s own', (address) => {
    expect(judgeSurface(inventory({ listening: [ssh, at(address)] }), declared)).toMatchObject([{ met: true }])
  })

  test.each(['0.0.0.0', '*', '[::]', '10.0.0.7', '127.0.0.1.example.org', '[::1:1]'])('%s is open to others', (address) => {
    expect(judgeSurface(inventory({ listening: [ssh, at(address)] }), declared)).toEqual([
      {
        control: 'only declared ports are open',
        met: false,
        message: `not declared in hygiene.listening: tcp/9100 on ${address} (exporter)`,
      },
    ])
  })

  test('the protocol counts', () => {
    expect(judgeSurface(inventory({ listening: [{ ...ssh, protocol: 'udp' }] }), declared)).toMatchObject([{ met: false }])
  })

  test('a machine that listed none was not asked', () => {
    expect(judgeSurface(inventory({ listening: [] }), declared)).toMatchObject([{ met: false }])
  })
})

describe('what gitleaks wrote', () => {
  const entry = { RuleID: 'private-key', File: '/work/files/image/opt/k', StartLine: 3, Secret: 'REDACTED', Match: 'REDACTED' }

  test('rule, place and nothing else', () => {
    expect(readSecrets(JSON.stringify([entry]), '/work/files')).toEqual({
      ok: true,
      found: [{ rule: 'private-key', file: '/image/opt/k', line: 3 }],
    })
  })

  test('a .tgz goes by its own name again', () => {
    const packed = { ...entry, File: '/work/files/image/opt/a.tgz.tar.gz!in/k' }
    expect(readSecrets(JSON.stringify([packed]), '/work/files')).toMatchObject({ found: [{ file: '/image/opt/a.tgz!in/k' }] })
  })

  test.each([
    ['nothing', undefined],
    ['an empty file', ''],
    ['a truncated one', JSON.stringify([entry]).slice(0, -9)],
    ['another shape', '{"found":[]}'],
    ['an entry without a file', '[{"RuleID":"x","StartLine":1}]'],
    ['a rule of a megabyte', JSON.stringify([{ ...entry, RuleID: 'x'.repeat(1 << 20) }])],
    ['more than anybody reads', `[${'{"RuleID":"x","File":"/a","StartLine":1},'.repeat(100_000)}${JSON.stringify(entry)}]`],
    ['33 million characters', ' '.repeat(33 << 20)],
  ])('%s is no result', (_, text) => {
    expect(readSecrets(text, '/work/files')).toMatchObject({ ok: false, message: expect.stringContaining('gitleaks') })
  })

  test('damage never reads as nothing found', () => {
    const good = JSON.stringify([entry, { ...entry, RuleID: 'aws' }])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: good.length - 1 }), (end) => {
        expect(readSecrets(good.slice(0, end), '/work/files').ok).toBe(false)
      }),
    )
  })
})

describe('credentials', () => {
  const nowMs = Date.parse('2026-11-28T12:00:00Z')
  const found = [{ rule: 'private-key', file: '/opt/k', line: 1 }]
  const waiver: SecretWaiver = { file: '/opt/k', reason: 'A test’s.', owner: 'web', expires: '2027-09-30' }

  test('one that is found refuses, with its place', () => {
    expect(judgeSecrets(found, [], nowMs)).toEqual({
      met: false,
      message: 'found (take it out, or waive it in hygiene.secrets): /opt/k:1 (private-key)',
      warnings: [],
    })
    expect(judgeSecrets([], [], nowMs)).toEqual({ met: true, message: '', warnings: [] })
  })

  test('a waiver is of one file, and of one rule when it names one', () => {
    expect(judgeSecrets(found, [waiver], nowMs)).toEqual({ met: true, message: 'waived: /opt/k:1 (private-key)', warnings: [] })
    expect(judgeSecrets(found, [{ ...waiver, rule: 'aws' }], nowMs).met).toBe(false)
    expect(judgeSecrets(found, [{ ...waiver, file: '/opt/k2' }], nowMs).met).toBe(false)
  })

  test('an expired waiver lets nothing through; one that ends soon or is not needed is said', () => {
    const expired = judgeSecrets(found, [{ ...waiver, expires: '2026-11-27' }], nowMs)
    expect(expired).toMatchObject({ met: false, warnings: [expect.stringContaining('expired on 2026-11-27')] })
    const ending = judgeSecrets(found, [{ ...waiver, expires: '2026-12-02' }], nowMs)
    expect(ending).toMatchObject({ met: true, warnings: [expect.stringContaining('ends on 2026-12-02')] })
    expect(judgeSecrets([], [waiver], nowMs).warnings).toEqual([expect.stringContaining('not needed')])
  })
})

describe('keys of repositories', () => {
  const nowMs = Date.parse('2026-11-28T12:00:00Z')
  const seconds = (day: string) => `${Date.parse(day) / 1_000}`
  const key = (type: 'pub' | 'sub', expires: string, capabilities = 's', validity = '-') =>
    `${type}:${validity}:4096:1:73A4F27B8DD47936:1610882316:${expires}::-:::${capabilities}::::::23::0:`
  const judged = (...lines: string[]) => judgeRepositoryKeys([{ name: '/k.gpg', records: lines.join('\n') }], nowMs)

  test.each([
    ['one that never ends', [key('pub', '')]],
    ['one that ends later', [key('pub', seconds('2027-06-01'))]],
    ['an ended one beside one that holds', [key('pub', seconds('2020-01-01')), key('pub', '')]],
    ['a key for signing below one that only certifies', [key('pub', '', 'c'), key('sub', seconds('2027-06-01'))]],
  ])('%s is met', (_, lines) => {
    expect(judged(...lines)).toMatchObject({ control: { met: true, message: '' }, warnings: [] })
  })

  test.each([
    ['one that has ended', [key('pub', seconds('2020-01-01'))], 'the last key of /k.gpg ended on 2020-01-01'],
    [
      'a key for signing below one that has ended',
      [key('pub', seconds('2020-01-01'), 'c'), key('sub', seconds('2027-06-01'))],
      'the last key of /k.gpg ended on 2020-01-01',
    ],
    ['a revoked one', [key('pub', '', 's', 'r')], '/k.gpg holds no key that can sign'],
    ['one for encryption', [key('pub', '', 'e')], '/k.gpg holds no key that can sign'],
    ['an end that is no number', [key('pub', '20300101T000000')], '/k.gpg holds no key that can sign'],
    ['what is no key', ['gpg: no valid OpenPGP data found.'], '/k.gpg holds no key that can sign'],
  ])('%s is not met', (_, lines, message) => {
    expect(judged(...lines).control).toMatchObject({ met: false, message })
  })

  test('no keyring at all is not met', () => {
    expect(judgeRepositoryKeys([], nowMs).control.met).toBe(false)
  })

  test('one that ends within 30 days is announced', () => {
    expect(judged(key('pub', seconds('2026-12-20'))).warnings).toEqual([
      "The last key of /k.gpg ends on 2026-12-20; the repository's owner has a new one.",
    ])
  })
})

// Scanner results are read strictly: a file that is broken, cut, huge or hostile is an error, never a pass.

import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newerRelease, readDatedRelease } from '../../hardening/results/read-dated-release.ts'
import { limits, readResults } from '../../hardening/results/read-results.ts'
import { readControlResults, readPackageCount, readScan } from '../../hardening/results/read-scan.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { scan } from './mini.ts'

const good = readFileSync(new URL('fixtures/results.xml', import.meta.url), 'utf8')

function messageOf(xml: string): string {
  const read = readResults(xml)
  return read.ok ? 'ok' : read.message
}

test('profile, scanner and every rule, the worst instance of a rule checked twice', () => {
  expect(readResults(good)).toEqual({
    ok: true,
    results: {
      profile: 'xccdf_drover_profile_gate',
      testSystem: 'cpe:/a:redhat:openscap:1.4.2',
      rules: [
        { rule: 'xccdf_example_rule_banner', result: 'pass', messages: [] },
        { rule: 'xccdf_example_rule_clock', result: 'error', messages: ['the bus is silent', 'tried <twice>'] },
        { rule: 'xccdf_example_rule_firewall', result: 'fail', messages: [] },
        { rule: 'xccdf_example_rule_desktop_lock', result: 'notselected', messages: [] },
      ],
    },
  })
})

describe('what is not taken', () => {
  test.each([
    ['an empty file', '', /cannot be read/],
    ['a file cut in the middle', good.slice(0, good.length / 2), /cannot be read: .*unclosed/],
    ['results cut after a whole rule', good.slice(0, good.indexOf('</rule-result>') + 14), /cannot be read/],
    ['something else', '<html><body>404</body></html>', /there is no TestResult in it/],
    ['a test without rules', '<Benchmark><TestResult/></Benchmark>', /there is no rule in it/],
    ['two tests', good.replace('</Benchmark>', '<TestResult/></Benchmark>'), /more than one TestResult/],
    ['a result nobody knows', good.replace('>pass<', '>passed!<'), /"passed!" is not a result/],
    ['a rule without a result', good.replace('<result>pass</result>', ''), /xccdf_example_rule_banner has no result/],
    ['a result without a rule', good.replace('idref="xccdf_example_rule_banner"', ''), /names no rule/],
    ['a document type', `<!DOCTYPE lolz [<!ENTITY a "aaaa">]>${good}`, /document type/],
    ['an entity', good.replace('>pass<', '>&lol;<'), /cannot be read: .*entity/],
    ['bottomless nesting', '<a>'.repeat(100_000), /nested deeper than 256/],
    [
      'endless rules',
      `<TestResult>${'<rule-result idref="r%"><result>pass</result></rule-result>'.repeat(limits.rules + 1).replaceAll(/%/g, counter())}</TestResult>`,
      /more than 20000 rules/,
    ],
  ])('%s', (_, xml, message) => {
    expect(messageOf(xml)).toMatch(message)
  })

  test('a long remark is cut, not kept', () => {
    const read = readResults(good.replace('tried <twice>', 'x'.repeat(1_000_000)))
    expect(read.ok && read.results.rules[1]?.messages[1]?.length).toBe(limits.messageCharacters)
  })
})

describe("a scan's folder", () => {
  const files = createFiles()
  let directory = ''
  beforeAll(async () => {
    directory = await files.makeTemporaryDirectory('drover-scan-')
    await files.write(`${directory}/scan.xml.gz`, gzipSync(good))
    await files.write(`${directory}/scan.json`, JSON.stringify(scan().facts))
  })
  afterAll(() => files.remove(directory))

  test('results and facts', async () => {
    expect(await readScan(files, directory, 'scan')).toMatchObject({
      ok: true,
      scan: { facts: { method: 'plain', durationMs: 17_400 } },
    })
  })

  test('missing, damaged, and facts of another shape', async () => {
    expect(await readScan(files, directory, 'before')).toEqual({
      ok: false,
      message: `the before scan left no results in ${directory}`,
    })
    await files.write(`${directory}/cut.xml.gz`, gzipSync(good).subarray(0, 60))
    await files.write(`${directory}/cut.json`, '{}')
    expect(await readScan(files, directory, 'cut')).toEqual({ ok: false, message: 'cut.xml.gz is damaged or too large' })
    await files.write(`${directory}/odd.xml.gz`, gzipSync(good))
    await files.write(`${directory}/odd.json`, JSON.stringify({ ...scan().facts, method: 'hopeful' }))
    expect(await readScan(files, directory, 'odd')).toMatchObject({
      ok: false,
      message: expect.stringContaining('odd.json is not what the scan writes'),
    })
  })

  test('a gigabyte packed into a megabyte is refused before it is unpacked', async () => {
    // A gzip file may be several one after another.
    const [head, filler, tail] = [
      good.slice(0, good.indexOf('<rule-result')),
      ' '.repeat(64 * 1024 * 1024),
      good.slice(good.indexOf('<rule-result')),
    ].map((part) => gzipSync(part))
    const bomb = Buffer.concat([head, ...Array.from({ length: 16 }, () => filler), tail].map((part) => part ?? Buffer.alloc(0)))
    expect(bomb.length).toBeLessThan(2_000_000)
    await files.write(`${directory}/bomb.xml.gz`, bomb)
    await files.write(`${directory}/bomb.json`, JSON.stringify(scan().facts))
    expect(await readScan(files, directory, 'bomb')).toEqual({ ok: false, message: 'bomb.xml.gz is damaged or too large' })
    expect(process.memoryUsage().rss).toBeLessThan(1_500_000_000)
  })

  test('controls and packages, absent ones as absent', async () => {
    expect(await readControlResults(files, directory)).toEqual([])
    expect(await readPackageCount(files, directory)).toBeUndefined()
    await files.write(`${directory}/controls.json`, '[{ "control": "firewall", "met": false, "message": "ufw is not enabled" }]')
    await files.write(`${directory}/packages.txt`, 'adduser 3.152 all\napt 3.0.3 amd64\n')
    expect(await readControlResults(files, directory)).toEqual([
      { control: 'firewall', met: false, message: 'ufw is not enabled' },
    ])
    expect(await readPackageCount(files, directory)).toBe(2)
  })

  test('dated releases of the distribution, absent or damaged ones as absent', async () => {
    const write = (name: string, text: string) => files.write(`${directory}/release-${name}.txt`, text)
    expect(await readDatedRelease(files, directory)).toBeUndefined()
    await write('before', '2023.8.20250818\n')
    await write('after', '<b>\n')
    expect(await readDatedRelease(files, directory)).toBeUndefined()
    await write('after', '2023.9.20250929\n')
    await write('newer', 'unknown\n')
    const dated = { before: '2023.8.20250818', after: '2023.9.20250929' }
    expect(await readDatedRelease(files, directory)).toEqual(dated)
    expect(newerRelease(dated)).toEqual([])
    await write('newer', '2023.10.20260105\n')
    expect(await readDatedRelease(files, directory)).toEqual({ ...dated, newer: '2023.10.20260105' })
  })
})

function counter(): () => string {
  let next = 0
  return () => String(next++)
}

// Every format: golden files, the format's own schema or a well-kept reader of it, and nothing hostile gets through as more than text.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { default as draft04 } from 'ajv-draft-04'
import { parse as parseCsv } from 'csv-parse/sync'
import { XMLValidator } from 'fast-xml-parser'
import { parse as parseJunit } from 'junit2json'
import { marked } from 'marked'
import { describe, expect, test } from 'vitest'
import { type ReportFormat, reportFormats } from '../../hardening/report/formats.ts'
import { hostile, report, wholeReport } from './a-report.ts'

const render = (format: ReportFormat, of = wholeReport()) => reportFormats[format](of)

describe('golden files', () => {
  test.each([
    ['sarif', 'report.sarif'],
    ['junit', 'report.junit.xml'],
    ['csv', 'report.csv'],
    ['markdown', 'report.md'],
  ] as const)('%s', async (format, name) => {
    await expect(render(format)).toMatchFileSnapshot(`golden/${name}`)
  })
})

describe('SARIF', () => {
  const schema = createRequire(import.meta.url)
    .resolve('@microsoft/jest-sarif')
    .replace(/index\.js$/, 'schemas/sarif-2.1.0-rtm.5.json')
  const validate = new draft04.default({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
    JSON.parse(readFileSync(schema, 'utf8')),
  )
  const log = JSON.parse(render('sarif'))

  test.each(['with everything', 'with rules only'])('is valid by the schema of OASIS, %s', (which) => {
    validate(JSON.parse(render('sarif', which === 'with everything' ? wholeReport() : report())))
    expect(validate.errors ?? []).toEqual([])
  })

  test('the schema is one that refuses', () => {
    expect(validate({ ...log, runs: [{ ...log.runs[0], results: [{ ruleId: 'no message' }] }] })).toBe(false)
  })

  test('only what is met passes; a waiver is an accepted suppression with its reason', () => {
    const results = log.runs[0].results as {
      ruleId: string
      kind: string
      level: string
      suppressions?: { justification: string }[]
    }[]
    for (const { id, status } of wholeReport().rules) {
      const result = results.find(({ ruleId }) => ruleId === id)
      expect(result?.kind === 'pass', `${id} ${status}`).toBe(status === 'passed' || status === 'fixed')
      expect(result?.suppressions !== undefined).toBe(status === 'waived' || status === 'disputed')
      if (result?.kind !== 'fail') expect(result?.level).toBe('none')
    }
    expect(results.filter(({ level }) => level === 'error').map(({ ruleId }) => ruleId)).toEqual(
      expect.arrayContaining(['CVE-2026-0001', 'control/firewall', 'fix/openssl>=3.5.2-1']),
    )
    expect(results.some(({ ruleId }) => ruleId === 'fix/CVE-2026-0004')).toBe(false)
  })
})

describe('JUnit', () => {
  test('is well-formed, and its counts are those of its cases', async () => {
    const xml = render('junit')
    expect(XMLValidator.validate(xml)).toBe(true)
    const suites = (await parseJunit(xml)) as unknown as { testsuite: Suite[] }
    expect(suites.testsuite.map(({ name }) => name.split(': ')[1])).toEqual([
      'verdict',
      'rules',
      'controls',
      'vulnerabilities',
      'fixes',
    ])
    for (const { tests, failures, errors, skipped, testcase } of suites.testsuite) {
      expect(testcase.length).toBe(tests)
      expect(testcase.filter((one) => one.failure).length).toBe(failures)
      expect(testcase.filter((one) => one.error).length).toBe(errors)
      expect(testcase.filter((one) => one.skipped).length).toBe(skipped)
    }
    const rules = suites.testsuite[1]
    const met = wholeReport().rules.filter(({ status }) => status === 'passed' || status === 'fixed').length
    expect(rules?.testcase.filter((one) => !one.failure && !one.error && !one.skipped).length).toBe(met)
    expect(suites.testsuite[0]?.testcase[0]?.failure).toBeTruthy()
  })
})

interface Suite {
  readonly name: string
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly skipped: number
  readonly testcase: readonly { readonly failure?: unknown; readonly error?: unknown; readonly skipped?: unknown }[]
}

describe('CSV', () => {
  const rows: Record<string, string>[] = parseCsv(render('csv'), { columns: true, relax_column_count: false })

  test('a row each, waiver and register beside the rule', () => {
    const whole = wholeReport()
    expect(rows.filter(({ kind }) => kind === 'rule').map(({ name, status }) => [name, status])).toEqual(
      whole.rules.map(({ name, status }) => [name, status]),
    )
    expect(rows.find(({ name }) => name === 'log_files')).toMatchObject({ owner: 'web', expires: '2026-12-01', ticket: 'SEC-7' })
    expect(rows.filter(({ kind }) => kind === 'vulnerability').map(({ status }) => status)).toEqual([
      'refused',
      'waived',
      'accepted',
    ])
    expect(rows.filter(({ kind }) => kind === 'package').map(({ status }) => status)).toEqual(['traced', 'untraced'])
  })

  test('no cell is a formula', () => {
    for (const cell of rows.flatMap((row) => Object.values(row))) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    expect(rows.flatMap((row) => Object.values(row)).some((cell) => cell.startsWith("'=HYPERLINK"))).toBe(true)
  })
})

describe('Markdown', () => {
  test('is headings, one table and lists; no text of a machine becomes markup, a link or HTML', () => {
    const kinds = new Set<string>()
    marked.walkTokens(marked.lexer(render('markdown')), ({ type }) => void kinds.add(type))
    expect([...kinds].toSorted()).toEqual(['heading', 'list', 'list_item', 'paragraph', 'space', 'table', 'text'])
    expect(marked.parse(render('markdown'))).not.toMatch(/<(?:img|script|a|code)\b/)
  })

  test('a long list is cut, and says so', () => {
    const one = report()
    const rules = Array.from({ length: 120 }, (_, index) => ({
      ...(one.rules[0] as (typeof one.rules)[0]),
      id: `r${index}`,
      name: `r${index}`,
      status: 'failed' as const,
    }))
    expect(render('markdown', { ...one, rules })).toContain('### Not met (120)')
    expect(render('markdown', { ...one, rules })).toContain('- and 70 more, in the report')
  })

  test('a score is cut off, never rounded up', () => {
    const one = report()
    const scans = one.scans.map((scan) => ({ ...scan, score: { met: 1999, applicable: 2000, percent: 99.9 } }))
    expect(render('markdown', { ...one, scans })).toContain('| fresh machine, as measured | 1999 | 2000 | 99.9 % |')
  })
})

describe('hostile texts', () => {
  test.each(Object.keys(reportFormats) as ReportFormat[])('in %s are data', (format) => {
    const text = render(format)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    if (format !== 'json') expect(text).not.toMatch(/[\u0000\u001b\u202e]/)
    if (format === 'html') expect(text.match(/<script>/g)).toHaveLength(1)
    if (format === 'html' || format === 'junit') for (const attack of hostile.slice(0, 2)) expect(text).not.toContain(attack)
  })
})

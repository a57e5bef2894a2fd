// A report is read back whole, or not at all: damage never looks like a result.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { renderJsonReport } from '../../hardening/report/json.ts'
import { readReport } from '../../hardening/report/read-report.ts'
import type { Report } from '../../hardening/report/report.ts'
import type { reportShape } from '../../hardening/report/report-shape.ts'
import { createMemoryFiles } from '../support/memory-files.ts'
import { report, wholeReport } from './a-report.ts'

type Whole<T> = T extends readonly (infer Item)[]
  ? readonly Whole<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: Whole<T[Key]> }
    : T
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** Does not compile when a member of Report is missing from its shape, or the other way round. */
const shapeIsWhole: Same<Whole<Report>, Whole<z.infer<typeof reportShape>>> = true

const read = (text: string | Uint8Array) => readReport(createMemoryFiles({ '/r/report.json': text as string }), '/r/report.json')

test('every member of a report has its place in the shape', () => {
  expect(shapeIsWhole).toBe(true)
})

test.each([
  ['with rules only', report()],
  ['with everything', wholeReport()],
])('what was written is read back, %s', async (_, written) => {
  const back = await read(renderJsonReport(written))
  expect(back).toEqual({ ok: true, report: JSON.parse(JSON.stringify(written)), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

test.each([
  ['nothing in it', '', 'it is not JSON: '],
  ['another version', JSON.stringify({ ...report(), version: 1 }), 'it is of version 1, and this drover reads 2'],
  ['an unknown member', JSON.stringify({ ...report(), passed: true }), 'Unrecognized key: "passed"'],
  ['a status nobody knows', renderJsonReport(report()).replace('"status": "failed"', '"status": "fine"'), 'rules.'],
  ['a list instead of a report', '[]', 'the whole: '],
])('%s is refused with the file’s name', async (_, text, message) => {
  const back = await read(text)
  expect(back).toMatchObject({ ok: false, problem: { code: 'bad-argument' } })
  if (!back.ok) {
    expect(back.problem.message).toContain('/r/report.json is not a report that can be read: ')
    expect(back.problem.message).toContain(message)
  }
})

test('one that is not there is said to be missing', async () => {
  expect(await readReport(createMemoryFiles({}), '/r/report.json')).toMatchObject({ ok: false, problem: { code: 'not-found' } })
})

test('cut off anywhere, it is refused', async () => {
  const text = renderJsonReport(wholeReport()).trimEnd()
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: text.length - 1 }), async (length) => {
      expect(await read(text.slice(0, length))).toMatchObject({ ok: false })
    }),
  )
})

test('what the caller’s images know besides is not written, so that the report can be read back', async () => {
  const images = [{ architecture: 'x86_64', imageId: 'ami-1', region: 'eu-central-1', name: 'web-2026.47.1-x86_64' }]
  const made = report({ subject: { ...report().subject, images } })
  expect(await read(renderJsonReport(made))).toMatchObject({ ok: true })
})

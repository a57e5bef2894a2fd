// Reads a report.json back: whole and of this version, or a problem that names the file and what to do.

import { type Problem, sha256 } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import type { Report } from './report.ts'
import { reportShape } from './report-shape.ts'

export type ReadReport =
  | { readonly ok: true; readonly report: Report; readonly sha256: string }
  | { readonly ok: false; readonly problem: Problem }

/** A report of 400 rules is about half a megabyte. */
const largestBytes = 64 * 1024 * 1024

/** The report in a file. Its texts come from scanners and machines: they are data, for a renderer to escape. */
export async function readReport(files: Files, file: string): Promise<ReadReport> {
  const bytes = await files.readBytes(file)
  if (bytes === undefined) return refused('not-found', `there is no report at ${file}`, 'drover report names what there is.')
  if (bytes.length > largestBytes) return damaged(file, `it is larger than ${largestBytes} bytes`)
  const read = parseReport(bytes)
  if (!read.ok) return damaged(file, read.message)
  return { ok: true, report: read.report, sha256: sha256(bytes) }
}

type Parsed = { readonly ok: true; readonly report: Report } | { readonly ok: false; readonly message: string }

function parseReport(bytes: Uint8Array): Parsed {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    return { ok: false, message: `it is not JSON: ${(error as Error).message}` }
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (typeof version === 'number' && version !== reportShape.shape.version.value) {
    return { ok: false, message: `it is of version ${version}, and this drover reads ${reportShape.shape.version.value}` }
  }
  const parsed = reportShape.safeParse(value)
  if (parsed.success) return { ok: true, report: parsed.data }
  const issue = parsed.error.issues[0]
  const where = issue?.path.map(String).join('.') || 'the whole'
  return { ok: false, message: `${where}: ${issue?.message ?? 'it has another shape'}` }
}

function damaged(file: string, message: string): ReadReport {
  return refused(
    'bad-argument',
    `${file} is not a report that can be read: ${message}`,
    'drover report RELEASE checks it against the digest in the ledger; take a genuine copy from where the evidence is kept.',
  )
}

function refused(code: Problem['code'], message: string, hint: string): ReadReport {
  return { ok: false, problem: { code, message, hint } }
}

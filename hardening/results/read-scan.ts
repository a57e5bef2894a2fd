// Reads a scan's files out of an evidence folder: results, facts, controls, packages.

import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { parsedJson } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import { readFound } from './read-found.ts'
import { limits, readResults } from './read-results.ts'
import type { ControlResult, Scan, ScanFacts } from './scan.ts'

export type ReadScan = { readonly ok: true; readonly scan: Scan } | { readonly ok: false; readonly message: string }

const factsShape: z.ZodType<ScanFacts> = z.strictObject({
  method: z.enum(['plain', 'fast']),
  scanner: z.string().max(100),
  contentSha256: z.string().regex(/^[0-9a-f]{64}$/),
  profile: z.string().max(300),
  environment: z.enum(['container', 'virtual-machine']),
  startedAtMs: z.number().int(),
  durationMs: z.number().int().nonnegative(),
  system: z.string().max(300),
  kernel: z.string().max(300),
})

const controlsShape: z.ZodType<readonly ControlResult[]> = z.array(
  z.strictObject({ control: z.string().max(100), met: z.boolean(), message: z.string().max(2_000) }),
)

/** The scan called `name` (`before`, `after` or `scan`) in a folder of downloaded results. */
export async function readScan(files: Files, directory: string, name: string): Promise<ReadScan> {
  const bytes = await files.readBytes(`${directory}/${name}.xml.gz`)
  const text = await files.readText(`${directory}/${name}.json`)
  if (bytes === undefined || text === undefined) return { ok: false, message: `the ${name} scan left no results in ${directory}` }
  const xml = unpack(bytes)
  if (xml === undefined) return { ok: false, message: `${name}.xml.gz is damaged or too large` }
  const read = readResults(xml)
  if (!read.ok) return read
  const facts = factsShape.safeParse(parsedJson(text))
  if (!facts.success) return { ok: false, message: `${name}.json is not what the scan writes: ${facts.error.issues[0]?.message}` }
  return { ok: true, scan: { facts: facts.data, results: read.results, found: readFound(xml) } }
}

/** What our own controls said; empty when the file is missing or damaged, which the verdict reports as missing controls. */
export async function readControlResults(files: Files, directory: string): Promise<readonly ControlResult[]> {
  const parsed = controlsShape.safeParse(parsedJson((await files.readText(`${directory}/controls.json`)) ?? ''))
  return parsed.success ? parsed.data : []
}

/** Number of packages in the image; undefined when the list was not taken. */
export async function readPackageCount(files: Files, directory: string): Promise<number | undefined> {
  const text = await files.readText(`${directory}/packages.txt`)
  return text === undefined ? undefined : text.split('\n').filter((line) => line !== '').length
}

function unpack(bytes: Uint8Array): string | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.characters }).toString('utf8')
  } catch {
    return undefined
  }
}

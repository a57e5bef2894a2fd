// Reads the pinned data stream, and nothing but the pinned one.

import { fileURLToPath } from 'node:url'
import { nearest, type Problem, ProblemError, sha256 } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import type { Content } from './content.ts'
import { withEveryKernel } from './every-kernel.ts'
import { parseBenchmark } from './parse-benchmark.ts'

/** Where content comes from and what it must be, as content.json records it. */
export interface ContentPin {
  readonly title: string
  readonly package: string
  readonly packageVersion: string
  readonly packageFile: string
  readonly packageSha256: string
  readonly suite: string
  /** Name of the data stream inside the package, and in the content directory. */
  readonly file: string
  readonly sha256: string
  readonly idPrefix: string
}

/** The content of that name from a folder that holds its data stream. Throws ProblemError when it is missing or not the pinned one. */
export async function readContent(files: Files, directory: string, name: string): Promise<Content> {
  const pin = await readPin(files, name)
  const file = `${directory}/${pin.file}`
  const bytes = await files.readBytes(file)
  if (bytes === undefined) {
    throw new ProblemError({
      code: 'missing-tool',
      message: `${file} is not there: it is the content ${name} (${pin.package} ${pin.packageVersion})`,
      hint: 'Run ./scripts/rehearse or ./scripts/test once: they fetch it.',
    })
  }
  const digest = sha256(bytes)
  if (digest !== pin.sha256) throw new ProblemError(contentChanged(file, digest, pin))
  const text = asScanned(bytes)
  return { name, title: pin.title, file, sha256: sha256(Buffer.from(text)), idPrefix: pin.idPrefix, ...parseBenchmark(text) }
}

/** What of a pinned data stream's bytes a machine is scanned with. */
export function asScanned(pinned: Uint8Array): string {
  return withEveryKernel(new TextDecoder('utf-8', { fatal: true }).decode(pinned))
}

/** The pins of hardening/content.json by name. */
export async function readPins(files: Files): Promise<Readonly<Record<string, ContentPin>>> {
  const text = await files.readText(fileURLToPath(new URL('../content.json', import.meta.url)))
  return JSON.parse(text ?? '{}') as Record<string, ContentPin>
}

async function readPin(files: Files, name: string): Promise<ContentPin> {
  const pins = await readPins(files)
  const pin = pins[name]
  if (pin !== undefined) return pin
  const guess = nearest(name, Object.keys(pins))
  throw new ProblemError({
    code: 'not-found',
    message: `there is no content called ${name}`,
    hint: guess ? `Did you mean ${guess}?` : `Known: ${Object.keys(pins).join(', ')}.`,
  })
}

function contentChanged(file: string, digest: string, pin: ContentPin): Problem {
  return {
    code: 'content-changed',
    message: `${file} is not the pinned content: its SHA-256 is ${digest}, expected ${pin.sha256}`,
    hint: 'Remove it and fetch it again; to move to newer content, change the pin in hardening/content.json and review what differs.',
  }
}

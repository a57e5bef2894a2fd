// How the local cloud's process is told what to do: a file in its state folder.

import { z } from 'zod'
import type { Files } from '../ports/index.ts'

const schema = z.strictObject({
  /** Everything the cloud puts on this machine is named after it. */
  id: z.string(),
  cacheDirectory: z.string(),
  /** Web servers played for machines: name, and the folder served. */
  hosts: z.record(z.string(), z.string()),
})

export type CloudOptions = Readonly<z.infer<typeof schema>>

export function optionsText(options: CloudOptions): string {
  return `${JSON.stringify(options, undefined, 2)}\n`
}

export function optionsFile(stateDirectory: string): string {
  return `${stateDirectory}/options.json`
}

/** Undefined when the cloud of that folder was never started. */
export async function readOptions(files: Files, stateDirectory: string): Promise<CloudOptions | undefined> {
  const text = await files.readText(optionsFile(stateDirectory))
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}

// Which dated release of its distribution a bake started from, which the image is at, and whether a newer one is out.

import type { Files } from '../../pipeline/ports/index.ts'

/** A release is a text such as `2023.9.20250929`. */
export interface DatedRelease {
  readonly before: string
  readonly after: string
  /** Beyond it, when the image was made; undefined: none was out, or nobody could say. */
  readonly newer?: string
}

/** Undefined for a distribution without dated releases. `directory`: the evidence of one architecture's bake. */
export async function readDatedRelease(files: Files, directory: string): Promise<DatedRelease | undefined> {
  const read = async (name: string) => {
    const text = (await files.readText(`${directory}/release-${name}.txt`))?.trim()
    return text !== undefined && /^\d+\.\d+\.\d{8}$/.test(text) ? text : undefined
  }
  const [before, after, newer] = await Promise.all(['before', 'after', 'newer'].map(read))
  if (before === undefined || after === undefined) return undefined
  return { before, after, ...(newer !== undefined && { newer }) }
}

/** A sentence, or none when there is nothing to tell. */
export function newerRelease(dated: DatedRelease | undefined): readonly string[] {
  if (dated?.newer === undefined) return []
  return [`The release ${dated.newer} of the distribution is out, and the image is at ${dated.after}.`]
}

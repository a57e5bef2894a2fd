// The script that packs, on a machine, what its image holds beyond the packages as they were made.

import { fileURLToPath } from 'node:url'
import type { Files } from '../../pipeline/ports/index.ts'

/** A POSIX script: `sh -s TAR [LEFT-OUT…]` as root. It prints `files N`, and `large PATH` for each file it did not pack. */
export async function readOwnFilesScript(files: Files, packageManager: 'apt' | 'dnf'): Promise<string> {
  const scripts = [`by-${packageManager}.sh`, 'own-files.sh'].map(async (name) => {
    const path = fileURLToPath(new URL(`../guest/${name}`, import.meta.url))
    const script = await files.readText(path)
    if (script === undefined) throw new Error(`${path} is missing`)
    return script
  })
  return (await Promise.all(scripts)).join('')
}

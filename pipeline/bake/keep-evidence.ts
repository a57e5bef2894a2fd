// What is kept of a bake: Packer's log without secrets, the package list, the scans, and the image's own description.

import { sha256 } from '../kernel/index.ts'
import type { Exec, Files, MachineImage } from '../ports/index.ts'
import type { EvidenceFile } from '../release/index.ts'
import { parsePackerLog, renderPackerLog } from './packer-log.ts'
import { scrub } from './scrub.ts'
import type { WorkFolder } from './work-folder.ts'

interface Ports {
  readonly exec: Exec
  readonly files: Files
}

/** Folder of one architecture's evidence, relative to the release's. */
export function evidenceFolder(architecture: string): string {
  return `bake/${architecture}`
}

/** Also of a failed bake: the log is what there is to look at. */
export async function keepLog(work: WorkFolder, directory: string, { files }: Ports): Promise<void> {
  const text = await files.readText(work.log)
  if (text !== undefined) await files.write(`${directory}/packer.log`, scrub(renderPackerLog(parsePackerLog(text))))
}

/** False when nothing came back from the build machine. */
export async function keepResults(work: WorkFolder, directory: string, { exec, files }: Ports): Promise<boolean> {
  if ((await files.kind(work.results)) === 'missing') return false
  await files.makeDirectory(directory)
  const unpacked = await exec.run({
    argv: [
      'tar',
      '--extract',
      '--gzip',
      '--file',
      work.results,
      '--directory',
      directory,
      '--no-same-owner',
      '--no-same-permissions',
    ],
  })
  return unpacked.ok
}

export async function keepImage(image: MachineImage, directory: string, { files }: Ports): Promise<void> {
  await files.write(`${directory}/image.json`, `${JSON.stringify(image, undefined, 2)}\n`)
}

/** Every file below the folder, with its digest; paths relative to the release's evidence folder. */
export async function listEvidence(root: string, folder: string, files: Files): Promise<readonly EvidenceFile[]> {
  const listed: EvidenceFile[] = []
  for (const name of await files.list(`${root}/${folder}`)) {
    const path = `${folder}/${name}`
    if ((await files.kind(`${root}/${path}`)) === 'directory') listed.push(...(await listEvidence(root, path, files)))
    else listed.push({ path, sha256: sha256((await files.readBytes(`${root}/${path}`)) ?? new Uint8Array()) })
  }
  return listed
}

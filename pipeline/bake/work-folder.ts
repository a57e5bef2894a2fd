// The folder one bake works in: what Packer reads, the packed bundle, the log, and the record of the running Packer.

import { ProblemError } from '../kernel/index.ts'
import type { AccessLease, Detached, Exec, Files } from '../ports/index.ts'
import type { BakePlan } from './plan.ts'
import type { PlannedFile } from './planned-file.ts'

export interface WorkFolder {
  readonly path: string
  readonly packer: string
  readonly log: string
  /** What came back from the build machine, packed. */
  readonly results: string
}

/** The Packer of a bake, as the next runner finds it. */
export interface RecordedPacker extends Detached {
  /** Its private folder for temporary files, the temporary key among them. Short: sockets are made in it. */
  readonly temporary: string
}

export function workFolderAt(path: string): WorkFolder {
  return {
    path,
    packer: `${path}/packer`,
    log: `${path}/packer.log`,
    results: `${path}/results.tar.gz`,
  }
}

/** Writes the plan into the folder and packs the bundle. */
export async function writePlan(
  plan: BakePlan,
  work: WorkFolder,
  ports: { readonly exec: Exec; readonly files: Files },
): Promise<void> {
  await ports.files.makeDirectory(work.path, 0o700)
  for (const file of plan.files) await writePlanned(file, work, ports.files)
  await packBundle(work, ports.exec)
}

/** File of the record; Packer's own starter writes it. */
export function recordOf(work: WorkFolder): string {
  return `${work.path}/packer.json`
}

/** The Packer an earlier runner started, dead or alive; undefined when none was. */
export async function recordedPacker(work: WorkFolder, files: Files): Promise<RecordedPacker | undefined> {
  const text = await files.readText(recordOf(work))
  return text === undefined ? undefined : (JSON.parse(text) as RecordedPacker)
}

/** Keeps what the next runner needs to go on lending access to this Packer: for nobody else's eyes. */
export async function recordLease(lease: AccessLease | undefined, work: WorkFolder, files: Files): Promise<void> {
  if (lease !== undefined) await files.write(leaseOf(work), JSON.stringify(lease), 0o600)
}

/** What an earlier runner lent its Packer; undefined when there was nothing to renew. */
export async function recordedLease(work: WorkFolder, files: Files): Promise<AccessLease | undefined> {
  const text = await files.readText(leaseOf(work))
  return text === undefined ? undefined : (JSON.parse(text) as AccessLease)
}

function leaseOf(work: WorkFolder): string {
  return `${work.path}/access.json`
}

/** The folder and Packer's temporary files are gone. */
export async function removeWork(work: WorkFolder, files: Files): Promise<void> {
  const packer = await recordedPacker(work, files)
  if (packer !== undefined) await files.remove(packer.temporary)
  await files.remove(work.path)
}

async function writePlanned(file: PlannedFile, work: WorkFolder, files: Files): Promise<void> {
  const target = `${work.path}/${file.path}`
  if ('text' in file) return await files.write(target, file.text, file.mode)
  if ((await files.kind(file.from)) === 'missing') {
    throw new ProblemError({
      code: 'config-missing-file',
      message: `${file.from} is not there, and the bake needs it`,
      hint: 'Was it moved since the configuration was checked?',
    })
  }
  await files.copy(file.from, target)
}

// Owner and modes are made the same whoever runs it and whatever their umask; programs stay programs.
async function packBundle({ path }: WorkFolder, exec: Exec): Promise<void> {
  const source = ['--directory', `${path}/bundle`, '.']
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rw,go-w,a+rX']
  const packed = await exec.run({ argv: ['tar', '--create', '--gzip', '--file', `${path}/bundle.tar.gz`, ...same, ...source] })
  if (!packed.ok) throw new Error(`packing the bundle: ${packed.message}`)
}

// One process of this machine at a time: a claim is a file that names its holder, and lapses with it.

import { z } from 'zod'
import type { Detached, Exec, Files } from '../ports/index.ts'

export interface ClaimPorts {
  readonly exec: Pick<Exec, 'isAlive'>
  readonly files: Pick<Files, 'createExclusive' | 'readText' | 'remove'>
  /** Who claims. */
  readonly self: Detached
}

export type Claim =
  | { readonly ok: true; release(): Promise<void> }
  /** A living process has it. */
  | { readonly ok: false; readonly holderPid: number }

/** Holders that die one after the other while we look are no holders; more of them than this are a fault. */
const mostDeadHolders = 10

/** Takes a dead holder's claim over; what the same process holds already stays held when the inner one is released. */
export async function claim(ports: ClaimPorts, file: string): Promise<Claim> {
  const { exec, files, self } = ports
  for (let attempt = 0; attempt < mostDeadHolders; attempt++) {
    if (await files.createExclusive(file, `${JSON.stringify(self)}\n`)) return { ok: true, release: () => files.remove(file) }
    const holder = holderOf(await files.readText(file))
    if (holder?.pid === self.pid && holder.startTicks === self.startTicks) return { ok: true, release: async () => undefined }
    if (holder && (await exec.isAlive(holder))) return { ok: false, holderPid: holder.pid }
    await files.remove(file)
  }
  throw new Error(`${file} could not be claimed: it comes back as often as it is removed`)
}

const schema = z.object({ pid: z.int(), startTicks: z.int() })

/** Undefined when the file is gone or holds something else. */
function holderOf(text: string | undefined): Detached | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data
  } catch {
    return undefined
  }
}

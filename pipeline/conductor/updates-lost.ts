// Holds the packages of two releases' images against each other, from the evidence of their verifications alone.

import { thrownWords } from '../kernel/index.ts'
import { bringEvidence } from '../ledger/index.ts'
import {
  bakedImages,
  type EvidenceFile,
  type Release,
  type UndoPlan,
  type UpdatesLost,
  updatesBetween,
} from '../release/index.ts'
import type { ConductorContext } from './context.ts'

type Context = Pick<ConductorContext, 'evidence' | 'evidenceDirectoryOf'>

/** Never throws for what is missing or was changed: an undo waits for nothing, and says that it is not known. */
export function updatesLost(context: Context, { from, leaves }: UndoPlan): Promise<readonly UpdatesLost[]> {
  return Promise.all(
    bakedImages(from).map(async ({ architecture }): Promise<UpdatesLost> => {
      const known = { architecture, left: leaves.id }
      const lists = await Promise.all([leaves, from].map((release) => packagesOf(context, release, architecture)))
      const [left, taken] = lists
      if (left?.ok && taken?.ok) {
        const updates = await securityUpdatesOf(context, leaves, architecture)
        return { ...known, ...updatesBetween(left.list, taken.list, updates.ok ? updates.list : undefined) }
      }
      const unknown = lists.flatMap((one) => (one.ok ? [] : [one.why])).join('; ')
      return { ...known, packages: [], unknown }
    }),
  )
}

type Listed = { readonly ok: true; readonly list: string } | { readonly ok: false; readonly why: string }

/** As a fresh machine of the image had them. */
function packagesOf(context: Context, { id, verify }: Release, architecture: string): Promise<Listed> {
  const files = verify.state === 'finished' ? verify.result.evidence : []
  return listIn(context, id, files, `verify/${architecture}/packages.txt`)
}

/** As its bake found them; images of before that was asked have no list. */
function securityUpdatesOf(context: Context, { id, bake }: Release, architecture: string): Promise<Listed> {
  const files = bake.state === 'finished' ? bake.result.evidence : []
  return listIn(context, id, files, `bake/${architecture}/packages/security.txt`)
}

async function listIn(
  { evidence, evidenceDirectoryOf }: Context,
  id: string,
  files: readonly EvidenceFile[],
  path: string,
): Promise<Listed> {
  const kept = files.find((file) => file.path === path)
  if (kept === undefined) return { ok: false, why: `${id} kept no list of its packages` }
  const directory = evidenceDirectoryOf(id)
  try {
    const [lacking] = await bringEvidence(evidence, directory, [kept])
    if (lacking !== undefined) return { ok: false, why: `of ${id}, ${lacking.message}` }
    const list = await evidence.files.readText(`${directory}/${path}`)
    return list === undefined ? { ok: false, why: `the packages of ${id} can't be read` } : { ok: true, list }
  } catch (error) {
    return { ok: false, why: `the packages of ${id} can't be had: ${thrownWords(error)}` }
  }
}

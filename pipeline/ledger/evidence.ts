// Evidence beside the ledger: kept before an event names it, brought to this machine's disk before somebody reads it.

import { ProblemError } from '../kernel/index.ts'
import type { EvidenceStore, Files } from '../ports/index.ts'
import type { EvidenceFile, ReleaseEvent } from '../release/index.ts'
import { stateOf } from './evidence-folder.ts'

/** This many files at a time. */
const batchSize = 4

/** Throws a ProblemError when a file the event names is not there as it says: such an event must not be recorded. */
export async function keepEvidence(store: EvidenceStore, directory: string, event: ReleaseEvent): Promise<void> {
  await inBatches('evidence' in event ? event.evidence : [], async ({ path, sha256 }) => {
    const kept = await store.keep(`${directory}/${path}`, sha256)
    if (kept === 'kept') return
    throw new ProblemError({
      code: 'evidence-broken',
      message:
        kept === 'missing'
          ? `the evidence ${path} is gone from ${directory} before it was recorded`
          : `the evidence ${path} in ${directory} is not what was found, or ${store.location}/${sha256} is something else`,
      hint: 'Find out who changes evidence; then run the same again: the step is done anew.',
    })
  })
}

/** A file that is not there as the ledger recorded it. */
export interface LackingEvidence {
  readonly path: string
  /** `altered`: where it should be kept, something else is. */
  readonly kind: 'missing' | 'altered'
  /** One sentence. */
  readonly message: string
}

/** Fetches what the disk has not, or has otherwise; what can't be had is returned, each with its reason. */
export async function bringEvidence(
  { store, files }: { readonly store: EvidenceStore; readonly files: Files },
  directory: string,
  evidence: readonly EvidenceFile[],
): Promise<readonly LackingEvidence[]> {
  const lacking: LackingEvidence[] = []
  await inBatches(evidence, async ({ path, sha256 }) => {
    const file = `${directory}/${path}`
    const here = await stateOf(files, file, sha256)
    if (here === 'genuine') return
    const fetched = await store.fetch(sha256, file)
    if (fetched === 'fetched') return
    const message =
      fetched === 'altered'
        ? `${path} is kept as ${store.location}/${sha256}, but that differs from what the ledger recorded`
        : `${path} is missing or differs from what the ledger recorded`
    lacking.push({ path, kind: fetched, message })
  })
  const places = new Map(evidence.map(({ path }, index) => [path, index]))
  return lacking.toSorted((a, b) => (places.get(a.path) ?? 0) - (places.get(b.path) ?? 0))
}

async function inBatches<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += batchSize) {
    await Promise.all(items.slice(start, start + batchSize).map(act))
  }
}

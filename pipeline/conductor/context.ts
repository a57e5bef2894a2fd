// What the conductor is given by the wiring.

import { assert } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Clock, EvidenceStore, Files, Notifier } from '../ports/index.ts'
import { decide, factsFor, historyOf, type LedgerEvent, type Performers, type Release } from '../release/index.ts'
import type { OnProgress } from './progress.ts'

export interface ConductorContext {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly signal: AbortSignal
  /** user@host, or the CI run: as it stands in the ledger. */
  readonly runner: string
  /** What touches the world; what only records, the conductor performs itself. */
  readonly performers: ActingPerformers
  /** Folder of a release's evidence. */
  evidenceDirectoryOf(releaseId: string): string
  /** Where evidence is kept for every runner, and the disk it is written to and read from. */
  readonly evidence: { readonly store: EvidenceStore; readonly files: Files }
  /** Keeps the newest record's hash somewhere else too, on that release's images; why not, in a sentence, when that failed. */
  witnessHead(release: Release, head: LedgerEvent): Promise<string | undefined>
  readonly onProgress: OnProgress
  /** Told of what this runner has recorded, after it has. */
  readonly notifier: Notifier
}

/** These do nothing but leave an event. */
export type RecordingKind = 'request-approval' | 'start-soak' | 'finish-soak' | 'finish' | 'fail' | 'give-way' | 'refuse'

export type ActingPerformers = Omit<Performers, RecordingKind>

/** What is to be done next for one of the ledger's releases, as this runner sees it now. */
export function decideNow(
  { runner, clock }: Pick<ConductorContext, 'runner' | 'clock'>,
  events: readonly LedgerEvent[],
  id: string,
) {
  const history = historyOf(events)
  const release = history.releases.find((one) => one.id === id)
  assert(release, `there is no release ${id} in the ledger`)
  const facts = factsFor(id, history, { runner, wallNow: clock.wallNow() })
  return { release, decision: decide(release, facts, clock.now()) }
}

// Shows every state of the cloud and every record of the ledger to the checkers, and keeps what they find.

import type { CloudState } from '../../pipeline/localcloud/index.ts'
import type { LedgerEvent } from '../../pipeline/release/index.ts'
import { type Checker, type CreateChecker, changesOf } from './checkers/checker.ts'
import type { Plan } from './plan/plan.ts'

export interface Watch {
  onState(state: CloudState, now: number): void
  onRecord(record: LedgerEvent, now: number): void
  /** Lets the checkers look at how it ended. */
  end(): void
  find(checker: string, sentence: string): void
  /** `checker: sentence`, in the order they were found. */
  readonly found: readonly string[]
}

export interface WatchOptions {
  readonly plan: Plan
  /** What the world was before the first release. */
  readonly first: CloudState
  readonly records: readonly LedgerEvent[]
  readonly checkers: Readonly<Record<string, CreateChecker>>
  readonly note: (line: string) => void
  /** Called at the first thing that is found. */
  readonly onFound: () => void
}

export function createWatch({ plan, first, records, checkers, note, onFound }: WatchOptions): Watch {
  const made = Object.entries(checkers).map(([name, create]): [string, Checker] => [name, create(plan, first)])
  const found: string[] = []
  let state = first
  const find = (checker: string, sentence: string) => {
    found.push(`${checker}: ${sentence}`)
    note(`FOUND ${checker}: ${sentence}`)
    onFound()
  }
  const ask = (question: (checker: Checker) => readonly string[] | undefined) => {
    for (const [name, checker] of made) for (const sentence of question(checker) ?? []) find(name, sentence)
  }
  return {
    onState: (next, now) => {
      const step = { now, before: state, state: next, records }
      state = next
      for (const { before, after } of changesOf(step, 'refreshes')) {
        if (before?.status !== after?.status)
          note(
            `cloud: refresh ${after?.id} of ${after?.group} to ${after?.target.imageId}: ${before?.status ?? 'none'} -> ${after?.status}`,
          )
      }
      ask((checker) => checker.onStep?.(step))
    },
    onRecord: (record, now) => ask((checker) => checker.onRecord?.(record, { now, state, records })),
    end: () => ask((checker) => checker.atEnd?.({ state, records })),
    find,
    found,
  }
}

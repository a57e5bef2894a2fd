// Keeps a trace: each call sanitised as it comes, and written in order; what is not sanitised is kept nowhere.

import type { ApiCall, Files } from '../ports/index.ts'
import { noPlaceholders, sanitise } from './sanitise.ts'
import type { TracedCall } from './traced-call.ts'

export interface TraceWriter {
  onCall(call: ApiCall): void
  /** Resolves when all that was called so far is written. */
  settle(): Promise<void>
  calls(): readonly TracedCall[]
}

export function createTraceWriter(files: Pick<Files, 'append'>, file: string): TraceWriter {
  const calls: TracedCall[] = []
  let known = noPlaceholders
  let written: Promise<void> = Promise.resolve()
  return {
    onCall: (call) => {
      const sanitised = sanitise(call, known)
      known = sanitised.known
      calls.push(sanitised.traced)
      written = written.then(() => files.append(file, `${JSON.stringify(sanitised.traced)}\n`))
      // Told by `settle`; until then it must not end the process.
      written.catch(() => undefined)
    },
    settle: () => written,
    calls: () => calls,
  }
}

// A conductor's context over a memory ledger, a virtual clock and a scripted world.

import type { ConductorContext, Progress } from '../../pipeline/conductor/index.ts'
import type { EvidenceStore, Message } from '../../pipeline/ports/index.ts'
import { createMemoryFiles } from './memory-files.ts'
import { createMemoryLedger, type MemoryLedger } from './memory-ledger.ts'
import { createScriptedWorld, type ScriptedWorld } from './scripted-performers.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

export interface TestConductor extends ConductorContext {
  readonly ledger: MemoryLedger
  readonly clock: VirtualClock
  readonly world: ScriptedWorld
  readonly progress: Progress[]
  /** What people were told, in order. */
  readonly told: Message[]
}

/** What scripted performers name, they never wrote. */
export const keepsEverything: EvidenceStore = { location: '/kept', keep: async () => 'kept', fetch: async () => 'missing' }

export function aConductor({
  ledger = createMemoryLedger(),
  clock = createVirtualClock(),
  world = createScriptedWorld(),
  runner = 'ada@example',
  signal = new AbortController().signal,
}: {
  ledger?: MemoryLedger
  clock?: VirtualClock
  world?: ScriptedWorld
  runner?: string
  signal?: AbortSignal
} = {}): TestConductor {
  const progress: Progress[] = []
  const told: Message[] = []
  return {
    ledger,
    clock,
    world,
    runner,
    signal,
    performers: world.performers,
    evidenceDirectoryOf: (releaseId) => `/evidence/${releaseId}`,
    evidence: { store: keepsEverything, files: createMemoryFiles() },
    witnessHead: async () => undefined,
    progress,
    told,
    notifier: { send: (message) => void told.push(message), settle: async () => undefined },
    onProgress: (one) => void progress.push(one),
  }
}

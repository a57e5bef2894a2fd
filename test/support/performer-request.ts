// A request to a performer, and what it recorded on the way.

import { type Action, type PerformerRequest, type Release, type ReleaseEvent, tokenOf } from '../../pipeline/release/index.ts'
import { aRelease } from './factories.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

export interface TestRequest<Kind extends Action['kind']> extends PerformerRequest<Kind> {
  readonly clock: VirtualClock
  readonly recorded: ReleaseEvent[]
  readonly lines: string[]
}

export function aRequest<Kind extends Action['kind']>(
  action: Extract<Action, { readonly kind: Kind }>,
  { release = aRelease(), resumed = false }: { release?: Release; resumed?: boolean } = {},
): TestRequest<Kind> {
  const recorded: ReleaseEvent[] = []
  const lines: string[] = []
  return {
    release,
    action,
    token: tokenOf(release, action),
    resumed,
    runner: 'ada@example',
    clock: createVirtualClock(),
    signal: new AbortController().signal,
    log: (line) => void lines.push(line),
    record: async (event) => void recorded.push(event),
    evidenceDirectory: '/evidence',
    recorded,
    lines,
  }
}

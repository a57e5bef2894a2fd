// The part of a message that depends on what happened, and what every kind of event is told from.

import type { Message } from '../ports/index.ts'
import type { Release, ReleaseEvent } from '../release/index.ts'

export interface Telling {
  readonly level: Message['level']
  readonly headline: string
  readonly meaning: string
  readonly action: string
  /** Beside the ledger's record. */
  readonly evidence?: readonly string[]
  readonly stage?: string
  readonly group?: string
}

export interface Occasion {
  /** As it is with the event. */
  readonly release: Release
  /** What had happened to it before. */
  readonly before: readonly ReleaseEvent[]
  /** Folder of the release's evidence. */
  readonly evidence: string
}

export function counted(groups: number): string {
  return groups === 1 ? 'one group' : `${groups} groups`
}

/** The command that begins anew once the cause is mended: an ended release is never taken up again. */
export function openAgain({ family, lane, fixes, drill }: Release): string {
  if (lane === 'renewal') return `drover renew ${family}`
  if (drill) return `drover drill ${family}`
  if (lane === 'weekly') return `drover release ${family}`
  const proof = fixes.length === 0 ? '' : ` --fixes ${fixes.map((fix) => `'${fix}'`).join(' ')}`
  return `drover release ${family} --emergency --reason WHY${proof}`
}

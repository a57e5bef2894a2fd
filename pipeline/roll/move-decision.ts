// What can be decided about a move at one look.

import type { UnavailableLimit } from '../ports/index.ts'

export type MoveDecision =
  | { readonly kind: 'start' }
  /** `line` says how far it has come. */
  | { readonly kind: 'follow'; readonly pauseMs: number; readonly line: string }
  | { readonly kind: 'roll-back'; readonly cause: string }
  /** Without going back: machines replaced so far stay as they are. */
  | { readonly kind: 'stop'; readonly cause: string }
  /** Of a node group, before its update. */
  | { readonly kind: 'limit'; readonly limit: UnavailableLimit; readonly line: string }
  | { readonly kind: 'succeeded'; readonly refreshId: string; readonly replaced: number }
  /** `undone`: the group is at capacity on what it ran before. */
  | { readonly kind: 'failed'; readonly cause: string; readonly undone: boolean }

/** Between two looks; the slowest of AWS's describe buckets refills faster. */
export const pauseMs = 15_000

export function follow(line: string): MoveDecision {
  return { kind: 'follow', pauseMs, line }
}

// Whether it is a fault's turn, and what is left of the fault then.

import type { Aim } from './account.ts'

/** `below` draws a whole number below its argument. `left` is the fault itself when nothing was counted, undefined when it is spent. */
export function aimed<F extends Aim>(
  fault: F,
  below: (limit: number) => number,
): { readonly isHit: boolean; readonly left: F | undefined } {
  if (fault.skip) return { isHit: false, left: { ...fault, skip: fault.skip - 1 } }
  if (below(fault.oneIn ?? 1) !== 0) return { isHit: false, left: fault }
  if (fault.times === undefined) return { isHit: true, left: fault }
  return { isHit: true, left: fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined }
}

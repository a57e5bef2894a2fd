// Copies that have taken their time become available, or fail.

import type { Draft, PlaceKey } from '../store/state.ts'
import { imagesByMaking } from './at-rest.ts'
import type { Due } from './due.ts'

export function advanceImages(draft: Draft, place: PlaceKey, now: number, due: Due): void {
  for (const image of draft.found(place, imagesByMaking, 'copy')) {
    if (image.making?.kind !== 'copy') continue
    if (now < image.making.doneAt) {
      due.idleUntil(image.making.doneAt)
      continue
    }
    const { making, ...made } = image
    const { trouble } = making
    const stateReason = `AMI snapshot copy failed with error: ${trouble}`
    const isMade = trouble === undefined
    draft.put(place, 'images', image.id, isMade ? { ...made, state: 'available' } : { ...made, state: 'failed', stateReason })
    for (const { snapshotId } of image.blockDevices)
      draft.change(place, 'snapshots', snapshotId, isMade ? { state: 'completed' } : { state: 'error', stateMessage: trouble })
  }
}

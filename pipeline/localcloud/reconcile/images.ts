// Copies that have taken their time become available.

import type { Draft, PlaceKey } from '../store/state.ts'
import type { Due } from './due.ts'

export function advanceImages(draft: Draft, place: PlaceKey, now: number, due: Due): void {
  for (const image of draft.rows(place, 'images')) {
    if (image.making?.kind !== 'copy') continue
    if (now < image.making.doneAt) {
      due.idleUntil(image.making.doneAt)
      continue
    }
    const { making: _making, ...made } = image
    draft.put(place, 'images', image.id, { ...made, state: 'available' })
    for (const { snapshotId } of image.blockDevices) draft.change(place, 'snapshots', snapshotId, { state: 'completed' })
  }
}

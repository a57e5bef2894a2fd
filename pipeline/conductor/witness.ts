// Which records are known somewhere else too, and whose images carry them: a chain alone doesn't show that its end was cut off.

import { bakedImages, isOrder, type LedgerEvent, type Release, releasesOf, stepOfEvent } from '../release/index.ts'
import type { ConductorContext } from './context.ts'

/** The ends of bake, verification, stages and releases, and every word that a person has given. */
export function isWitnessed(event: LedgerEvent['event']): boolean {
  if (isOrder(event)) return true
  const { type } = event
  if (type === 'bake.finished' || type === 'verify.finished' || type === 'roll.ordered') return true
  if (type === 'approval.granted' || type === 'approval.denied') return true
  return type.startsWith('soak.') || type.startsWith('release.')
}

/** The newest record, on the release it is about, or on the newest that has images. What comes of it is told and stops nothing. */
export async function witness(
  { witnessHead, onProgress }: Pick<ConductorContext, 'witnessHead' | 'onProgress'>,
  events: readonly LedgerEvent[],
  record: LedgerEvent,
): Promise<void> {
  const [bearer, head] = [bearerOf(releasesOf(events), record), events.at(-1)]
  if (!bearer || !head) return
  const complaint = await witnessHead(bearer, head)
  if (complaint === undefined) return
  onProgress({ kind: 'log', release: record.release, step: stepOfEvent(record.event), line: complaint })
}

/** Images that are gone carry nothing. */
function bearerOf(releases: readonly Release[], record: LedgerEvent): Release | undefined {
  const able = releases.filter(
    (release) => bakedImages(release).length > 0 && !release.retired?.some(({ step }) => step === 'deregistered'),
  )
  const family = releases.find(({ id }) => id === record.release)?.family
  return able.find(({ id }) => id === record.release) ?? able.findLast((one) => one.family === family) ?? able.at(-1)
}

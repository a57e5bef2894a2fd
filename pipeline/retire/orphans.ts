// What bakes that are over have left in the images' account: found by build ID, and only what drover tagged itself.

import type { Cloud, CloudAt, CloudOutcome, Place, TaggedResource } from '../ports/index.ts'
import { imagesOf, type LedgerEvent, type Release, releasesOf } from '../release/index.ts'
import { nameOf } from './read-uses.ts'

export interface Orphan {
  readonly id: string
  readonly type: OrphanType
  readonly release: string
  readonly region: string
}

export interface Orphans {
  /** In the order they can be removed in, one region after the other. */
  readonly found: readonly Orphan[]
  /** Of builds that this ledger has nothing of: left alone. */
  readonly foreign: readonly (TaggedResource & { readonly region: string })[]
}

export interface Sweep {
  /** Wherever drover makes images: a copy and its snapshots have the build ID of what they were made from. */
  readonly places: readonly Place[]
  readonly events: readonly LedgerEvent[]
  /** Milliseconds since the epoch, wall time. */
  readonly now: number
  /** Removes what it finds. */
  readonly apply: boolean
}

/** `failures`: what could not be asked or removed, a sentence each; the other places are swept all the same. */
export async function sweepOrphans(
  cloud: Cloud,
  { places, events, now, apply }: Sweep,
): Promise<{ readonly orphans: Orphans; readonly failures: readonly string[] }> {
  const found: Orphan[] = []
  const foreign: Orphans['foreign'][number][] = []
  const failures: string[] = []
  for (const place of places) {
    const at = cloud.at(place)
    const orphans = await findOrphans(at, events, now)
    if (!orphans.ok) {
      failures.push(`${nameOf(place)}: ${orphans.message}`)
      continue
    }
    found.push(...orphans.value.found)
    foreign.push(...orphans.value.foreign)
    if (apply) failures.push(...(await removeOrphans(at, orphans.value.found)))
  }
  return { orphans: { found, foreign }, failures }
}

/** An image after its machine, a disk and a network after what uses them. */
const orphanTypes = ['instance', 'key-pair', 'image', 'snapshot', 'volume', 'security-group'] as const
type OrphanType = (typeof orphanTypes)[number]

/** A runner that takes over a bake late, or Packer's own clean-up, is given this long. */
const graceMs = 86_400_000

async function findOrphans(at: CloudAt, events: readonly LedgerEvent[], now: number): Promise<CloudOutcome<Orphans>> {
  const builds = await at.taggedResources('drover:bake')
  if (!builds.ok) return builds
  const purposes = await at.taggedResources('drover:purpose')
  if (!purposes.ok) return purposes
  const own = await at.ownImages()
  if (!own.ok) return own
  const { region } = at.place
  const releases = releasesOf(events)
  const known = buildsOf(events)
  const isOver = (release: Release | undefined) => release?.ending !== undefined && now - release.ending.moment.wallAt >= graceMs
  const made = new Set(releases.flatMap(imagesOf).map(({ imageId }) => imageId))
  const found = builds.value.flatMap(({ id, type, value }): readonly Orphan[] => {
    const release = releases.find((one) => one.id === known.get(value))
    const purpose = purposes.value.find((one) => one.id === id)?.value
    const kind = orphanTypes.find((one) => one === type)
    if (!release || !kind || !isOver(release) || made.has(id)) return []
    // A snapshot has its image's purpose, and goes with it; one that is left over belongs to no image.
    const isLoose = kind === 'snapshot' && !own.value.some(({ snapshotIds }) => snapshotIds.includes(id))
    const isPassing = kind !== 'snapshot' && purpose === 'bake'
    return isPassing || (isLoose && purpose !== undefined) ? [{ id, type: kind, release: release.id, region }] : []
  })
  const living = await livingOf(at, found)
  if (!living.ok) return living
  const order = ({ type }: Orphan) => orphanTypes.indexOf(type)
  return {
    ok: true,
    value: {
      found: living.value.toSorted((one, other) => order(one) - order(other)),
      foreign: builds.value.filter(({ value }) => !known.has(value)).map((one) => ({ ...one, region })),
    },
  }
}

/** Which release every build ID is of. */
function buildsOf(events: readonly LedgerEvent[]): ReadonlyMap<string, string> {
  return new Map(
    events.flatMap(({ event, release }) => (event.type === 'bake.intended' ? [[event.token, release] as const] : [])),
  )
}

/** AWS shows a machine that has ended for a while. */
async function livingOf(at: CloudAt, found: readonly Orphan[]): Promise<CloudOutcome<readonly Orphan[]>> {
  if (!found.some(({ type }) => type === 'instance')) return { ok: true, value: found }
  const instances = await at.everyInstance()
  if (!instances.ok) return instances
  const ids = instances.value.map(({ id }) => id)
  return { ok: true, value: found.filter(({ id, type }) => type !== 'instance' || ids.includes(id)) }
}

/** What could not be removed, a sentence each: what a machine still holds goes the next time. */
async function removeOrphans(at: CloudAt, orphans: readonly Orphan[]): Promise<readonly string[]> {
  const failures: string[] = []
  for (const orphan of orphans) {
    const removed = await removeOne(at, orphan)
    if (!removed.ok && removed.kind !== 'not-found') failures.push(`${orphan.id}: ${removed.message}`)
  }
  return failures
}

async function removeOne(at: CloudAt, { id, type }: Orphan): Promise<CloudOutcome<unknown>> {
  switch (type) {
    case 'instance':
      return at.terminate([id])
    case 'key-pair':
      return removeKeyPair(at, id)
    case 'image':
      return at.deregisterImage(id)
    case 'snapshot':
      return at.deleteSnapshot(id)
    case 'volume':
      return at.deleteVolume(id)
    case 'security-group':
      return at.deleteSecurityGroup(id)
  }
}

async function removeKeyPair(at: CloudAt, id: string): Promise<CloudOutcome<void>> {
  const pairs = await at.findKeyPairs({ 'drover:purpose': 'bake' })
  if (!pairs.ok) return pairs
  const pair = pairs.value.find((one) => one.id === id)
  return pair ? at.deleteKeyPair(pair.name) : { ok: true, value: undefined }
}

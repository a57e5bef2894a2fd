// Reads what there is and what uses it, and takes the steps that were decided, each with its record in the ledger.

import type { Retention } from '../config/index.ts'
import type { Cloud, CloudOutcome, Place } from '../ports/index.ts'
import { type History, imagesOf, type Release } from '../release/index.ts'
import { decideRetiring, type OwnImage, type Proposal } from './decide-retiring.ts'
import { ledgerUses } from './ledger-uses.ts'
import { nameOf, readUses } from './read-uses.ts'
import { disableImage, ownerAt, type RetireContext } from './steps.ts'

export interface RetireQuestion {
  readonly history: History
  /** Every configured account and region. */
  readonly places: readonly Place[]
  /** Those where drover's images are owned. */
  readonly owners: readonly Place[]
  readonly retention: Retention
  /** That images are shared with, by its ARN. */
  readonly organisationArn?: string | undefined
  /** Milliseconds since the epoch, wall time. */
  readonly now: number
}

export interface RetirePlan {
  /** What is to be done first, then what is kept. */
  readonly proposals: readonly Proposal[]
  /** What gave no answer, a sentence each; while there is any, nothing is retired. */
  readonly unasked: readonly string[]
  /** Launch templates that keep every image which they might launch, a sentence each. */
  readonly unresolved: readonly string[]
}

export interface Retired {
  readonly done: readonly Proposal[]
  /** Snapshots that another image uses, and what went wrong, a sentence each. */
  readonly notes: readonly string[]
  readonly failures: readonly string[]
}

export async function planRetiring(cloud: Cloud, question: RetireQuestion): Promise<RetirePlan> {
  const { history, places, owners, retention, organisationArn, now } = question
  const uses = await readUses(cloud, places, retention.leaveOut)
  const own = await readOwn(cloud, owners)
  const unasked = [...uses.unasked, ...uses.templates.unasked, ...own.unasked]
  const unresolved = [...uses.unresolved, ...uses.templates.unresolved]
  const asked = new Set(places.map(nameOf))
  const facts = {
    history,
    uses: [...uses.found, ...ledgerUses(history)],
    templates: uses.templates.found,
    unasked,
    unresolved,
    asked,
    organisationArn,
    retention,
    now,
  }
  const proposals = decideRetiring(own.images, facts)
  const isKept = ({ step }: Proposal) => Number(step === undefined)
  return {
    proposals: proposals.toSorted((one, other) => isKept(one) - isKept(other)),
    unasked,
    unresolved: [...new Set(unresolved.map(({ why }) => why))],
  }
}

/** Only what carries drover's tags: nobody else's image is even in the table. */
async function readOwn(
  cloud: Cloud,
  owners: readonly Place[],
): Promise<{ readonly images: readonly OwnImage[]; readonly unasked: readonly string[] }> {
  const images: OwnImage[] = []
  const unasked: string[] = []
  for (const place of owners) {
    const read = await readOwnAt(cloud, place)
    if (read.ok) images.push(...read.value)
    else unasked.push(`${nameOf(place)}: ${read.message}`)
  }
  return { images, unasked }
}

async function readOwnAt(cloud: Cloud, place: Place): Promise<CloudOutcome<readonly OwnImage[]>> {
  const at = cloud.at(place)
  const found = await at.ownImages()
  if (!found.ok) return found
  const images: OwnImage[] = []
  for (const image of found.value.filter(({ tags }) => tags['drover:release'] !== undefined)) {
    const permissions = await at.launchPermissions(image.id)
    if (!permissions.ok) return permissions
    images.push({ region: place.region, image, permissions: permissions.value })
  }
  return { ok: true, value: images }
}

/** A deprecation must lie ahead when it arrives; "rounds the seconds to the nearest minute" [doc: EnableImageDeprecation]. */
const aheadMs = 2 * 60_000

export async function applyRetiring(
  context: RetireContext,
  { history, now }: Pick<RetireQuestion, 'history' | 'now'>,
  proposals: readonly Proposal[],
): Promise<Retired> {
  const done: Proposal[] = []
  const notes: string[] = []
  const failures: string[] = []
  for (const proposal of proposals.filter(({ step }) => step !== undefined)) {
    const release = history.releases.find(({ id }) => id === proposal.release)
    if (!release) continue
    const outcome = await applyOne(context, release, proposal, now)
    if (outcome.ok) {
      done.push(proposal)
      notes.push(...outcome.value.map((id) => `${id} of ${proposal.imageId} stays: another image uses it`))
    } else failures.push(`${proposal.imageId} in ${proposal.region}: ${outcome.message}`)
  }
  return { done, notes, failures }
}

/** The snapshots that stayed. */
async function applyOne(
  context: RetireContext,
  release: Release,
  { region, imageId, step }: Proposal,
  now: number,
): Promise<CloudOutcome<readonly string[]>> {
  const none = { ok: true, value: [] } as const
  const at = ownerAt(context, release, region)
  const record = (taken: 'deprecated' | 'deregistered') =>
    context.record(release.id, { type: 'image.retired', region, imageId, step: taken })
  switch (step) {
    case 'deprecated': {
      const deprecated = await at.deprecateImage(imageId, new Date(now + aheadMs).toISOString())
      if (!deprecated.ok) return deprecated
      await record('deprecated')
      return none
    }
    case 'disabled': {
      const disabled = await disableImage(context, release, { region, imageId })
      return disabled.ok ? none : disabled
    }
    case 'deregistered': {
      const gone = await at.deregisterImage(imageId)
      if (!gone.ok && gone.kind !== 'not-found') return gone
      await record('deregistered')
      return gone.ok ? { ok: true, value: gone.value.keptSnapshotIds } : none
    }
    default:
      return none
  }
}

/** Deregistered by a runner that died before it said so: the image is gone where everything was read, so the ledger says it too. */
export async function noteGone(context: RetireContext, history: History, { proposals, unasked }: RetirePlan): Promise<void> {
  if (unasked.length > 0) return
  for (const release of history.releases) {
    const disabled = (release.retired ?? []).filter(({ step }) => step === 'disabled')
    const made = imagesOf(release).filter(({ region, imageId }) =>
      disabled.some((one) => one.region === region && one.imageId === imageId),
    )
    for (const { region, imageId } of made) {
      if (proposals.some((one) => one.region === region && one.imageId === imageId)) continue
      await context.record(release.id, { type: 'image.retired', region, imageId, step: 'deregistered' })
    }
  }
}

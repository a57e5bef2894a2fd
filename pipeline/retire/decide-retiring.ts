// What becomes of each image by policy and age, and why one is kept. Pure; whatever is not known to be unused is kept.

import type { Retention } from '../config/index.ts'
import type { MachineImage } from '../ports/index.ts'
import {
  builtAs,
  type History,
  imagesOf,
  type Release,
  type RetiringStep,
  reachedProduction,
  revocationOf,
} from '../release/index.ts'
import type { Unresolved, Use } from './read-uses.ts'

export interface OwnImage {
  readonly region: string
  readonly image: MachineImage
  /** As AWS names them. */
  readonly permissions: readonly string[]
}

export interface RetireFacts {
  readonly history: History
  readonly uses: readonly Use[]
  /** Launch templates that somebody may launch it by, which nothing revoked is kept for. */
  readonly templates: readonly Use[]
  /** Places that could not be asked: while there are any, nothing is retired. */
  readonly unasked: readonly string[]
  /** Templates that may launch whatever their account may in their region, and keep that. */
  readonly unresolved: readonly Pick<Unresolved, 'account' | 'region' | 'why'>[]
  /** `account/region` of every place that was. */
  readonly asked: ReadonlySet<string>
  /** ARN of the organisation that images are shared with: its configured accounts are asked, and no other is waited for. */
  readonly organisationArn?: string | undefined
  readonly retention: Retention
  /** Milliseconds since the epoch, wall time. */
  readonly now: number
}

export interface Proposal {
  readonly region: string
  readonly imageId: string
  readonly name: string
  readonly release: string | undefined
  readonly family: string | undefined
  readonly ageDays: number
  /** Undefined: it is kept. */
  readonly step: RetiringStep | undefined
  /** Why it is kept, or retired. */
  readonly why: string
}

export function decideRetiring(images: readonly OwnImage[], facts: RetireFacts): readonly Proposal[] {
  return images.map((own) => {
    const { region, image } = own
    const release = facts.history.releases.find((one) => isMadeBy(one, own))
    const fate = fateOf(own, release, facts)
    const ageDays = Math.max(0, Math.floor((facts.now - Date.parse(image.createdAt)) / 86_400_000))
    const known = { release: release?.id, family: release?.family }
    return { region, imageId: image.id, name: image.name, ...known, ageDays, ...fate }
  })
}

type Fate = Pick<Proposal, 'step' | 'why'>

function fateOf(own: OwnImage, release: Release | undefined, facts: RetireFacts): Fate {
  if (release === undefined) return keep('no release of this ledger made it')
  const needed = neededBecause(own, release, facts)
  if (needed !== undefined) return keep(needed)
  if (revocationOf(facts.history.orders, release)) {
    return own.image.state === 'disabled' ? keep('revoked') : { step: 'disabled', why: 'revoked' }
  }
  return ended(own, release, facts)
}

/** Design, rule 7. */
function neededBecause(own: OwnImage, release: Release, facts: RetireFacts): string | undefined {
  const { history, uses, unasked, asked } = facts
  const mayLaunch = revocationOf(history.orders, release) ? [] : facts.templates
  const usersAmong = (some: readonly Use[]) => [...new Set(some.filter((use) => isSame(use, own)).map(({ why }) => why))]
  const inUse = usersAmong(uses)
  const users = inUse.length > 0 ? inUse : usersAmong(mayLaunch)
  if (users.length > 0)
    return users.length > 3 ? `${users.slice(0, 3).join('; ')}; and ${users.length - 3} more` : users.join('; ')
  const running = history.releases.find((one) => !one.ending && (one === release || builtAs(one) === release.id))
  if (running) return `running release ${running.id}`
  const strangers = own.permissions.filter((one) => one !== facts.organisationArn && !asked.has(`${one}/${own.region}`))
  if (strangers.length > 0) return `shared with ${strangers.join(', ')}, which can't be asked`
  const unknown = [...unasked, ...facts.unresolved.filter((one) => mayLaunchIn(own, one)).map(({ why }) => why)]
  return unknown.length > 0 ? `not known: ${unknown.join('; ')}` : undefined
}

const account = /^\d{12}$/

/** Its owner, whom it is shared with, and everybody where it is shared with an organisation. */
function mayLaunchIn({ region, image, permissions }: OwnImage, place: Pick<Unresolved, 'account' | 'region'>): boolean {
  if (region !== place.region) return false
  return [image.ownerAccount, ...permissions].some((one) => one === place.account || !account.test(one))
}

function ended(own: OwnImage, release: Release, facts: RetireFacts): Fate {
  const { history, retention, now } = facts
  if (!reachedProduction(release)) {
    const sinceMs = now - (release.ending?.moment.wallAt ?? now)
    if (sinceMs < retention.keepFailedMs) return keep(`never reached production, ended ${days(sinceMs)} ago`)
    return retire(own, 'deregistered', `never reached production, ended ${days(sinceMs)} ago`)
  }
  const promoted = history.releases
    .filter((one) => one.family === release.family && one.lane !== 'undo' && reachedProduction(one))
    .toSorted((one, other) => endOf(other) - endOf(one))
  const window = promoted.filter((one) => !revocationOf(history.orders, one)).slice(0, retention.keep)
  if (window.includes(release)) return keep('rollback window')
  const successor = promoted.findLast((one) => endOf(one) > endOf(release))
  if (!successor) return keep('newest in production')
  const sinceMs = now - endOf(successor)
  const why = `superseded in production ${days(sinceMs)} ago by ${successor.id}`
  return nextStep(own, sinceMs, retention, why)
}

/** One step a run: what somebody misses after one can be given back before the next. */
function nextStep(own: OwnImage, sinceMs: number, retention: Retention, why: string): Fate {
  const { state, deprecatedAt } = own.image
  if (state === 'disabled')
    return sinceMs >= retention.deregisterAfterMs ? retire(own, 'deregistered', why) : keep(`disabled; ${why}`)
  if (sinceMs >= retention.disableAfterMs) return retire(own, 'disabled', why)
  if (deprecatedAt !== undefined) return keep(`deprecated; ${why}`)
  return sinceMs >= retention.deprecateAfterMs ? retire(own, 'deprecated', why) : keep(why)
}

function retire({ image }: OwnImage, step: RetiringStep, why: string): Fate {
  if (step === 'deregistered' && image.deregistrationProtected) return keep(`protected from deregistration; ${why}`)
  return { step, why }
}

function keep(why: string): Fate {
  return { step: undefined, why }
}

function endOf({ ending }: Release): number {
  return ending?.moment.wallAt ?? 0
}

function days(durationMs: number): string {
  return `${Math.floor(durationMs / 86_400_000)}d`
}

/** By the ledger; or by its tags, a copy of what the release baked that an attempt has begun and not lived to write down. */
function isMadeBy(release: Release, own: OwnImage): boolean {
  const made = imagesOf(release)
  if (made.some((image) => isSame(image, own))) return true
  const { 'drover:release': id, 'drover:source-image': source } = own.image.tags
  return id === release.id && made.some(({ imageId }) => imageId === source)
}

function isSame(one: { readonly region: string; readonly imageId: string }, { region, image }: OwnImage): boolean {
  return one.region === region && one.imageId === image.id
}

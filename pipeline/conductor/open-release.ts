// Opens a release of a family, or takes up the one that is open: never two of one lane side by side.

import type { Config, Family } from '../config/index.ts'
import { nearest, type Problem, ProblemError } from '../kernel/index.ts'
import {
  type BakingLane,
  type ConfigOrigin,
  type CountedGroup,
  type LedgerEvent,
  nextReleaseId,
  type PinnedBase,
  type Policy,
  type Release,
  type ReleaseEvent,
  releasesOf,
  replay,
} from '../release/index.ts'
import { type LedgerSession, openSession, type SessionContext } from './session.ts'

export interface ReleaseWish {
  readonly family: string
  readonly lane: BakingLane
  /** Walks the emergency lane in the first stage only; never beside another release of the family. */
  readonly drill?: boolean
  /** Required in the emergency lane. */
  readonly reason: string | undefined
  /** Vulnerabilities or `package>=version`: what the image must be proven to have fixed. */
  readonly fixes?: readonly string[]
  readonly config: Config
  readonly origin: ConfigOrigin
  readonly rehearsal: boolean
  /** Of the groups that could be counted. */
  readonly machines?: readonly CountedGroup[]
  /** Finds the newest base images the family asks for; throws a ProblemError when there is none. */
  resolveBases(family: Family): Promise<readonly PinnedBase[]>
  /** Throws a ProblemError when a key of the images stands in the way of what the policy has before it. */
  needKeys(policy: Policy): Promise<void>
}

export interface OpenedRelease {
  readonly release: Release
  /** True when it had been opened before. */
  readonly resumed: boolean
}

/** Throws a ProblemError when the wish cannot be granted. */
export async function openRelease(context: SessionContext, wish: ReleaseWish): Promise<OpenedRelease> {
  const family = familyOf(wish)
  const session = await openSession(context)
  const open = openOfFamily(session.events(), wish.family)
  const same = open.find(({ lane, drill }) => lane === wish.lane && drill === (wish.drill ?? false))
  if (same) refuseOtherFixes(same, wish)
  const opened = same ? { release: same, resumed: true } : await openNew(context, session, family, wish)
  await supersedeOthers(session, opened.release)
  return opened
}

/** An open release was opened to fix what it says; what it does not say is not proven by it. */
function refuseOtherFixes(open: Release, { fixes = [] }: ReleaseWish): void {
  const missing = fixes.filter((fix) => !open.fixes.includes(fix))
  if (missing.length === 0) return
  throw new ProblemError({
    code: 'already-running',
    message: `${open.id} is open and was not opened to fix ${missing.join(', ')}`,
    hint: 'Let it end, or open an emergency release: that supersedes a weekly one.',
  })
}

async function openNew(
  context: SessionContext,
  session: LedgerSession,
  family: Family,
  wish: ReleaseWish,
): Promise<OpenedRelease> {
  refuseWish(wish, openOfFamily(session.events(), wish.family))
  const policy = policyFor(family, wish)
  const bases = await wish.resolveBases(family)
  await wish.needKeys(policy)
  const id = nextReleaseId(session.events(), wish.family, context.clock.now())
  const event: ReleaseEvent = {
    type: 'release.opened',
    family: wish.family,
    lane: wish.lane,
    reason: wish.reason,
    ...(wish.fixes?.length ? { fixes: wish.fixes } : {}),
    openedBy: context.runner,
    ...(wish.drill ? { drill: true as const } : {}),
    rehearsal: wish.rehearsal,
    config: wish.origin,
    policy,
    bases,
    ...(wish.machines?.length ? { machines: wish.machines } : {}),
  }
  const mayOpen = (events: readonly LedgerEvent[]) =>
    !openOfFamily(events, wish.family).some((one) => blocks(one, wish)) && !events.some(({ release }) => release === id)
  // Whoever interrupts wants nothing new begun: nobody here would take it further.
  context.signal.throwIfAborted()
  const record = await session.append(id, event, mayOpen)
  // Another runner opened one in the meantime: what it opened decides what becomes of this wish.
  return record ? { release: replay([record]), resumed: false } : openRelease(context, wish)
}

/** An emergency may open beside what is open in another lane, and beside a drill, and ends it; a renewal makes way for anything. */
function blocks(open: Release, wished: Pick<ReleaseWish, 'lane' | 'drill'>): boolean {
  if (open.lane === 'renewal') return false
  if (wished.drill || wished.lane === 'weekly') return true
  return open.lane === wished.lane && !open.drill
}

function policyFor({ policies }: Family, { lane, drill }: ReleaseWish): Policy {
  const policy = policies[lane]
  return drill ? { ...policy, stages: policy.stages.slice(0, 1) } : policy
}

/** Ends those open releases of its family, opened before it, that it ends at all; groups that it does not roll itself are followed to their end. */
export async function supersedeOthers(session: LedgerSession, newer: Release): Promise<void> {
  const releases = releasesOf(session.events())
  const own = releases.findIndex(({ id }) => id === newer.id)
  const older = releases.slice(0, Math.max(0, own))
  for (const { id } of older.filter((one) => one.family === newer.family && !one.ending && supersedes(newer, one))) {
    const isOpen = (events: readonly LedgerEvent[]) => openOfFamily(events, newer.family).some((one) => one.id === id)
    await session.append(id, { type: 'release.superseded', by: newer.id }, isOpen)
  }
}

function supersedes(newer: Release, older: Release): boolean {
  if (newer.lane === 'renewal') return false
  // Beside an emergency it goes on, and leaves each group to that when its time has come.
  if (older.lane === 'undo') return newer.lane === 'undo'
  return older.lane === 'renewal' || (newer.lane !== 'weekly' && !newer.drill)
}

export function openOfFamily(events: readonly LedgerEvent[], family: string): readonly Release[] {
  return releasesOf(events).filter((release) => release.family === family && !release.ending)
}

function familyOf({ config, family: name }: ReleaseWish): Family {
  const family = config.families.find((one) => one.name === name)
  if (family) return family
  const names = config.families.map((one) => one.name)
  const meant = nearest(name, names)
  throw new ProblemError({
    code: 'not-found',
    message: `there is no family ${name} in ${config.file}`,
    hint: meant ? `did you mean ${meant}?` : `it has ${names.join(', ')}`,
  })
}

function refuseWish(wish: ReleaseWish, open: readonly Release[]): void {
  const problems: Problem[] = []
  if (wish.lane === 'emergency' && !wish.reason?.trim()) {
    problems.push({
      code: 'bad-argument',
      message: 'an emergency release needs a reason',
      hint: 'say why with --reason: it stands in the ledger for good',
    })
  }
  if (wish.origin.dirty && !wish.rehearsal) {
    problems.push({
      code: 'dirty-tree',
      message: `the configuration in ${wish.config.directory} has changes that are not committed`,
      hint: 'commit them: the ledger records the commit a release was made from',
    })
  }
  const blocking = open.find((one) => blocks(one, wish))
  if (blocking) {
    problems.push({
      code: 'already-running',
      message: `the ${blocking.drill ? 'drill' : `${blocking.lane} release`} ${blocking.id} of ${wish.family} is not over`,
      hint: `finish it first: drover advance ${blocking.id}`,
    })
  }
  if (problems.length > 0) throw new ProblemError(problems)
}

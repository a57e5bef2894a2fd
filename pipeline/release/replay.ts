// Turns what the ledger says into releases: the state is nothing but the events, folded in order.

import { AssertionFailure, assert, unreachable } from '../kernel/index.ts'
import type { BuiltRelease, EventOf, LedgerEvent } from './event.ts'
import { machinesByGroup } from './group-key.ts'
import { isOrder } from './orders.ts'
import { withPlaced } from './place-by-tag.ts'
import type { Ending, Moment, Release } from './release.ts'
import { applyToApprovals, applyToCopies, applyToRetired, applyToRolls, applyToShares, applyToSoaks } from './replay-parts.ts'
import { begin, fail, finish } from './step.ts'
import { failedOnce } from './trying.ts'

/** The release that these events, all of one release and in ledger order, have made. */
export function replay(events: readonly LedgerEvent[]): Release {
  const [first, ...rest] = events
  assert(first, 'a release has at least one event')
  return rest.reduce(apply, open(first))
}

/** Every release in the ledger, in the order they were opened. */
export function releasesOf(events: readonly LedgerEvent[]): readonly Release[] {
  const byRelease = new Map<string, LedgerEvent[]>()
  for (const event of events) {
    if (isOrder(event.event)) continue
    const own = byRelease.get(event.release)
    if (own) own.push(event)
    else byRelease.set(event.release, [event])
  }
  return [...byRelease.values()].map(replay)
}

function open(record: LedgerEvent): Release {
  const { event } = record
  assert(event.type === 'release.opened', `${record.release} begins with ${event.type}`)
  const {
    family,
    lane,
    reason,
    fixes = [],
    openedBy,
    drill = false,
    rehearsal,
    config,
    policy,
    bases,
    machines = [],
    returnsTo,
    renews,
  } = event
  const built = returnsTo ?? renews
  const moment = momentOf(record)
  return {
    id: record.release,
    family,
    lane,
    reason,
    fixes,
    openedBy,
    drill,
    openedAt: moment,
    rehearsal,
    config,
    policy,
    bases,
    machines: machinesByGroup(machines),
    returnsTo,
    ...(renews && { renews }),
    seed: record.hash,
    ...(built ? builtBefore(built, moment) : { bake: nothingYet, verify: nothingYet, copies: [] }),
    shares: [],
    approvals: [],
    rolls: [],
    soaks: [],
    ending: undefined,
  }
}

const nothingYet = { state: 'waiting' } as const

/** What was baked, verified and copied once need not be again. */
function builtBefore(target: BuiltRelease, moment: Moment): Pick<Release, 'bake' | 'verify' | 'copies'> {
  const { images, before, after, counts, standings, copies } = target
  const done = { state: 'finished', begun: moment, ended: moment } as const
  return {
    bake: { ...done, result: { images, before, after, evidence: [] } },
    verify: { ...done, result: { verdict: 'pass', reasons: [], counts, standings, evidence: [] } },
    copies: copies.map(({ region, architecture, imageId }) => {
      return { region, architecture, imageId, step: { ...done, result: { imageId } }, failures: 0 }
    }),
  }
}

function apply(release: Release, record: LedgerEvent): Release {
  assert(record.release === release.id, `an event of ${record.release} among those of ${release.id}`)
  const moment = momentOf(record)
  const { event } = record
  assert(!isOrder(event), `an order among the events of ${release.id}`)
  switch (event.type) {
    case 'release.opened':
      throw new AssertionFailure(`${release.id} was opened twice`)
    case 'bake.intended':
      return { ...release, bake: begin(event.token, moment) }
    case 'bake.finished':
      return { ...release, bake: finish(release.bake, moment, event) }
    case 'bake.failed':
      return { ...release, bake: fail(release.bake, moment, event.cause) }
    case 'verify.intended':
      return { ...release, verify: begin(event.token, moment) }
    case 'verify.finished':
      return { ...release, verify: finish(release.verify, moment, event) }
    case 'verify.failed':
      return { ...release, verify: fail(release.verify, moment, event.cause) }
    case 'copy.intended':
    case 'copy.started':
    case 'copy.finished':
    case 'copy.failed':
      return { ...release, copies: applyToCopies(release.copies, event, moment) }
    case 'share.finished':
    case 'share.failed':
      return { ...release, shares: applyToShares(release.shares, event, moment) }
    case 'approval.requested':
    case 'approval.granted':
    case 'approval.denied':
      return { ...release, approvals: applyToApprovals(release.approvals, event) }
    case 'hook.finished':
    case 'roll.intended':
    case 'roll.started':
    case 'roll.finished':
    case 'roll.awaits-hand':
    case 'roll.awaits-room':
    case 'roll.watched':
    case 'roll.ordered':
    case 'roll.refused':
    case 'roll.failed':
    case 'undo.intended':
    case 'undo.finished':
    case 'undo.failed':
      return { ...release, rolls: applyToRolls(release.rolls, event, moment) }
    case 'placing.failed': {
      const { stage, cause } = event
      return { ...release, placing: { stage, cause, failing: failedOnce(release.placing?.failing, moment.at) } }
    }
    case 'stage.placed': {
      const { placing: _, ...placed } = release
      return { ...placed, policy: withPlaced(release.policy, event) }
    }
    case 'soak.started':
    case 'test.finished':
    case 'exposure.measured':
    case 'soak.finished':
      return { ...release, soaks: applyToSoaks(release.soaks, event, moment) }
    case 'fleet.checked':
      return { ...release, fleet: { moment, exposed: event.exposed, unasked: event.unasked, reverted: event.reverted ?? [] } }
    case 'image.permissions-saved':
    case 'image.retired':
    case 'image.restored':
      return { ...release, retired: applyToRetired(release.retired ?? [], event) }
    case 'projection.late':
      return { ...release, lateSince: moment }
    case 'reminder.given':
      return { ...release, remindedAt: moment }
    case 'release.finished':
    case 'release.failed':
    case 'release.refused':
    case 'release.superseded':
      assert(!release.ending, `${release.id} ended twice`)
      return { ...release, ending: endingOf(event, moment) }
    default:
      return unreachable(event)
  }
}

function endingOf(
  event: EventOf<'release.finished' | 'release.failed' | 'release.refused' | 'release.superseded'>,
  moment: Moment,
): Ending {
  switch (event.type) {
    case 'release.finished': {
      const { openToProductionMs, openToProductionWallMs } = event
      return { kind: 'finished', moment, openToProductionMs, openToProductionWallMs }
    }
    case 'release.failed':
      return { kind: 'failed', moment, cause: event.cause }
    case 'release.refused':
      return { kind: 'refused', moment, reasons: event.reasons }
    case 'release.superseded':
      return { kind: 'superseded', moment, by: event.by }
  }
}

function momentOf(record: LedgerEvent): Moment {
  return { at: Date.parse(record.at), wallAt: Date.parse(record.wallAt), runner: record.runner }
}

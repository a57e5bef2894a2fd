// What people are told of an event, if anything: what happened, what it means, what to do, where the evidence is. Pure.

import { assert, unreachable } from '../kernel/index.ts'
import type { Message } from '../ports/index.ts'
import { isOrder, type LedgerEvent, type Release, type ReleaseEvent, replay } from '../release/index.ts'
import { cleaned } from './cleaned.ts'
import { tellOfFleet } from './tell-of-fleet.ts'
import { tellOfHour } from './tell-of-hour.ts'
import { tellOfImage } from './tell-of-image.ts'
import { tellOfRelease } from './tell-of-release.ts'
import { tellOfRoll } from './tell-of-roll.ts'
import { tellOfStage } from './tell-of-stage.ts'
import { tellOfUndone } from './tell-of-undone.ts'
import type { Occasion, Telling } from './telling.ts'

export interface Places {
  /** As people find it: `s3://acme-drover-ledger/ledger`. */
  readonly ledger: string
  /** Folder of the release's evidence. */
  readonly evidence: string
}

/** @param records of one release, in ledger order; the last is the one to tell of. */
export function messageOf(records: readonly LedgerEvent[], places: Places): Message | undefined {
  const record = records.at(-1)
  assert(record, 'a message is about a record')
  // Whoever gives an order knows of it; those it holds up are told by what waits.
  const own = releaseEventsOf(records)
  const event = own.at(-1)
  const teller = event && !isOrder(record.event) ? tellerOf(event) : undefined
  // Most events are nothing to tell of: for those the release needn't be replayed.
  if (!teller) return undefined
  const release = replay(records)
  const telling = teller({ release, before: own.slice(0, -1), evidence: places.evidence })
  return telling && messageFrom(telling, record, release, places)
}

function releaseEventsOf(records: readonly LedgerEvent[]): readonly ReleaseEvent[] {
  return records.flatMap(({ event }) => (isOrder(event) ? [] : [event]))
}

type Teller = (occasion: Occasion) => Telling | undefined

function tellerOf(event: ReleaseEvent): Teller | undefined {
  switch (event.type) {
    case 'release.opened':
    case 'release.finished':
    case 'release.failed':
    case 'release.refused':
    case 'release.superseded':
      return (occasion) => tellOfRelease(event, occasion)
    case 'bake.failed':
    case 'verify.finished':
    case 'verify.failed':
    case 'copy.failed':
    case 'share.finished':
    case 'share.failed':
    case 'placing.failed':
      return (occasion) => tellOfImage(event, occasion)
    case 'hook.finished':
    case 'roll.awaits-hand':
    case 'roll.awaits-room':
    case 'roll.refused':
    case 'roll.failed':
    case 'undo.finished':
    case 'undo.failed':
      return (occasion) => tellOfRoll(event, occasion)
    case 'approval.requested':
    case 'test.finished':
      return (occasion) => tellOfStage(event, occasion)
    case 'projection.late':
      return (occasion) => tellOfHour(event, occasion)
    case 'reminder.given':
      return (occasion) => tellOfUndone(event, occasion)
    case 'fleet.checked':
      return (occasion) => tellOfFleet(event, occasion)
    case 'bake.intended':
    case 'bake.finished':
    case 'verify.intended':
    case 'copy.intended':
    case 'copy.started':
    case 'copy.finished':
    case 'approval.granted':
    case 'approval.denied':
    case 'roll.intended':
    case 'roll.ordered':
    case 'roll.started':
    case 'roll.watched':
    case 'roll.finished':
    case 'undo.intended':
    case 'soak.started':
    case 'stage.placed':
    case 'exposure.measured':
    case 'soak.finished':
    case 'image.permissions-saved':
    case 'image.retired':
    case 'image.restored':
      return undefined
    default:
      return unreachable(event)
  }
}

/** Long enough for a sentence with a cause in it, short enough for a subject. */
const headlineLimit = 150
const sentenceLimit = 1_000

function messageFrom(telling: Telling, record: LedgerEvent, release: Release, { ledger }: Places): Message {
  return {
    level: telling.level,
    id: record.hash,
    headline: cleaned(telling.headline, headlineLimit),
    meaning: cleaned(telling.meaning, sentenceLimit),
    action: cleaned(telling.action, sentenceLimit),
    evidence: [`record ${record.sequence} of the ledger ${ledger}`, ...(telling.evidence ?? [])].map((one) =>
      cleaned(one, sentenceLimit),
    ),
    release: release.id,
    family: release.family,
    stage: telling.stage,
    group: telling.group,
    key: release.family,
    at: record.wallAt,
  }
}

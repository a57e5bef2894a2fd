// A person's word that a group tagged by-hand is rolled by this release.

import { ProblemError } from '../kernel/index.ts'
import { describeGroup, type LedgerEvent, type Release, type Roll, releasesOf } from '../release/index.ts'
import { openSession, type SessionContext } from './session.ts'

/** Of every stage that waits for it. Throws ProblemError when none does: a word ahead of its time would be given unseen. */
export async function orderByHand(
  context: SessionContext,
  releaseId: string,
  regionAndGroup: string,
): Promise<readonly LedgerEvent[]> {
  const session = await openSession(context)
  const awaited = awaitingIn(session.events(), releaseId)
  const meant = awaited.filter(({ key }) => `${key.region}/${key.group}` === regionAndGroup)
  if (meant.length === 0) {
    const others = awaited.map(({ key }) => describeGroup(key)).join(', ')
    const message = `no roll of ${regionAndGroup} by ${releaseId} waits for a person's word`
    throw new ProblemError({ code: 'not-found', message, hint: others === '' ? 'none of its groups does' : `waiting: ${others}` })
  }
  const records: LedgerEvent[] = []
  for (const { key } of meant) {
    const event = { type: 'roll.ordered', group: key, by: context.runner } as const
    const isStillAwaited = (events: readonly LedgerEvent[]) =>
      awaitingIn(events, releaseId).some((roll) => describeGroup(roll.key) === describeGroup(key))
    const record = await session.append(releaseId, event, isStillAwaited)
    if (record) records.push(record)
  }
  return records
}

function awaitingIn(events: readonly LedgerEvent[], releaseId: string): readonly Roll[] {
  const release: Release | undefined = releasesOf(events).find(({ id }) => id === releaseId)
  if (release === undefined || release.ending) return []
  return release.rolls.filter(({ hand }) => hand !== undefined && hand.orderedBy === undefined)
}

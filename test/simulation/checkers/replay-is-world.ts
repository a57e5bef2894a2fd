// The ledger's replay equals the world: every group launches and runs what the releases, read back, say. The one checker that reads with
// production's own replay.

import { type LedgerEvent, type Roll, releasesOf } from '../../../pipeline/release/index.ts'
import type { CreateChecker } from './checker.ts'
import { autoScalingOf, imageOfGroup } from './lineage.ts'

export const replayIsWorld: CreateChecker = (plan, first) => ({
  atEnd: ({ state, records }) => {
    // A renewal leaves every group on the image it runs, however it ends.
    const rolls = releasesOf(records).flatMap((release) => (release.lane === 'renewal' ? [] : release.rolls))
    return plan.groups.flatMap((group) => {
      const { name, region } = group
      const own = rolls.filter(({ key }) => key.group === name && key.region === region)
      const expected = expectedImage(own, records, imageOfGroup(first, group))
      if (expected === 'unknown') return []
      const launches = imageOfGroup(state, group)
      // Nodes of Karpenter follow when Karpenter lets them.
      const members = autoScalingOf(state, group)?.members ?? []
      const astray = members.filter(({ lifecycle, imageId }) => lifecycle === 'InService' && imageId !== expected)
      return [
        ...(launches === expected ? [] : [`${name} launches ${launches}, the ledger says ${expected}`]),
        ...astray.map(({ instanceId, imageId }) => `${instanceId} of ${name} runs ${imageId}, the ledger says ${expected}`),
      ]
    })
  },
})

/** `unknown` where the ledger itself says that nobody knows: a roll or an undoing that ended halfway. */
function expectedImage(
  rolls: readonly Roll[],
  records: readonly LedgerEvent[],
  original: string | undefined,
): string | 'unknown' | undefined {
  let image: string | undefined = original
  for (const { key, imageId, step, undo, previous } of rolls) {
    if (step.state === 'failed' && imageId !== undefined && !wasUndone(records, key.group, imageId)) return 'unknown'
    if (undo.state === 'failed' || undo.state === 'begun') return 'unknown'
    if (step.state === 'finished') image = undo.state === 'finished' ? previous?.imageId : imageId
  }
  return image
}

function wasUndone(records: readonly LedgerEvent[], group: string, imageId: string): boolean {
  const intent = records.find(
    ({ event }) => event.type === 'roll.intended' && event.imageId === imageId && event.group.group === group,
  )
  const failure = records.find(
    ({ release, event }) => release === intent?.release && event.type === 'roll.failed' && event.group.group === group,
  )
  return failure?.event.type === 'roll.failed' && failure.event.undone
}

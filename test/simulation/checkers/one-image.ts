// One image a release and region, all the way: baked once, copied once, and nothing else is ever rolled.

import { allRows, type CreateChecker, changesOf } from './checker.ts'
import { groupOf, releaseOfImage, rolledBy } from './lineage.ts'

export const oneImage: CreateChecker = (plan) => {
  /** By release and region: the image that the first machine of it ran. */
  const run = new Map<string, string>()
  return {
    onStep: (step) => {
      const made = changesOf(step, 'images').flatMap(({ before, after }): readonly string[] => {
        const release = after?.tags['drover:release']
        if (before !== undefined || after === undefined || release === undefined) return []
        const others = allRows(step.state, 'images').filter(
          ({ row, region }) =>
            row.tags['drover:release'] === release && region === after.region && row.id !== after.id && row.state !== 'failed',
        )
        return others.map(({ row }) => `${release} has a second image in ${after.region}: ${row.id} and ${after.id}`)
      })
      const launched = changesOf(step, 'instances').flatMap(({ before, after, region }) => {
        if (before !== undefined || after === undefined || groupOf(plan, after) === undefined) return []
        const release = releaseOfImage(step.state, after.imageId)
        if (release === undefined) return []
        const key = `${release} in ${region}`
        const first = run.get(key) ?? after.imageId
        run.set(key, first)
        return first === after.imageId ? [] : [`${key} runs ${after.imageId} (${after.id}) after ${first}`]
      })
      return [...made, ...launched]
    },
    onRecord: ({ release, event }, { state, records }) => {
      if (event.type !== 'roll.intended') return []
      const maker = releaseOfImage(state, event.imageId)
      return maker === rolledBy(records, release)
        ? []
        : [`${release} is to roll ${event.group.group} to ${event.imageId}, an image of ${maker}`]
    },
  }
}

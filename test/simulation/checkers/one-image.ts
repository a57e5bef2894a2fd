// One image a release, region and architecture, all the way: baked once, copied once, rolled to what is of its kind, and nothing else ever.

import { architectureOf } from '../plan/plan.ts'
import { allRows, type CreateChecker, changesOf } from './checker.ts'
import { architectureOfImage, groupOf, releaseOfImage, rolledBy } from './lineage.ts'

export const oneImage: CreateChecker = (plan) => {
  /** By release, region and architecture: the image that the first machine of it ran. */
  const run = new Map<string, string>()
  return {
    onStep: (step) => {
      const made = changesOf(step, 'images').flatMap(({ before, after }): readonly string[] => {
        const release = after?.tags['drover:release']
        if (before !== undefined || after === undefined || release === undefined) return []
        const others = allRows(step.state, 'images').filter(
          ({ row, region }) =>
            row.tags['drover:release'] === release &&
            region === after.region &&
            row.architecture === after.architecture &&
            row.id !== after.id &&
            row.state !== 'failed',
        )
        const what = `${after.region} (${after.architecture})`
        return others.map(({ row }) => `${release} has a second image in ${what}: ${row.id} and ${after.id}`)
      })
      const launched = changesOf(step, 'instances').flatMap(({ before, after, region }) => {
        if (before !== undefined || after === undefined || groupOf(plan, after) === undefined) return []
        const release = releaseOfImage(step.state, after.imageId)
        if (release === undefined) return []
        const key = `${release} in ${region} (${after.architecture})`
        const first = run.get(key) ?? after.imageId
        run.set(key, first)
        return first === after.imageId ? [] : [`${key} runs ${after.imageId} (${after.id}) after ${first}`]
      })
      return [...made, ...launched]
    },
    onRecord: ({ release, event }, { state, records }) => {
      if (event.type !== 'roll.intended') return []
      const maker = releaseOfImage(state, event.imageId)
      const what = `${release} is to roll ${event.group.group} to ${event.imageId}`
      const [own] = plan.groups.filter(({ name }) => name === event.group.group).map(architectureOf)
      const built = architectureOfImage(state, event.imageId)
      return [
        ...(maker === rolledBy(records, release) ? [] : [`${what}, an image of ${maker}`]),
        ...(own === built ? [] : [`${what}, which is built for ${built} and not for ${own}`]),
      ]
    },
  }
}

// Capacity restored: in the end every group has the sizes, the processes and the machines it began with.

import { type CloudState, rowIn, type Tables } from '../../../pipeline/localcloud/index.ts'
import { allRows, type CreateChecker } from './checker.ts'
import { imageOfSource, openedOf, releaseOfImage } from './lineage.ts'

export const restored: CreateChecker = (plan, first) => ({
  atEnd: ({ state, records }) => [
    ...allRows(first, 'nodeGroups').flatMap(({ place, row: { cluster, name, updates } }) => {
      const group = rowIn(state, place, 'nodeGroups', `${cluster}/${name}`)
      return [
        ...(group?.status === 'ACTIVE' ? [] : [`${cluster}/${name} is left ${group?.status ?? 'nowhere'}`]),
        ...(JSON.stringify(group?.updates) === JSON.stringify(updates)
          ? []
          : [`${cluster}/${name} is left with the limit ${JSON.stringify(group?.updates)}, it was ${JSON.stringify(updates)}`]),
      ]
    }),
    ...allRows(first, 'groups').flatMap(({ place, row: { name, ...was } }) => {
      const group = rowIn(state, place, 'groups', name)
      if (group === undefined) return [`${name} is gone`]
      const { minSize, maxSize, desired, suspended, members } = group
      const healthy = members.filter(({ lifecycle, isHealthy }) => lifecycle === 'InService' && isHealthy).length
      const owner = releaseOfImage(state, savedImage(state, place, group.launch) ?? '')
      const runsSound = owner === undefined || isSound(plan.releases[openedOf(records).indexOf(owner)]?.image)
      return [
        ...(minSize === was.minSize && maxSize === was.maxSize && desired === was.desired
          ? []
          : [`${name} was ${was.minSize}/${was.desired}/${was.maxSize} and is ${minSize}/${desired}/${maxSize}`]),
        ...(suspended.length === was.suspended.length ? [] : [`${name} is left with ${suspended.join(', ')} suspended`]),
        ...(members.length > desired ? [`${name} is left with ${members.length} machines of ${desired}`] : []),
        ...(runsSound && healthy < desired ? [`${name} is left with ${healthy} healthy machines of ${desired}`] : []),
      ]
    }),
  ],
})

function savedImage(state: CloudState, place: string, launch: Tables['groups']['launch']): string | undefined {
  return imageOfSource(state, place, launch)
}

function isSound(image: string | undefined): boolean {
  return image === 'sound' || image === 'failing'
}

// A group whose renewal has ended well has no machine left of before, and is on the image that its renewal names.

import { rowIn } from '../../../pipeline/localcloud/index.ts'
import type { CreateChecker } from './checker.ts'
import { autoScalingOf, lastIntent, openingOf, placeKeyOf, releaseOfImage } from './lineage.ts'

export const renewed: CreateChecker = (plan) => ({
  onRecord: ({ release, event }, { state, records }) => {
    if (event.type !== 'roll.finished') return []
    const target = openingOf(records, release)?.renews
    const { stage, region, group: name } = event.group
    const group = plan.groups.find((one) => one.stage === stage && one.region === region && one.name === name)
    const intent = lastIntent(records, name)
    if (target === undefined || group === undefined || intent === undefined) return []
    const isDue = target.groups.some(({ group: one }) => one.stage === stage && one.region === region && one.group === name)
    const members = autoScalingOf(state, group)?.members.filter(({ lifecycle }) => lifecycle === 'InService') ?? []
    const launchedAt = (id: string) => rowIn(state, placeKeyOf(group), 'instances', id)?.launchedAt ?? 0
    const old = members.filter(({ instanceId }) => launchedAt(instanceId) < Date.parse(intent.at))
    const astray = members.filter(({ imageId }) => releaseOfImage(state, imageId) !== target.release)
    return [
      ...(isDue ? [] : [`${release} renews ${name}, which is not too old`]),
      ...old.map(({ instanceId }) => `${instanceId} of ${name} is older than its renewal ${release}`),
      ...astray.map(({ instanceId, imageId }) => `${instanceId} of ${name} runs ${imageId}, ${release} renews ${target.release}`),
    ]
  },
})

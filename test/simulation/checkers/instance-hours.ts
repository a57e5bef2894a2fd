// No soak ends before machines of its stage have run the release's image for as long as the policy says, added up.

import { hourMs } from '../../support/factories.ts'
import { type CreateChecker, changesOf } from './checker.ts'
import { groupOf, openingOf, releaseOfImage } from './lineage.ts'

interface Life {
  readonly release: string
  readonly stage: string
  readonly from: number
  readonly to: number
}

export const instanceHours: CreateChecker = (plan) => {
  const lives = new Map<string, Life>()
  return {
    onStep: (step) => {
      for (const { before, after } of changesOf(step, 'instances')) {
        const row = after ?? before
        const known = lives.get(row?.id ?? '')
        const hasEnded = after === undefined || after.state === 'terminated'
        if (known !== undefined && hasEnded) lives.set(row?.id ?? '', { ...known, to: Math.min(known.to, step.now) })
        const stage = row && groupOf(plan, row)?.stage
        const release = row && releaseOfImage(step.state, row.imageId)
        if (known !== undefined || row === undefined || stage === undefined || release === undefined) continue
        lives.set(row.id, { release, stage, from: step.now, to: Number.POSITIVE_INFINITY })
      }
      return []
    },
    onRecord: ({ release, event }, { now, records }) => {
      const lane = openingOf(records, release)?.lane
      if (event.type !== 'soak.finished' || (lane !== 'weekly' && lane !== 'emergency')) return []
      const wanted = plan.policies[lane].stages.find(({ name }) => name === event.stage)?.soak.instanceHours ?? 0
      const own = [...lives.values()].filter((life) => life.release === release && life.stage === event.stage)
      const hours = own.reduce((sum, { from, to }) => sum + Math.min(to, now) - from, 0) / hourMs
      return hours >= wanted ? [] : [`${release} has soaked in ${event.stage} for ${hours} instance-hours of ${wanted}`]
    },
  }
}

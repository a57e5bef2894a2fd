// A parameter that stands for an image holds nothing but images of releases that are rolled there, and goes back only by an undoing or a roll that fails.

import { type CreateChecker, changesOf } from './checker.ts'
import { isTakenBack, isUndone, placeKeyOf, rankOf } from './lineage.ts'

export const parameters: CreateChecker = (plan) => ({
  onStep: (step) =>
    changesOf(step, 'parameters').flatMap(({ before, after, place }) => {
      const served = plan.groups.filter(({ parameter, ...where }) => parameter === after?.name && placeKeyOf(where) === place)
      const [from, to] = [before?.versions.at(-1)?.value, after?.versions.at(-1)?.value ?? '']
      if (before === undefined || after === undefined || served.length === 0 || from === to) return []
      const { state, records } = step
      const isRolled = records.some(
        ({ event }) =>
          event.type === 'roll.intended' &&
          [event.imageId, event.previous.imageId].includes(to) &&
          served.some(({ name, region }) => event.group.group === name && event.group.region === region),
      )
      if (!isRolled) return [`${after.name} holds ${to}, which nobody rolls`]
      const isBackward = rankOf(state, records, to) < rankOf(state, records, from)
      const isMeant = served.some(({ name }) => isUndone(records, name) || isTakenBack(records, name, to))
      return isBackward && !isMeant ? [`${after.name} goes back to ${to} from ${from}, which nobody undoes`] : []
    }),
})

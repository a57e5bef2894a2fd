// What is told of a group that could not be moved, or had to be moved back.

import { describeGroup, type EventOf, type Release } from '../release/index.ts'
import { type Occasion, openAgain, type Telling } from './telling.ts'

type RollEvent = EventOf<
  'hook.finished' | 'roll.awaits-hand' | 'roll.awaits-room' | 'roll.refused' | 'roll.failed' | 'undo.finished' | 'undo.failed'
>

export function tellOfRoll(event: RollEvent, { release, before }: Occasion): Telling | undefined {
  const group = describeGroup(event.group)
  const place = { stage: event.group.stage, group }
  const { id } = release
  switch (event.type) {
    case 'hook.finished':
      // One that refused the roll is told of as that.
      if (event.ok || (event.when === 'before' && event.during === 'roll' && release.lane !== 'undo')) return undefined
      return {
        level: 'action',
        headline: `The hook "${event.hook}" ${event.when} the ${event.during} of ${group} failed`,
        meaning: `The ${event.during} is what it is without it, and nothing tries it again. Cause: ${event.detail}`,
        action: `Do by hand what ${event.hook} was to do`,
        ...place,
      }
    case 'roll.awaits-hand':
      return {
        level: 'action',
        headline: `${group} is to be rolled by hand, and ${id} waits for it`,
        meaning:
          'The group is tagged drover:roll = by-hand. Nothing was changed in it, and the release goes no further without a word.',
        action: `drover advance ${id} --by-hand ${event.group.region}/${event.group.group}`,
        ...place,
      }
    case 'roll.awaits-room':
      // Of the first: the status tells of all that wait.
      if (before.some(({ type }) => type === 'roll.awaits-room')) return undefined
      return {
        level: 'action',
        headline: `There is no room to take ${group} back now, and ${id} waits for it`,
        meaning: `Groups go back as there is room for them; the others stay on what they run until then. Cause: ${event.cause}`,
        action: 'Free vCPUs or addresses, or ask for more, where it must not take longer',
        ...place,
      }
    case 'roll.refused':
      return {
        level: 'failure',
        headline: release.renews ? `The machines of ${group} can't be renewed (${id})` : `${group} can't be rolled onto ${id}`,
        meaning: `Nothing was changed in the group, and the release ends here. Cause: ${event.cause}`,
        action: `${sentence(event.hint)}Then ${openAgain(release)}`,
        ...place,
      }
    case 'roll.failed':
      if (release.renews) return tellOfRenewal(event, release.renews.release, openAgain(release), place)
      return {
        level: 'failure',
        headline: `The roll of ${group} onto ${id} failed${event.undone ? ' and was undone' : ''}`,
        meaning: event.undone
          ? `The group is back on what it ran before${rolledBefore(release)}. Cause: ${event.cause}`
          : `The group may run two images, and nothing takes it back by itself${rolledBefore(release)}. Cause: ${event.cause}`,
        action: event.undone
          ? `Find out why the new machines did not hold, then ${openAgain(release)}`
          : `Look at the group's last instance refresh and take it back by hand; drover status tells what it ran`,
        ...place,
      }
    case 'undo.finished':
      return { level: 'info', headline: `${group} is back on what it ran before ${id}`, meaning: '', action: '', ...place }
    case 'undo.failed':
      return {
        level: 'failure',
        headline: `${group} could not be taken back from ${id}`,
        meaning: `It goes on running an image that failed in ${event.group.stage}. Cause: ${event.cause}`,
        action: 'Take the group back by hand: its last instance refresh and its launch template say to what',
        ...place,
      }
  }
}

/** There is nothing to take back. */
function tellOfRenewal(
  { cause }: EventOf<'roll.failed'>,
  release: string,
  again: string,
  place: Pick<Telling, 'stage' | 'group'> & { readonly group: string },
): Telling {
  return {
    level: 'failure',
    headline: `The machines of ${place.group} could not all be renewed`,
    meaning: `It was stopped where it was: old machines and new ones run ${release}, and the renewal ends here. Cause: ${cause}`,
    action: `Find out why the new machines did not hold, then ${again}`,
    ...place,
  }
}

/** A failed roll takes back its own group only. */
function rolledBefore({ rolls }: Release): string {
  const count = rolls.filter(({ step, undo }) => step.state === 'finished' && undo.state === 'waiting').length
  return count === 0
    ? ''
    : `; ${count} ${count === 1 ? 'group rolled before it stays' : 'groups rolled before it stay'} on the new image`
}

function sentence(hint: string): string {
  const text = hint.trim()
  if (text === '') return ''
  return /[.!?]$/.test(text) ? `${text} ` : `${text}. `
}

// What is told of a release as a whole: an emergency or an undo opened, and every way to end.

import { formatDuration } from '../kernel/index.ts'
import { describeLost, type EventOf, groupsOf, type Release, type RenewalTarget, type ReturnTarget } from '../release/index.ts'
import { counted, type Occasion, openAgain, type Telling } from './telling.ts'

type WholeEvent = EventOf<'release.opened' | 'release.finished' | 'release.failed' | 'release.refused' | 'release.superseded'>

export function tellOfRelease(event: WholeEvent, { release, evidence }: Occasion): Telling | undefined {
  const { id, family } = release
  switch (event.type) {
    case 'release.opened':
      if (release.returnsTo) return tellOfUndo(release, release.returnsTo)
      if (release.renews) return tellOfRenewal(release, release.renews)
      return event.lane === 'emergency' && !event.drill ? tellOfEmergency(release) : undefined
    case 'release.finished':
      if (release.drill) return tellOfDrill(event.openToProductionMs, release)
      if (release.returnsTo) return tellOfReturn(release, release.returnsTo)
      if (release.renews) return tellOfRenewed(event.openToProductionMs, release, release.renews)
      return {
        level: 'recovery',
        headline: `${id} is in production, ${formatDuration(event.openToProductionMs)} after it was opened`,
        meaning: `Every group of ${family} runs it.`,
        action: '',
        evidence: [evidence],
      }
    case 'release.failed':
      return tellOfEnd('failed', event.cause, release)
    case 'release.refused':
      return tellOfEnd('was refused', event.reasons.join('; '), release)
    case 'release.superseded':
      return {
        level: 'info',
        headline: `${id} ends: ${event.by} has superseded it`,
        meaning: `${event.by} takes its groups over.`,
        action: '',
      }
  }
}

function tellOfDrill(tookMs: number, { id, family, policy }: Release): Telling {
  return {
    level: 'info',
    headline: `the drill ${id} reached ${policy.stages[0]?.name}, ${formatDuration(tookMs)} after it was opened`,
    meaning: `The emergency lane of ${family} works as far as that.`,
    action: '',
  }
}

function tellOfEmergency({ id, openedBy, reason, fixes }: Release): Telling {
  return {
    level: 'action',
    headline: `${openedBy} has opened the emergency release ${id}`,
    meaning: `It takes the short lane and supersedes the weekly release. Reason: ${reason ?? 'none given'}${fixes.length === 0 ? '' : `. It is to fix ${fixes.join(', ')}`}`,
    action: 'Know of it, and follow it with drover status',
  }
}

function tellOfUndo({ id, family, openedBy, reason, policy }: Release, target: ReturnTarget): Telling {
  const count = policy.stages.flatMap(groupsOf).length
  return {
    level: 'action',
    headline: `${openedBy} takes ${count} ${count === 1 ? 'group' : 'groups'} of ${family} back to ${target.release}`,
    meaning: `${id} bakes nothing and ends what was open. Reason: ${reason ?? 'none given'}. ${describeLost(target)}`,
    action: 'Know of it, and follow it with drover status',
  }
}

function tellOfReturn({ id, family }: Release, target: ReturnTarget): Telling {
  return {
    level: 'action',
    headline: `${family} is back on ${target.release} (${id})`,
    meaning: `It stays there, and gets no security update, until it is released anew. ${describeLost(target)}`,
    action: `Mend what was wrong, then drover release ${family}`,
  }
}

function tellOfRenewal({ id, reason }: Release, { release, groups }: RenewalTarget): Telling {
  return {
    level: 'info',
    headline: `${id} renews the machines of ${counted(groups.length)}, which stay on ${release}`,
    meaning: `Reason: ${reason ?? 'none given'}.`,
    action: '',
  }
}

function tellOfRenewed(tookMs: number, { id }: Release, { release, groups }: RenewalTarget): Telling {
  return {
    level: 'info',
    headline: `${id} has renewed the machines of ${counted(groups.length)}, ${formatDuration(tookMs)} after it was opened`,
    meaning: `They run ${release} as before.`,
    action: '',
  }
}

/** The step that broke it has been told with what to do; its end is news where groups had to be taken back, or a person said no. */
function tellOfEnd(how: string, cause: string, release: Release): Telling {
  const headline = `${release.id} ${how}`
  const denied = release.approvals.find(({ answer }) => answer === 'denied')
  if (denied) {
    const action = `Nothing, if that was meant; else ${openAgain(release)}`
    return { level: 'action', headline: `${denied.by} denied ${release.id} the way to ${denied.stage}`, meaning: cause, action }
  }
  const undone = release.rolls.filter(({ undo }) => undo.state !== 'waiting')
  if (undone.length === 0) return { level: 'info', headline, meaning: `Cause: ${cause}`, action: '' }
  const back = undone.filter(({ undo }) => undo.state === 'finished').length
  return {
    level: 'failure',
    headline: `${headline}; ${back} of ${undone.length} groups are back on what they ran`,
    meaning: `Cause: ${cause}`,
    action: `Mend it, then ${openAgain(release)}`,
  }
}

// What is told of a stage: an approval it waits for, a test or an alarm that failed in its soak.

import { alarmsTestName, type EventOf } from '../release/index.ts'
import { type Occasion, openAgain, type Telling } from './telling.ts'

export function tellOfStage(event: EventOf<'approval.requested' | 'test.finished'>, occasion: Occasion): Telling | undefined {
  return event.type === 'approval.requested' ? tellOfApproval(event, occasion) : tellOfTest(event, occasion)
}

function tellOfApproval({ stage }: EventOf<'approval.requested'>, { release, evidence }: Occasion): Telling {
  const approve = `drover approve ${release.id} --stage ${stage} --reason WHY`
  return {
    level: 'action',
    headline: `${release.id} waits for approval to go to ${stage}`,
    meaning: `It has passed everything before ${stage}, and goes no further without a yes${emergency(release.reason)}`,
    action: `${approve} (with --deny to refuse: the release ends). What it is: drover report ${release.id}`,
    evidence: [evidence],
    stage,
  }
}

function emergency(reason: string | undefined): string {
  return reason === undefined ? '' : `. It was opened because: ${reason}`
}

function tellOfTest(event: EventOf<'test.finished'>, { release }: Occasion): Telling | undefined {
  if (event.ok) return undefined
  const { stage, test, detail } = event
  const headline =
    test === alarmsTestName
      ? `Alarms are not quiet in ${stage} under ${release.id}`
      : `The test "${test}" failed in ${stage} under ${release.id}`
  const failures = release.soaks.flatMap(({ tests }) => tests.filter(({ ok }) => !ok)).length
  // A broken machine fails all its tests at once, and one of them is enough to act upon.
  if (failures > 1) return { level: 'info', headline, meaning: `Cause: ${detail}`, action: '', stage }
  return {
    level: 'failure',
    headline,
    meaning: `drover takes the groups of ${stage} back to what they ran, and the release ends. Cause: ${detail}`,
    action: `Find out why, then ${openAgain(release)}. drover status tells whether every group is back`,
    stage,
  }
}

// What is told of an image on its way: baked, verified, copied, shared, and to which groups of a stage first.

import { breakageOf, copyOf, type EventOf, type Failing, howOften, type Release, triedAgainAt } from '../release/index.ts'
import { type Occasion, openAgain, type Telling } from './telling.ts'

type ImageEvent = EventOf<
  'bake.failed' | 'verify.finished' | 'verify.failed' | 'copy.failed' | 'share.finished' | 'share.failed' | 'placing.failed'
>

export function tellOfImage(event: ImageEvent, occasion: Occasion): Telling | undefined {
  const telling = tell(event, occasion)
  // Nobody waits for the image of a release that has ended: what it had begun is only followed to its end.
  return telling && occasion.release.ending ? { ...telling, level: 'info', action: '' } : telling
}

function tell(event: ImageEvent, { release, evidence }: Occasion): Telling | undefined {
  const { id } = release
  const begin = `mend it, then ${openAgain(release)}`
  switch (event.type) {
    case 'bake.failed':
      return {
        level: 'failure',
        headline: `The bake of ${id} failed`,
        meaning: `There is no image, and every group keeps what it runs. Cause: ${event.cause}`,
        action: `Read the end of the log, ${begin}`,
        evidence: [evidence],
      }
    case 'verify.failed':
      return {
        level: 'failure',
        headline: `The image of ${id} could not be verified`,
        meaning: `Nothing is known against the image, but unproven it goes nowhere. Cause: ${event.cause}`,
        action: `Read the end of the log, ${begin}`,
        evidence: [evidence],
      }
    case 'verify.finished':
      if (event.verdict === 'pass') return undefined
      return {
        level: 'failure',
        headline: `The image of ${id} was refused`,
        meaning: `It does not meet its profile, and every group keeps what it runs. Reasons: ${event.reasons.join('; ')}`,
        action: `See drover report ${id}, ${begin}`,
        evidence: [evidence],
      }
    case 'copy.failed': {
      const { region, architecture, cause } = event
      const copy = copyOf(release, region, architecture)
      return onItsWay(release, copy?.failing, {
        headline: `A copy of the image of ${id} to ${region} failed`,
        stopped: `no group of ${region} gets the image`,
        meanwhile: 'everything else goes on',
        inTime: 'before the stage that needs it is next',
        cause,
      })
    }
    case 'share.finished': {
      const { region, account, untagged } = event
      if (untagged === undefined) return undefined
      return {
        level: 'action',
        headline: `The image of ${id} in ${region} has no tags in account ${account}`,
        meaning: `It is shared, and the release goes on; what looks for its tags there does not find it. Cause: ${untagged}`,
        action: "Give the stage's role what drover iam prints (TagSharedImages), or write the tags by hand",
      }
    }
    case 'share.failed': {
      const { region, account, imageId, cause } = event
      const share = release.shares.find((one) => one.imageId === imageId && one.account === account)
      return onItsWay(release, share?.failing, {
        headline: `Sharing the image of ${id} in ${region} with account ${account} failed`,
        stopped: 'the groups of that account do not get the image',
        meanwhile: 'their stage waits',
        inTime: 'within the next hours, before it is given up',
        cause,
      })
    }
    case 'placing.failed':
      return onItsWay(release, release.placing?.failing, {
        headline: `The tags of the groups of ${event.stage} could not be read for ${id}`,
        stopped: `nobody knows which of them go first, and none of ${event.stage} is rolled`,
        meanwhile: 'everything else goes on',
        inTime: 'within the next hours, before it is given up',
        cause: event.cause,
      })
  }
}

/** Once may be chance; of a failure that stays, people hear once as of something to do, and again when it ends the release. */
const staysFrom = 3

function onItsWay(
  release: Release,
  failing: Failing | undefined,
  {
    headline,
    stopped,
    meanwhile,
    inTime,
    cause,
  }: Readonly<Record<'headline' | 'stopped' | 'meanwhile' | 'inTime' | 'cause', string>>,
): Telling {
  const mend = "Mend it (a right, a key's policy, a quota)"
  if (breakageOf(release)) {
    const meaning = `${upperFirst(stopped)}, and the release ends. Cause: ${cause}`
    return { level: 'failure', headline, meaning, action: `${mend}, then ${openAgain(release)}` }
  }
  const again = failing ? `, at ${new Date(triedAgainAt(failing)).toISOString()}` : ''
  const trying = `It is tried again${again}; until it goes well ${stopped}, and ${meanwhile}`
  if (failing?.failures !== staysFrom) return { level: 'info', headline, meaning: `${trying}. Cause: ${cause}`, action: '' }
  const meaning = `${trying}. It has failed ${howOften(failing)}. Cause: ${cause}`
  return { level: 'action', headline, meaning, action: `${mend} ${inTime}` }
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

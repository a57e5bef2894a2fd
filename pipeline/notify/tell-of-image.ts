// What is told of an image on its way: baked, verified, copied, shared.

import { breakageOf, type EventOf, type Release } from '../release/index.ts'
import { type Occasion, openAgain, type Telling } from './telling.ts'

type ImageEvent = EventOf<'bake.failed' | 'verify.finished' | 'verify.failed' | 'copy.failed' | 'share.failed'>

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
    case 'copy.failed':
      return onItsWay(release, {
        headline: `A copy of the image of ${id} to ${event.region} failed`,
        stopped: `No group of ${event.region} gets the image`,
        cause: event.cause,
      })
    case 'share.failed':
      return onItsWay(release, {
        headline: `Sharing the image of ${id} in ${event.region} with account ${event.account} failed`,
        stopped: 'The groups of that account do not get the image',
        cause: event.cause,
      })
  }
}

/** Copies and shares are tried again a few times: only the failure that ends the release needs anyone. */
function onItsWay(
  release: Release,
  { headline, stopped, cause }: { readonly headline: string; readonly stopped: string; readonly cause: string },
): Telling {
  if (!breakageOf(release)) return { level: 'info', headline, meaning: `It is tried again. Cause: ${cause}`, action: '' }
  const action = `Mend it (a right, a key's policy, a quota), then ${openAgain(release)}`
  return { level: 'failure', headline, meaning: `${stopped}, and the release ends. Cause: ${cause}`, action }
}

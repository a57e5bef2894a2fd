// Lets a stage's account, or the organisation it belongs to, launch the image, makes sure that it may, and gives the image its tags there.

import type { Cloud, CloudAt, CloudFailure, CloudOutcome, MachineImage, Place } from '../ports/index.ts'
import { builtAs, groupsOf, type Performer, type PerformerRequest, placeOf } from '../release/index.ts'
import { carriedTags } from './carried-tags.ts'
import { mayPass, patiently } from './patience.ts'

/** An account may not see at once what was shared with it. */
const visibleAfterMs = 120_000
const pollMs = 5_000

type Request = PerformerRequest<'share'>

export function createShare({ cloud }: { readonly cloud: Cloud }): Performer<'share'> {
  return async (request) => {
    const { release, action, log } = request
    const { region, account, imageId } = action
    const at = cloud.at({ ...release.policy.home, region })
    const shared = await patiently(() => shareWith(at, imageId, release.policy.organisationArn ?? account), request)
    const tagged = shared.ok ? await tagThere(cloud, shared.value, request) : shared
    if (!tagged.ok && (!shared.ok || isUnshared(tagged))) {
      return [{ type: 'share.failed', region, account, imageId, cause: tagged.message }]
    }
    log(`${imageId} in ${region} may be launched by ${account}${tagged.ok ? '' : `, which has no tags on it: ${tagged.message}`}`)
    return [{ type: 'share.finished', region, account, imageId, ...(tagged.ok ? {} : { untagged: tagged.message }) }]
  }
}

/** The account doesn't see the image, or did not answer. Of any other refusal only the tags are missing, which no group waits for. */
function isUnshared(failure: CloudFailure): boolean {
  return failure.kind === 'not-found' || mayPass(failure)
}

async function shareWith(at: CloudAt, imageId: string, sharer: string): Promise<CloudOutcome<MachineImage>> {
  const image = await at.describeImage(imageId)
  if (!image.ok) return image
  const shared = await at.shareImage(image.value, [sharer])
  if (!shared.ok) return shared
  const permitted = await at.launchPermissions(imageId)
  if (!permitted.ok) return permitted
  if (permitted.value.includes(sharer)) return image
  const message = `${imageId} was shared with ${sharer}, but AWS does not list it among those that may launch it`
  return { ok: false, kind: 'conflict', code: 'NotShared', message }
}

/**
 * Nobody but the owner sees an image's tags; what another account writes on a shared one are tags of its own [doc: Using_Tags]. A
 * release that rolls an earlier one's images finds them there, and going back never waits for a tag.
 */
async function tagThere(cloud: Cloud, image: MachineImage, request: Request): Promise<CloudOutcome<void>> {
  const place = stagePlace(request)
  const tags = carriedTags(image.tags)
  if (!place || builtAs(request.release) !== undefined || Object.keys(tags).length === 0) return { ok: true, value: undefined }
  const { clock, signal } = request
  const beganAt = clock.now()
  for (;;) {
    const tagged = await patiently(() => cloud.at(place).tag([image.id], tags), request)
    if (tagged.ok || tagged.kind !== 'not-found' || clock.now() - beganAt >= visibleAfterMs) return tagged
    await clock.pause(pollMs, signal)
  }
}

function stagePlace({ release, action: { account, region } }: Request): Place | undefined {
  const stage = release.policy.stages.find(
    (one) => one.account === account && groupsOf(one).some((target) => target.region === region),
  )
  return stage && placeOf(stage, { region })
}

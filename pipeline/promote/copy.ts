// Copies the baked image into another region: encrypted there, with the image it came from on record.

import { formatDuration } from '../kernel/index.ts'
import type { Cloud, CloudAt, CloudFailure, CloudOutcome, MachineImage } from '../ports/index.ts'
import { type Copy, copyOf, type Performer, type PerformerRequest, type ReleaseEvent } from '../release/index.ts'
import { carriedTags } from './carried-tags.ts'
import { mayPass, patiently } from './patience.ts'

/** Unless the policy says another. Encrypted copies of large images take their time; AWS publishes no bound. */
const defaultDeadlineMs = 2 * 3_600_000
const pollMs = 15_000
/** A new image may not be seen at once by the region that makes it. */
const visibleAfterMs = 120_000

type Request = PerformerRequest<'copy'>

export function createCopy({ cloud }: { readonly cloud: Cloud }): Performer<'copy'> {
  return async (request) => {
    const { region, image } = request.action
    const { architecture } = image
    const at = cloud.at({ ...request.release.policy.home, region })
    const failed = (cause: string): readonly ReleaseEvent[] => [{ type: 'copy.failed', region, architecture, cause }]

    const begun = await beginOrFind(at, cloud, request)
    if (!begun.ok) return failed(begun.message)
    const { imageId } = begun.value
    request.log(`copying ${image.imageId} to ${region} as ${imageId}`)

    const made = await untilAvailable(at, imageId, request)
    if (!made.ok) return failed(made.message)
    const flaw = flawOf(made.value, image.imageId)
    if (!flaw) return [{ type: 'copy.finished', region, architecture, imageId }]
    const discarded = await at.discardImage(made.value)
    return failed(discarded.ok ? flaw : `${flaw}; it could not be removed: ${discarded.message}`)
  }
}

type Begun = CloudOutcome<{ readonly imageId: string }>

async function beginOrFind(at: CloudAt, cloud: Cloud, request: Request): Promise<Begun> {
  const { region, image } = request.action
  const known = knownCopy(request)
  if (request.resumed && known?.imageId) return { ok: true, value: { imageId: known.imageId } }
  const begun = await copyOrFind(at, cloud, request)
  if (begun.ok) {
    const { imageId } = begun.value
    const { architecture, imageId: sourceImageId } = image
    await request.record({ type: 'copy.started', region, architecture, imageId, sourceImageId })
  }
  return begun
}

function knownCopy({ release, action: { region, image } }: Request): Copy | undefined {
  return copyOf(release, region, image.architecture)
}

/**
 * AWS forgets client tokens in time, and a copy that outlasts its deadline goes on: what an earlier runner or attempt may have
 * begun is looked for first, and waited for again rather than made twice.
 */
async function copyOrFind(at: CloudAt, cloud: Cloud, request: Request): Promise<Begun> {
  const mayBeThere = request.resumed || (knownCopy(request)?.failures ?? 0) > 0
  const left = mayBeThere ? await adopt(at, request) : undefined
  if (left) return left
  const begun = await beginCopy(at, cloud, request)
  const isTaken = !begun.ok && begun.kind === 'conflict'
  return (isTaken ? await adopt(at, request) : undefined) ?? begun
}

/** The copy of that very image that is there already; undefined where none is. */
async function adopt(at: CloudAt, request: Request): Promise<Begun | undefined> {
  const { image } = request.action
  const named = await patiently(() => at.findImages({ owners: ['self'], nameGlob: image.name }), request)
  if (!named.ok) return named
  const [found] = named.value
    .filter((one) => (one.sourceImageId ?? one.tags['drover:source-image']) === image.imageId)
    .toSorted((one, other) => Number(isLost(one)) - Number(isLost(other)) || other.createdAt.localeCompare(one.createdAt))
  if (!found) return undefined
  request.log(`${found.id} is a copy of ${image.imageId} that was begun before: it is waited for`)
  return { ok: true, value: { imageId: found.id } }
}

function isLost({ state }: MachineImage): boolean {
  return state !== 'available' && state !== 'pending'
}

async function beginCopy(at: CloudAt, cloud: Cloud, request: Request): Promise<Begun> {
  const { release, action, token } = request
  const { region, image } = action
  const home = cloud.at({ ...release.policy.home, region: image.region })
  const source = await patiently(() => home.describeImage(image.imageId), request)
  if (!source.ok) return source
  const kmsKeyId = release.policy.kmsKeyIds[region]
  const wanted = {
    sourceImageId: image.imageId,
    sourceRegion: image.region,
    name: image.name,
    description: `${release.id}, copied from ${image.imageId} in ${image.region}`,
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    tags: {
      ...carriedTags(source.value.tags),
      'drover:release': release.id,
      'drover:family': release.family,
      'drover:purpose': 'copy',
      'drover:source-image': image.imageId,
      'drover:source-region': image.region,
      'drover:copy': token,
    },
    clientToken: token,
  }
  return patiently(() => at.copyImage(wanted), request)
}

async function untilAvailable(at: CloudAt, imageId: string, request: Request): Promise<CloudOutcome<MachineImage>> {
  const { clock, signal, release } = request
  const { copyDeadlineMs: deadlineMs = defaultDeadlineMs } = release.policy
  const beganAt = clock.now()
  for (;;) {
    const seen = await at.describeImage(imageId)
    const waitedMs = clock.now() - beganAt
    if (seen.ok && seen.value.state === 'available') return seen
    if (seen.ok && seen.value.state !== 'pending') return discardUnmade(at, seen.value)
    if (!seen.ok && !maySoonBeSeen(seen, waitedMs)) return seen
    if (waitedMs >= deadlineMs) return failure(`${imageId} is not available after ${formatDuration(deadlineMs)}`)
    await clock.pause(pollMs, signal)
  }
}

async function discardUnmade(at: CloudAt, image: MachineImage): Promise<CloudFailure> {
  const reason = image.stateReason ? `: ${image.stateReason}` : ''
  const discarded = await at.discardImage(image)
  const rest = discarded.ok || discarded.kind === 'not-found' ? '' : `; it could not be removed: ${discarded.message}`
  return failure(`${image.id} became ${image.state}${reason}${rest}`)
}

function maySoonBeSeen(failure: CloudFailure, waitedMs: number): boolean {
  return failure.kind === 'not-found' ? waitedMs < visibleAfterMs : mayPass(failure)
}

function flawOf(copy: MachineImage, sourceImageId: string): string | undefined {
  if (!copy.encrypted) return `${copy.id} came out unencrypted`
  if (copy.sourceImageId !== undefined && copy.sourceImageId !== sourceImageId) {
    return `${copy.id} is a copy of ${copy.sourceImageId}, not of ${sourceImageId}`
  }
  return undefined
}

function failure(message: string): CloudFailure {
  return { ok: false, kind: 'invalid', code: 'CopyFailed', message }
}

// A base that its vendor names in public parameters: read, looked at, and refused unless it is what was asked for.

import type { PublishedBase } from '../config/index.ts'
import { listed, ProblemError } from '../kernel/index.ts'
import type { CloudAt, CloudOutcome, MachineImage } from '../ports/index.ts'
import type { PinnedBase } from '../release/index.ts'

interface Published {
  readonly imageId: string
  readonly imageName: string
  readonly releaseVersion: string
}

/** `called` names the family in messages. Throws ProblemError. */
export async function resolvePublishedBase(cloud: CloudAt, called: string, query: PublishedBase): Promise<PinnedBase> {
  const parameter = `${query.parameters}/image_id`
  const [imageId, imageName, releaseVersion] = await Promise.all([
    read(cloud, called, parameter),
    read(cloud, called, `${query.parameters}/image_name`),
    read(cloud, called, `${query.parameters}/release_version`),
  ])
  const image = outcomeValue(await cloud.describeImage(imageId), `the base of ${called}, ${imageId} of ${parameter},`)
  const objections = objectionsTo(image, { imageId, imageName, releaseVersion }, query)
  if (objections.length > 0) {
    throw new ProblemError({
      code: 'refused',
      message: `${imageId}, which ${parameter} names in ${cloud.place.region}, is no base for ${called}: ${objections.join('; ')}`,
      hint: 'Ask again in a minute if it was just published; accounts that may own it are `node.owners`.',
    })
  }
  const { kubernetes, distribution, architecture } = query
  return {
    architecture,
    imageId: image.id,
    name: image.name,
    ownerAccount: image.ownerAccount,
    createdAt: image.createdAt,
    node: { kubernetes, parameter, releaseVersion, distribution },
  }
}

/** Pure: why this image is not what was asked for; empty when it is. A parameter is no proof of who made what it names. */
function objectionsTo(image: MachineImage, published: Published, query: PublishedBase): readonly string[] {
  const { architecture, kubernetes, ownerAccounts } = query
  return [
    ownerAccounts.includes(image.ownerAccount)
      ? ''
      : `it belongs to account ${image.ownerAccount}, not to ${listed(ownerAccounts, 5)}`,
    image.architecture === architecture ? '' : `it is for ${image.architecture}, not ${architecture}`,
    image.state === 'available' ? '' : `it is ${image.state}`,
    // The three are read one by one: between them a newer image may have been published.
    image.name === published.imageName ? '' : `it is called ${image.name}, and image_name says ${published.imageName}`,
    published.releaseVersion.startsWith(`${kubernetes}.`)
      ? ''
      : `its version is ${published.releaseVersion}, which is no Kubernetes ${kubernetes}`,
  ].filter((objection) => objection !== '')
}

async function read(cloud: CloudAt, called: string, name: string): Promise<string> {
  return outcomeValue(await cloud.parameter(name), `the base of ${called}: the parameter ${name} of ${cloud.place.region}`)
}

function outcomeValue<T>(outcome: CloudOutcome<T>, subject: string): T {
  if (outcome.ok) return outcome.value
  const code = outcome.kind === 'denied' || outcome.kind === 'expired-credentials' ? 'missing-right' : 'not-found'
  throw new ProblemError({
    code,
    message: `${subject} could not be read: ${outcome.message}`,
    hint:
      code === 'missing-right'
        ? 'images.role needs ssm:GetParameter on it: `drover iam` prints the policy.'
        : 'EKS publishes one for each Kubernetes version it supports there; a local cloud has those that were seeded.',
  })
}

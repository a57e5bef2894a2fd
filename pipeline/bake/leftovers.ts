// What a bake that was cut short leaves in the cloud, found by its tags and taken away: Packer's own clean-up may never have run.

import type { Architecture, Clock, CloudAt, CloudFailure, CloudOutcome, MachineImage, Tags } from '../ports/index.ts'
import { bakeTags, imageName } from './plan-variables.ts'

export interface BakeMark {
  readonly token: string
  readonly architecture: Architecture
  readonly releaseId: string
}

/** An instance takes a while to go, and holds its security group and volume until then. */
const terminationMs = 300_000

/** What the bake finished: an available image that demands IMDSv2 and carries the final tags, Packer's last steps. */
export async function finishedImage(cloud: CloudAt, mark: BakeMark): Promise<CloudOutcome<MachineImage | undefined>> {
  const tags = { ...bakeTags(mark.token, mark.architecture), 'drover:purpose': 'image' }
  const found = await cloud.findImages({ owners: ['self'], tags })
  if (!found.ok) return found
  return { ok: true, value: found.value.find(isFinished) }
}

export function isFinished(image: MachineImage): boolean {
  return (
    image.state === 'available' && image.encrypted && image.imdsSupport === 'v2.0' && image.tags['drover:purpose'] === 'image'
  )
}

/** Removes everything of the bake but the image to keep; returns what could not be removed, a sentence each. */
export async function sweepLeftovers(
  cloud: CloudAt,
  mark: BakeMark,
  clock: Clock,
  keepImageId: string | undefined,
): Promise<readonly string[]> {
  const tags = bakeTags(mark.token, mark.architecture)
  const failures: CloudFailure[] = []
  const done = <T>(outcome: CloudOutcome<T>): T | undefined => {
    if (outcome.ok) return outcome.value
    // Gone between looking and removing: that is what was wanted.
    if (outcome.kind !== 'not-found') failures.push(outcome)
    return undefined
  }
  await terminateMachines(cloud, tags, clock, done)
  for (const { name } of done(await cloud.findKeyPairs(tags)) ?? []) done(await cloud.deleteKeyPair(name))
  for (const { id } of done(await cloud.findSecurityGroups(tags)) ?? []) done(await deleteWhenFree(cloud, id, clock))
  for (const image of await imagesOf(cloud, mark, done)) {
    if (image.id !== keepImageId) done(await cloud.discardImage(image))
  }
  for (const { id } of done(await cloud.findVolumes(tags)) ?? []) done(await cloud.deleteVolume(id))
  return failures.map(({ message }) => message)
}

type Done = <T>(outcome: CloudOutcome<T>) => T | undefined

async function terminateMachines(cloud: CloudAt, tags: Tags, clock: Clock, done: Done): Promise<void> {
  const deadline = clock.wallNow() + terminationMs
  let asked = false
  while (clock.wallNow() < deadline) {
    const living = (done(await cloud.describeInstances({ tags })) ?? []).filter(({ state }) => state !== 'terminated')
    if (living.length === 0) return
    if (!asked) done(await cloud.terminate(living.map(({ id }) => id)))
    asked = true
    await clock.pause(1_000)
  }
}

// A machine that has just gone may hold its group for some seconds more.
async function deleteWhenFree(cloud: CloudAt, groupId: string, clock: Clock): Promise<CloudOutcome<void>> {
  for (let attempt = 1; ; attempt++) {
    const deleted = await cloud.deleteSecurityGroup(groupId)
    if (deleted.ok || deleted.kind !== 'conflict' || attempt === 12) return deleted
    await clock.pause(5_000)
  }
}

// An image is tagged after it is begun, so one without tags is found by its name, which is the release's own.
async function imagesOf(cloud: CloudAt, mark: BakeMark, done: Done): Promise<readonly MachineImage[]> {
  const byName = done(await cloud.findImages({ owners: ['self'], nameGlob: imageName(mark.releaseId, mark.architecture) })) ?? []
  const byTags = done(await cloud.findImages({ owners: ['self'], tags: bakeTags(mark.token, mark.architecture) })) ?? []
  return [...new Map([...byName, ...byTags].map((image) => [image.id, image])).values()]
}

// CreateImage: an image of an instance's layers with its own on top, captured while the machine is off.

import type { CreateImageRequest, CreateImageResult } from '@aws-sdk/client-ec2'
import type { Image, ImageBlockDevice } from '../../store/image.ts'
import type { Instance } from '../../store/instance.ts'
import { type Draft, type PlaceKey, placeOf } from '../../store/state.ts'
import { type Tags, tagsFrom } from '../../store/tags.ts'
import type { Snapshot } from '../../store/volume.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { instancesById } from './instance-view.ts'

export const createImage = operation<CreateImageRequest, CreateImageResult>({
  handles: ['InstanceId', 'Name', 'Description', 'NoReboot', 'TagSpecifications'],
  run({ input, draft, place, now }) {
    const [instance] = instancesById(draft, place, [required(input.InstanceId, 'InstanceId')])
    const name = required(input.Name, 'Name')
    if (instance === undefined) throw new ApiFault('MissingParameter', 'The request must contain the parameter InstanceId')
    refuseTakenName(draft, place, name)
    if (instance.state !== 'running' && instance.state !== 'stopped') {
      throw new ApiFault(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in state 'running' or 'stopped'. (${instance.state})`,
      )
    }
    if (input.NoReboot && instance.state === 'running') throw unsupported('NoReboot=true for a running instance')
    const id = draft.mint('ami')
    const layerId = draft.mint('layer')
    const { account, region } = placeOf(place)
    const image: Image = {
      id,
      region,
      owner: account,
      name,
      description: input.Description ?? '',
      state: 'pending',
      architecture: instance.architecture,
      createdAt: now,
      protection: 'disabled',
      rootDeviceName: instance.rootDeviceName,
      blockDevices: snapshotVolumes(draft, place, instance, id, [...instance.layers, layerId], specified(input, 'snapshot'), now),
      layers: [...instance.layers, layerId],
      isPublic: false,
      launchAccounts: [],
      launchOrganisations: [],
      sourceInstanceId: instance.id,
      sourceImageId: instance.imageId,
      sourceRegion: region,
      making: { kind: 'capture', instanceId: instance.id, layerId },
      tags: specified(input, 'image'),
    }
    draft.put(place, 'images', id, image)
    return { ImageId: id }
  },
})

export function refuseTakenName(draft: Draft, place: PlaceKey, name: string): void {
  if (!/^[A-Za-z0-9()[\] ./'@_-]{3,128}$/.test(name)) {
    throw new ApiFault(
      'InvalidAMIName.Malformed',
      `AMI names must be between 3 and 128 characters long, and may contain letters, numbers and ()[] ./-'@_`,
    )
  }
  const taken = draft.rows(place, 'images').find((image) => image.name === name)
  if (taken !== undefined) throw new ApiFault('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${taken.id}`)
}

/** One snapshot of each attached volume, pending until the image is available. */
function snapshotVolumes(
  draft: Draft,
  place: PlaceKey,
  instance: Instance,
  imageId: string,
  layers: readonly string[],
  tags: Tags,
  now: number,
): ImageBlockDevice[] {
  const { account, region } = placeOf(place)
  return instance.volumes.flatMap(({ deviceName, volumeId }) => {
    const volume = draft.get(place, 'volumes', volumeId)
    if (volume?.attachment === undefined) return []
    const snapshot: Snapshot = {
      id: draft.mint('snap'),
      owner: account,
      region,
      volumeId,
      size: volume.size,
      encrypted: volume.encrypted,
      state: 'pending',
      startedAt: now,
      description: `Created by CreateImage(${instance.id}) for ${imageId}`,
      sharedWith: [],
      isPublic: false,
      layers: deviceName === instance.rootDeviceName ? layers : [],
      tags,
      ...(volume.kmsKeyId === undefined ? {} : { kmsKeyId: volume.kmsKeyId }),
    }
    draft.put(place, 'snapshots', snapshot.id, snapshot)
    const { size, type, encrypted } = volume
    return [
      { deviceName, snapshotId: snapshot.id, size, type, encrypted, deleteOnTermination: volume.attachment.deleteOnTermination },
    ]
  })
}

/** Tags on create, by the type of resource they are for. */
export function specified(
  input: {
    TagSpecifications?:
      | { ResourceType?: string | undefined; Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined }[]
      | undefined
  },
  type: string,
): Tags {
  let tags: Tags = {}
  for (const specification of input.TagSpecifications ?? [])
    if (specification.ResourceType === type) tags = { ...tags, ...tagsFrom(specification.Tags) }
  return tags
}

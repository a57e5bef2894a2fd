// The volumes an instance is launched with: the image's devices, and what the request says over them.

import type { Image } from '../../store/image.ts'
import { kmsKeyArn } from '../../store/key-name.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import type { Volume } from '../../store/volume.ts'
import { ApiFault } from '../../wire/fault.ts'
import type { LaunchRequest } from './launch-request.ts'

/** The image's devices with what the request says over them; a new snapshot-less device becomes an empty volume. */
export function makeVolumes(
  draft: Draft,
  place: PlaceKey,
  instanceId: string,
  image: Image,
  request: LaunchRequest,
  zone: string,
  now: number,
) {
  const names = new Set([
    ...image.blockDevices.map((device) => device.deviceName),
    ...request.blockDevices.map((device) => device.DeviceName ?? ''),
  ])
  return [...names].map((deviceName) => {
    const volume = volumeOf(draft, place, instanceId, deviceName, image, request, zone, now)
    draft.put(place, 'volumes', volume.id, volume)
    return { deviceName, volumeId: volume.id }
  })
}

function volumeOf(
  draft: Draft,
  place: PlaceKey,
  instanceId: string,
  deviceName: string,
  image: Image,
  request: LaunchRequest,
  zone: string,
  now: number,
): Volume {
  const source = image.blockDevices.find((device) => device.deviceName === deviceName)
  const asked = request.blockDevices.find((device) => device.DeviceName === deviceName)?.Ebs
  const size = asked?.VolumeSize ?? source?.size ?? 8
  if (source !== undefined && size < source.size) {
    throw new ApiFault(
      'InvalidBlockDeviceMapping',
      `Volume of size ${size}GB is smaller than snapshot '${source.snapshotId}', expect size >= ${source.size}GB`,
    )
  }
  const encrypted = asked?.Encrypted ?? source?.encrypted ?? false
  if (asked?.KmsKeyId !== undefined && !encrypted) {
    throw new ApiFault('InvalidParameterDependency', 'The parameter KmsKeyId requires the parameter Encrypted to be set.')
  }
  if (source?.encrypted && asked?.Encrypted === false) {
    throw new ApiFault(
      'InvalidParameterValue',
      `The snapshot '${source.snapshotId}' is encrypted; its volume cannot be unencrypted`,
    )
  }
  const snapshotKey = source === undefined ? undefined : findSnapshotKey(draft, source.snapshotId)
  return {
    id: draft.mint('vol'),
    size,
    type: asked?.VolumeType ?? source?.type ?? 'gp3',
    encrypted,
    zone,
    createdAt: now,
    snapshotId: asked?.SnapshotId ?? source?.snapshotId ?? '',
    attachment: {
      instanceId,
      deviceName,
      attachedAt: now,
      deleteOnTermination: asked?.DeleteOnTermination ?? source?.deleteOnTermination ?? true,
    },
    tags: request.tags.volume,
    ...(encrypted
      ? {
          kmsKeyId:
            asked?.KmsKeyId === undefined && snapshotKey !== undefined ? snapshotKey : kmsKeyArn(draft, place, asked?.KmsKeyId),
        }
      : {}),
    ...(asked?.Iops === undefined ? {} : { iops: asked.Iops }),
    ...(asked?.Throughput === undefined ? {} : { throughput: asked.Throughput }),
  }
}

/** The key of a snapshot, whosever it is. */
export function findSnapshotKey(draft: Draft, snapshotId: string): string | undefined {
  for (const place of draft.places()) {
    const snapshot = draft.get(place, 'snapshots', snapshotId)
    if (snapshot !== undefined) return snapshot.kmsKeyId
  }
  return undefined
}

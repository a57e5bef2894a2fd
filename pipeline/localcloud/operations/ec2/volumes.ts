// Volumes: they come with instances; here they are described and deleted.

import type {
  DeleteVolumeRequest,
  DescribeVolumesRequest,
  DescribeVolumesResult,
  Volume as WireVolume,
} from '@aws-sdk/client-ec2'
import { tagList } from '../../store/tags.ts'
import type { Volume } from '../../store/volume.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation, required } from '../operation.ts'
import { pageOf, refuseSizeBesideIds } from '../pages.ts'

const fields: Fields<Volume> = {
  'attachment.delete-on-termination': (volume) => volume.attachment?.deleteOnTermination,
  'attachment.device': (volume) => volume.attachment?.deviceName,
  'attachment.instance-id': (volume) => volume.attachment?.instanceId,
  'attachment.status': (volume) => (volume.attachment === undefined ? undefined : 'attached'),
  'availability-zone': (volume) => volume.zone,
  encrypted: (volume) => volume.encrypted,
  size: (volume) => volume.size,
  'snapshot-id': (volume) => volume.snapshotId,
  status: (volume) => stateOf(volume),
  'volume-id': (volume) => volume.id,
  'volume-type': (volume) => volume.type,
}

export const describeVolumes = operation<DescribeVolumesRequest, DescribeVolumesResult>({
  handles: ['VolumeIds', 'Filters', 'MaxResults', 'NextToken'],
  filters: fields,
  run({ input, draft, place }) {
    refuseSizeBesideIds(input.MaxResults, input.VolumeIds, 'volumeSet')
    const rows = input.VolumeIds?.length
      ? input.VolumeIds.map((id) => {
          const volume = draft.get(place, 'volumes', id)
          if (volume === undefined) throw noSuchVolume(id)
          return volume
        })
      : draft.rows(place, 'volumes')
    const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(rows, input.Filters, fields), (volume) => volume.id, request)
    return { NextToken: page.nextToken, Volumes: page.rows.map(volumeView) }
  },
})

export const deleteVolume = operation<DeleteVolumeRequest, object>({
  handles: ['VolumeId'],
  run({ input, draft, place }) {
    const id = required(input.VolumeId, 'VolumeId')
    const volume = draft.get(place, 'volumes', id)
    if (volume === undefined) throw noSuchVolume(id)
    if (volume.attachment !== undefined)
      throw new ApiFault('VolumeInUse', `Volume ${id} is currently attached to ${volume.attachment.instanceId}`)
    draft.remove(place, 'volumes', id)
    return {}
  },
})

function volumeView(volume: Volume): WireVolume {
  const attachments = volume.attachment === undefined ? [] : [attachmentView(volume.id, volume.attachment)]
  return {
    VolumeId: volume.id,
    Size: volume.size,
    SnapshotId: volume.snapshotId,
    AvailabilityZone: volume.zone,
    State: stateOf(volume),
    CreateTime: new Date(volume.createdAt),
    VolumeType: volume.type as 'gp3',
    Encrypted: volume.encrypted,
    MultiAttachEnabled: false,
    Attachments: attachments,
    Tags: tagList(volume.tags),
    ...(volume.kmsKeyId === undefined ? {} : { KmsKeyId: volume.kmsKeyId }),
    ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
    ...(volume.throughput === undefined ? {} : { Throughput: volume.throughput }),
  }
}

function attachmentView(VolumeId: string, attachment: NonNullable<Volume['attachment']>) {
  return {
    VolumeId,
    InstanceId: attachment.instanceId,
    Device: attachment.deviceName,
    State: 'attached' as const,
    AttachTime: new Date(attachment.attachedAt),
    DeleteOnTermination: attachment.deleteOnTermination,
  }
}

function stateOf(volume: Volume): 'in-use' | 'available' {
  return volume.attachment === undefined ? 'available' : 'in-use'
}

function noSuchVolume(id: string): ApiFault {
  return new ApiFault('InvalidVolume.NotFound', `The volume '${id}' does not exist.`)
}

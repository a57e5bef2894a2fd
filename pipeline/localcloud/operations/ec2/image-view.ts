// An image as DescribeImages answers it.

import type { Image as WireImage } from '@aws-sdk/client-ec2'
import { type Image, imageTags } from '../../store/image.ts'
import { tagList } from '../../store/tags.ts'
import { keeper } from '../../wire/kept.ts'

const kept = keeper<WireImage>()

/** The view of an image in a long list. */
export function keptImageView(image: Image, viewer: string): WireImage {
  return kept(image, [viewer], () => imageView(image, viewer))
}

export function imageView(image: Image, viewer: string): WireImage {
  return {
    ImageId: image.id,
    ImageLocation: `${image.owner}/${image.name}`,
    ImageType: 'machine',
    Name: image.name,
    Description: image.description,
    State: image.state,
    OwnerId: image.owner,
    Public: image.isPublic,
    Architecture: image.architecture,
    CreationDate: new Date(image.createdAt).toISOString(),
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
    SriovNetSupport: 'simple',
    BootMode: 'uefi-preferred',
    DeregistrationProtection: image.protection,
    BlockDeviceMappings: blockDevices(image),
    Tags: tagList(imageTags(image, viewer)),
    ...(image.imdsSupport === 'v2.0' ? { ImdsSupport: 'v2.0' as const } : {}),
    ...(image.deprecatedAt === undefined ? {} : { DeprecationTime: new Date(image.deprecatedAt).toISOString() }),
    ...(image.sourceInstanceId === undefined ? {} : { SourceInstanceId: image.sourceInstanceId }),
    ...(image.sourceImageId === undefined ? {} : { SourceImageId: image.sourceImageId }),
    ...(image.sourceRegion === undefined ? {} : { SourceImageRegion: image.sourceRegion }),
    ...(image.stateReason === undefined ? {} : { StateReason: { Code: 'Client.InternalError', Message: image.stateReason } }),
  }
}

export function blockDevices(image: Image): NonNullable<WireImage['BlockDeviceMappings']> {
  return image.blockDevices.map((device) => ({
    DeviceName: device.deviceName,
    Ebs: {
      SnapshotId: device.snapshotId,
      VolumeSize: device.size,
      VolumeType: device.type as 'gp3',
      Encrypted: device.encrypted,
      DeleteOnTermination: device.deleteOnTermination,
    },
  }))
}

// What taking images out of use needs: what would still launch them, the steps there and back, and what bakes have left.

import { DescribeLaunchConfigurationsCommand } from '@aws-sdk/client-auto-scaling'
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeTagsCommand,
  DisableImageCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2'
import type { CloudAt, LaunchConfigurationDetail, MachineImage, TaggedResource } from '../ports/index.ts'
import { only, outcomeOf, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { isKnownArchitecture, machineImage, permissionOf } from './images.ts'
import { everyItem } from './pages.ts'

type RetiringVerbs = Pick<
  CloudAt,
  | 'ownImages'
  | 'launchedImage'
  | 'launchConfigurations'
  | 'deprecateImage'
  | 'disableImage'
  | 'enableImage'
  | 'allowLaunch'
  | 'deregisterImage'
  | 'taggedResources'
  | 'deleteSnapshot'
>

export function retiringVerbs(call: Caller): RetiringVerbs {
  return {
    ownImages: () => outcomeOf(() => ownImages(call)),
    launchedImage: (templateId, version) => outcomeOf(() => launchedImage(call, templateId, version)),
    launchConfigurations: () => outcomeOf(() => launchConfigurations(call)),
    deprecateImage: (ImageId, at) =>
      outcomeOf(async () => {
        const request = new EnableImageDeprecationCommand({ ImageId, DeprecateAt: new Date(at) })
        await call(`EnableImageDeprecation ${ImageId}`, ({ ec2 }) => ec2.send(request))
      }),
    disableImage: (ImageId) =>
      outcomeOf(async () => {
        await call(`DisableImage ${ImageId}`, ({ ec2 }) => ec2.send(new DisableImageCommand({ ImageId })))
      }),
    enableImage: (ImageId) =>
      outcomeOf(async () => {
        await call(`EnableImage ${ImageId}`, ({ ec2 }) => ec2.send(new EnableImageCommand({ ImageId })))
      }),
    allowLaunch: (imageId, permissions) => outcomeOf(() => allowLaunch(call, imageId, permissions)),
    deregisterImage: (imageId) => outcomeOf(() => deregisterImage(call, imageId)),
    taggedResources: (key) => outcomeOf(() => taggedResources(call, key)),
    deleteSnapshot: (SnapshotId) =>
      outcomeOf(async () => {
        await call(`DeleteSnapshot ${SnapshotId}`, ({ ec2 }) => ec2.send(new DeleteSnapshotCommand({ SnapshotId })))
      }),
  }
}

async function ownImages(call: Caller): Promise<readonly MachineImage[]> {
  const images = await everyItem(async (NextToken) => {
    const request = new DescribeImagesCommand({ Owners: ['self'], IncludeDeprecated: true, IncludeDisabled: true, NextToken })
    const answer = await call('DescribeImages of self', ({ ec2 }) => ec2.send(request))
    return { items: answer.Images, next: answer.NextToken }
  })
  return images.filter(isKnownArchitecture).map(machineImage)
}

async function launchedImage(call: Caller, LaunchTemplateId: string, version: string): Promise<string | undefined> {
  const request = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version], ResolveAlias: true })
  const subject = `DescribeLaunchTemplateVersions ${LaunchTemplateId} ${version}`
  const { LaunchTemplateVersions } = await call(subject, ({ ec2 }) => ec2.send(request))
  return only(LaunchTemplateVersions, 'template versions').LaunchTemplateData?.ImageId
}

async function launchConfigurations(call: Caller): Promise<readonly LaunchConfigurationDetail[]> {
  const found = await everyItem(async (NextToken) => {
    const request = new DescribeLaunchConfigurationsCommand({ MaxRecords: 100, NextToken })
    const answer = await call('DescribeLaunchConfigurations', ({ autoScaling }) => autoScaling.send(request))
    return { items: answer.LaunchConfigurations, next: answer.NextToken }
  })
  return found.map(({ LaunchConfigurationName, ImageId }) => ({
    name: text(LaunchConfigurationName, 'name of the launch configuration'),
    imageId: text(ImageId, 'image of the launch configuration'),
  }))
}

async function allowLaunch(call: Caller, ImageId: string, permissions: readonly string[]): Promise<void> {
  if (permissions.length === 0) return
  const request = new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add: permissions.map(permissionOf) } })
  await call(`ModifyImageAttribute ${ImageId}`, ({ ec2 }) => ec2.send(request))
}

/** "Snapshots that are associated with other AMIs won't be deleted" [doc: deregister-ami]. */
async function deregisterImage(call: Caller, ImageId: string): Promise<{ readonly keptSnapshotIds: readonly string[] }> {
  const request = new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true })
  const { DeleteSnapshotResults = [] } = await call(`DeregisterImage ${ImageId}`, ({ ec2 }) => ec2.send(request))
  const kept = DeleteSnapshotResults.filter(({ ReturnCode }) => ReturnCode !== 'success')
  return { keptSnapshotIds: kept.flatMap(({ SnapshotId }) => SnapshotId ?? []) }
}

async function taggedResources(call: Caller, key: string): Promise<readonly TaggedResource[]> {
  const tags = await everyItem(async (NextToken) => {
    const request = new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: [key] }], NextToken })
    const answer = await call(`DescribeTags ${key}`, ({ ec2 }) => ec2.send(request))
    return { items: answer.Tags, next: answer.NextToken }
  })
  return tags.map(({ ResourceId, ResourceType, Value }) => ({
    id: text(ResourceId, 'ID of the tagged resource'),
    type: text(ResourceType, 'type of the tagged resource'),
    value: Value ?? '',
  }))
}

// What a launch asks for, read from RunInstances' own input and the template version beneath it.

import type { RequestLaunchTemplateData, RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { LaunchTemplate } from '../../store/launch-template.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { type Tags, tagsFrom } from '../../store/tags.ts'
import { versionOf } from '../../store/template-versions.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { firstUnhandled } from '../operation.ts'
import { resolvedImage } from './image-alias.ts'

/** Members that mean the same in RunInstances and in a template's data: everything a launch here implements. */
export const launchMembers = [
  'BlockDeviceMappings.DeviceName',
  'BlockDeviceMappings.Ebs.DeleteOnTermination',
  'BlockDeviceMappings.Ebs.Encrypted',
  'BlockDeviceMappings.Ebs.Iops',
  'BlockDeviceMappings.Ebs.KmsKeyId',
  'BlockDeviceMappings.Ebs.SnapshotId',
  'BlockDeviceMappings.Ebs.Throughput',
  'BlockDeviceMappings.Ebs.VolumeSize',
  'BlockDeviceMappings.Ebs.VolumeType',
  'CapacityReservationSpecification.CapacityReservationPreference',
  'CreditSpecification.CpuCredits',
  'DisableApiTermination',
  'EbsOptimized',
  'EnclaveOptions.Enabled',
  'IamInstanceProfile',
  'ImageId',
  'InstanceInitiatedShutdownBehavior',
  'InstanceType',
  'KeyName',
  'MetadataOptions.HttpEndpoint',
  'MetadataOptions.HttpPutResponseHopLimit',
  'MetadataOptions.HttpTokens',
  'MetadataOptions.InstanceMetadataTags',
  'Monitoring',
  'NetworkInterfaces.AssociatePublicIpAddress',
  'NetworkInterfaces.DeleteOnTermination',
  'NetworkInterfaces.DeviceIndex',
  'NetworkInterfaces.Groups',
  'NetworkInterfaces.SubnetId',
  'Placement.AvailabilityZone',
  'Placement.Tenancy',
  'SecurityGroupIds',
  'SecurityGroups',
  'TagSpecifications',
  'UserData',
] as const

export interface LaunchRequest {
  readonly imageId: string
  readonly instanceType: string
  readonly subnetId?: string
  readonly zone?: string
  readonly securityGroupIds: readonly string[]
  readonly securityGroupNames: readonly string[]
  readonly keyName?: string
  /** Name or ARN. */
  readonly instanceProfile?: string
  readonly userData?: string
  readonly blockDevices: NonNullable<RunInstancesRequest['BlockDeviceMappings']>
  readonly metadata: NonNullable<RunInstancesRequest['MetadataOptions']>
  readonly shutdownBehavior: 'stop' | 'terminate'
  readonly disableApiTermination: boolean
  readonly cpuCredits?: 'standard' | 'unlimited'
  readonly ebsOptimized: boolean
  readonly isMonitored: boolean
  readonly tags: { readonly instance: Tags; readonly volume: Tags; readonly interface: Tags }
  readonly clientToken?: string
}

/** The request of a RunInstances call; a template's data is overridden by what the call says itself. */
export function launchRequest(draft: Draft, place: PlaceKey, input: Partial<RunInstancesRequest>): LaunchRequest {
  const { LaunchTemplate: reference, ...own } = input
  if (reference === undefined) return fromMembers(draft, place, own)
  const template = findTemplate(draft, place, reference.LaunchTemplateId, reference.LaunchTemplateName)
  const version = versionOf(draft, place, template, reference.Version)
  if (version === undefined) throw noSuchVersion(template, reference.Version)
  return fromMembers(draft, place, merged(version.data, own))
}

/** The request of a launch that a launch configuration describes. */
export function requestOfMembers(draft: Draft, place: PlaceKey, members: Partial<RunInstancesRequest>): LaunchRequest {
  const stray = firstUnhandled(members, '', launchMembers)
  if (stray !== undefined) throw unsupported(`the launch configuration's ${stray}`)
  return fromMembers(draft, place, members)
}

function merged(data: RequestLaunchTemplateData, own: Partial<RunInstancesRequest>): Partial<RunInstancesRequest> {
  const stray = firstUnhandled(data, '', launchMembers)
  if (stray !== undefined) throw unsupported(`the launch template parameter ${stray}`)
  return { ...(data as Partial<RunInstancesRequest>), ...own }
}

function fromMembers(draft: Draft, place: PlaceKey, input: Partial<RunInstancesRequest>): LaunchRequest {
  if (input.ImageId === undefined) throw new ApiFault('MissingParameter', 'The request must contain the parameter ImageId')
  refuseBesideInterface(input)
  refuseBeyondMachine(input)
  const networkInterface = input.NetworkInterfaces?.[0]
  const subnetId = input.SubnetId ?? networkInterface?.SubnetId
  // EC2 takes an empty name for none, and Packer sends one when it is given no profile.
  const profile = input.IamInstanceProfile?.Arn || input.IamInstanceProfile?.Name || undefined
  return {
    imageId: resolvedImage(draft, place, input.ImageId),
    instanceType: input.InstanceType ?? 'm1.small',
    securityGroupIds: networkInterface?.Groups ?? input.SecurityGroupIds ?? [],
    securityGroupNames: input.SecurityGroups ?? [],
    blockDevices: input.BlockDeviceMappings ?? [],
    metadata: input.MetadataOptions ?? {},
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior === 'terminate' ? 'terminate' : 'stop',
    disableApiTermination: input.DisableApiTermination ?? false,
    ebsOptimized: input.EbsOptimized ?? false,
    isMonitored: input.Monitoring?.Enabled ?? false,
    tags: {
      instance: specifiedTags(input, 'instance'),
      volume: specifiedTags(input, 'volume'),
      interface: specifiedTags(input, 'network-interface'),
    },
    ...cpuCredits(input),
    ...(subnetId === undefined ? {} : { subnetId }),
    ...(input.Placement?.AvailabilityZone === undefined ? {} : { zone: input.Placement.AvailabilityZone }),
    ...(input.KeyName === undefined ? {} : { keyName: input.KeyName }),
    ...(profile === undefined ? {} : { instanceProfile: profile }),
    ...(input.UserData === undefined ? {} : { userData: input.UserData }),
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
  }
}

function cpuCredits(input: Partial<RunInstancesRequest>): Pick<LaunchRequest, 'cpuCredits'> {
  const written = input.CreditSpecification?.CpuCredits
  if (written === undefined) return {}
  if (written === 'standard' || written === 'unlimited') return { cpuCredits: written }
  throw new ApiFault('InvalidParameterValue', `Value (${written}) for parameter cpuCredits is invalid.`)
}

/** "If you specify a network interface, you must specify any security groups as part of the network interface", and any subnet [doc: API_RunInstances]. */
function refuseBesideInterface(input: Partial<RunInstancesRequest>): void {
  if (!input.NetworkInterfaces?.length) return
  const hasGroups = Boolean(input.SecurityGroupIds?.length || input.SecurityGroups?.length)
  if (!hasGroups && input.SubnetId === undefined) return
  const what = hasGroups ? 'security groups' : 'subnet ID'
  throw new ApiFault(
    'InvalidParameterCombination',
    `Network interfaces and an instance-level ${what} may not be specified on the same request`,
  )
}

/** One private address on one interface of a shared host is all a machine here has. */
function refuseBeyondMachine(input: Partial<RunInstancesRequest>): void {
  if ((input.NetworkInterfaces?.length ?? 0) > 1) throw unsupported('more than one network interface')
  if (input.NetworkInterfaces?.[0]?.AssociatePublicIpAddress) throw unsupported('NetworkInterfaces.AssociatePublicIpAddress=true')
  const preference = input.CapacityReservationSpecification?.CapacityReservationPreference
  // There are no reservations here, so an instance runs outside of one whether it may use one or not.
  if (preference !== undefined && preference !== 'open' && preference !== 'none')
    throw unsupported(`CapacityReservationPreference=${preference}`)
  if (input.EnclaveOptions?.Enabled) throw unsupported('EnclaveOptions.Enabled=true')
  const tenancy = input.Placement?.Tenancy
  if (tenancy !== undefined && tenancy !== 'default') throw unsupported(`Placement.Tenancy=${tenancy}`)
}

type TaggedInput = {
  TagSpecifications?:
    | { ResourceType?: string | undefined; Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined }[]
    | undefined
}

const taggable = new Set(['instance', 'volume', 'network-interface'])

function specifiedTags(input: TaggedInput, type: string): Tags {
  let tags: Tags = {}
  for (const specification of input.TagSpecifications ?? []) {
    if (!taggable.has(specification.ResourceType ?? ''))
      throw unsupported(`TagSpecifications of ${specification.ResourceType} here`)
    if (specification.ResourceType === type) tags = { ...tags, ...tagsFrom(specification.Tags) }
  }
  return tags
}

/** The template by ID or by name, or the refusal EC2 gives. */
export function findTemplate(draft: Draft, place: PlaceKey, id: string | undefined, name: string | undefined): LaunchTemplate {
  if ((id === undefined) === (name === undefined)) {
    throw new ApiFault('MissingParameter', 'Exactly one of LaunchTemplateId and LaunchTemplateName must be given')
  }
  if (id !== undefined) {
    const template = draft.get(place, 'launchTemplates', id)
    if (template !== undefined) return template
    const code = /^lt-[0-9a-f]{17}$/.test(id) ? 'InvalidLaunchTemplateId.NotFound' : 'InvalidLaunchTemplateId.Malformed'
    throw new ApiFault(code, `The specified launch template, with template ID ${id}, does not exist.`)
  }
  const template = draft.rows(place, 'launchTemplates').find((row) => row.name === name)
  if (template !== undefined) return template
  throw new ApiFault(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  )
}

export function noSuchVersion(template: LaunchTemplate, written: string | undefined): ApiFault {
  return new ApiFault(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${written} for the launch template with ID ${template.id}.`,
  )
}

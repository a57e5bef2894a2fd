// What a launch is made of: the subnet, the security groups, the profile and the metadata settings that its request comes to.

import type { Machines } from '../../machines/types.ts'
import { profileArn } from '../../store/account.ts'
import { ensureDefaultNetwork } from '../../store/default-network.ts'
import type { Image } from '../../store/image.ts'
import type { Instance } from '../../store/instance.ts'
import type { Subnet } from '../../store/network.ts'
import { type Draft, everywhere, type PlaceKey, placeOf } from '../../store/state.ts'
import type { Volume } from '../../store/volume.ts'
import { ApiFault } from '../../wire/fault.ts'
import type { LaunchRequest } from './launch-request.ts'
import { makeVolumes } from './launch-volumes.ts'
import { findImage } from './visible-image.ts'

/** Of each part what can be told: one that the launch would be refused for is left out. */
export interface LaunchParts {
  readonly image?: Image
  readonly subnet?: Subnet
  readonly securityGroupIds: readonly string[]
  readonly profile?: string
  readonly metadata?: Instance['metadata']
  readonly volumes: readonly Volume[]
}

/** What the request would be made of, whether or not there is room for it; the draft must then be dropped. */
export function launchParts(
  draft: Draft,
  place: PlaceKey,
  request: LaunchRequest,
  network: Machines['network'],
  now: number,
): LaunchParts {
  const { account, region } = placeOf(place)
  const image = findImage(draft, region, request.imageId)
  const subnet = unlessRefused(() => subnetFor(draft, place, request, network))
  const groups = subnet && unlessRefused(() => securityGroups(draft, place, request, subnet))
  const profile = unlessRefused(() => instanceProfile(draft, account, request.instanceProfile))
  const volumes = image && subnet && unlessRefused(() => makeVolumes(draft, place, 'i-planned', image, request, subnet.zone, now))
  return {
    ...(image === undefined ? {} : { image, metadata: metadataOf(request, image) }),
    ...(subnet === undefined ? {} : { subnet }),
    securityGroupIds: groups ?? request.securityGroupIds,
    ...(profile === undefined ? {} : { profile }),
    volumes: (volumes ?? []).flatMap(({ volumeId }) => draft.get(place, 'volumes', volumeId) ?? []),
  }
}

/** Undefined where EC2 would refuse it. */
export function unlessRefused<Value>(find: () => Value): Value | undefined {
  try {
    return find()
  } catch (cause) {
    if (cause instanceof ApiFault) return undefined
    throw cause
  }
}

export function subnetFor(draft: Draft, place: PlaceKey, request: LaunchRequest, network: Machines['network']): Subnet {
  ensureDefaultNetwork(draft, place, network.cidr)
  if (request.subnetId !== undefined) {
    const subnet = draft.get(place, 'subnets', request.subnetId)
    if (subnet === undefined) throw new ApiFault('InvalidSubnetID.NotFound', `The subnet ID '${request.subnetId}' does not exist`)
    if (request.zone !== undefined && request.zone !== subnet.zone) {
      throw new ApiFault(
        'InvalidParameterValue',
        `The availability zone '${request.zone}' does not match the subnet's ('${subnet.zone}')`,
      )
    }
    return subnet
  }
  const subnets = draft.rows(place, 'subnets').filter((subnet) => subnet.isDefault)
  const subnet = request.zone === undefined ? subnets[0] : subnets.find(({ zone }) => zone === request.zone)
  if (subnet === undefined) throw new ApiFault('InvalidParameterValue', `Invalid availability zone: [${request.zone}]`)
  return subnet
}

export function securityGroups(draft: Draft, place: PlaceKey, request: LaunchRequest, subnet: Subnet): readonly string[] {
  const groups = draft.rows(place, 'securityGroups').filter((group) => group.vpcId === subnet.vpcId)
  for (const id of request.securityGroupIds) {
    if (!groups.some((group) => group.id === id)) {
      throw new ApiFault('InvalidGroup.NotFound', `The security group '${id}' does not exist in VPC '${subnet.vpcId}'`)
    }
  }
  const named = request.securityGroupNames.map((name) => {
    const group = groups.find((candidate) => candidate.name === name)
    if (group === undefined)
      throw new ApiFault('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC '${subnet.vpcId}'`)
    return group.id
  })
  const ids = [...request.securityGroupIds, ...named]
  if (ids.length > 0) return ids
  return groups.filter((group) => group.name === 'default').map((group) => group.id)
}

/** The profile's name, given by name or by ARN. */
export function instanceProfile(draft: Draft, account: string, written: string | undefined): string | undefined {
  if (written === undefined) return undefined
  const name = written.startsWith('arn:') ? (written.split('/').at(-1) ?? '') : written
  const isThere = draft.get(everywhere, 'instanceProfiles', `${account}/${name}`) !== undefined
  const isOwn = !written.startsWith('arn:') || written === profileArn(account, name)
  if (isThere && isOwn) return name
  const what = written.startsWith('arn:') ? 'ARN' : 'name'
  throw new ApiFault(
    'InvalidParameterValue',
    `Value (${written}) for parameter iamInstanceProfile.${what.toLowerCase()} is invalid. Invalid IAM Instance Profile ${what}`,
  )
}

/** "If the AMI was configured with ImdsSupport v2.0, HttpTokens is required and the hop limit 2" unless the launch says otherwise [doc: configuring-IMDS-new-instances]. */
export function metadataOf(request: LaunchRequest, image: Image): Instance['metadata'] {
  const demandsTokens = image.imdsSupport === 'v2.0'
  const { HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, InstanceMetadataTags } = request.metadata
  return {
    tokens: (HttpTokens ?? (demandsTokens ? 'required' : 'optional')) === 'required' ? 'required' : 'optional',
    hopLimit: HttpPutResponseHopLimit ?? (demandsTokens ? 2 : 1),
    isEnabled: HttpEndpoint !== 'disabled',
    hasTags: InstanceMetadataTags === 'enabled',
  }
}

// Launches instances: checks what EC2 checks, then puts the rows there for the reconciler to boot.

import { assert } from '../../../kernel/index.ts'
import type { Machines } from '../../machines/types.ts'
import type { Image } from '../../store/image.ts'
import { type Instance, isLive, isMeant } from '../../store/instance.ts'
import type { Subnet } from '../../store/network.ts'
import { type Draft, everywhere, type PlaceKey, placeOf } from '../../store/state.ts'
import { addressAfter, firstFree } from '../../store/subnet-range.ts'
import { vcpuLimitOf } from '../../store/vcpu-limit.ts'
import { ApiFault } from '../../wire/fault.ts'
import { architectureOf, isInstanceType, vcpusOf } from './instance-types.ts'
import { instanceProfile, metadataOf, securityGroups, subnetFor } from './launch-parts.ts'
import type { LaunchRequest } from './launch-request.ts'
import { makeVolumes } from './launch-volumes.ts'
import { launchableImage } from './visible-image.ts'

/** How many instances a launch wants: "the largest possible number of instances above the minimum count" [doc: API_RunInstances]. */
export interface Count {
  readonly least: number
  readonly most: number
}

/** Instances of one reservation, pending. Throws EC2's refusal; the draft must then be dropped. */
export function launch(
  draft: Draft,
  place: PlaceKey,
  request: LaunchRequest,
  count: Count,
  network: Machines['network'],
  now: number,
): readonly Instance[] {
  const { account, region } = placeOf(place)
  const image = launchableImage(draft, account, region, request.imageId, now)
  refuseMisfit(request.instanceType, image)
  const subnet = subnetFor(draft, place, request, network)
  refuseLack(draft, subnet, request)
  const most = Math.min(count.most, roomInQuota(draft, place, request.instanceType, count.least))
  const groups = securityGroups(draft, place, request, subnet)
  const profile = instanceProfile(draft, account, request.instanceProfile)
  if (request.keyName !== undefined && draft.get(place, 'keyPairs', request.keyName) === undefined) {
    throw new ApiFault('InvalidKeyPair.NotFound', `The key pair '${request.keyName}' does not exist`)
  }
  refuseLongUserData(request.userData)
  const reservationId = draft.mint('r')
  const { simulated = [] } = draft.settings
  const isSimulated = (launched: Parameters<typeof isMeant>[0]) => simulated.some((target) => isMeant(launched, target))
  const launched: Instance[] = []
  for (let launchIndex = 0; launchIndex < most; launchIndex++) {
    const id = draft.mint('i')
    const address = takeAddress(draft, place, subnet.id, id, network)
    if (address === undefined && launchIndex >= count.least) break
    if (address === undefined) throw noFreeAddress(subnet)
    const volumes = makeVolumes(draft, place, id, image, request, subnet.zone, now)
    const instance: Instance = {
      id,
      ...(isSimulated({ id, imageId: image.id, tags: request.tags.instance }) ? { isSimulated: true } : {}),
      reservationId,
      launchIndex,
      imageId: image.id,
      layers: image.layers,
      architecture: image.architecture,
      state: 'pending',
      stateTransitionReason: '',
      machine: 'none',
      isImpaired: false,
      rebootRequested: false,
      instanceType: request.instanceType,
      address,
      subnetId: subnet.id,
      vpcId: subnet.vpcId,
      zone: subnet.zone,
      networkInterfaceId: draft.mint('eni'),
      securityGroupIds: groups,
      launchedAt: now,
      rootDeviceName: image.rootDeviceName,
      volumes,
      metadata: metadataOf(request, image),
      shutdownBehavior: request.shutdownBehavior,
      disableApiTermination: request.disableApiTermination,
      ebsOptimized: request.ebsOptimized,
      isMonitored: request.isMonitored,
      tags: request.tags.instance,
      interfaceTags: request.tags.interface,
      ...(request.cpuCredits === undefined ? {} : { cpuCredits: request.cpuCredits }),
      ...(request.keyName === undefined ? {} : { keyName: request.keyName }),
      ...(request.userData === undefined ? {} : { userData: request.userData }),
      ...(profile === undefined ? {} : { instanceProfile: profile }),
      ...(request.clientToken === undefined ? {} : { clientToken: request.clientToken }),
    }
    draft.put(place, 'instances', id, instance)
    launched.push(instance)
  }
  return launched
}

function refuseMisfit(instanceType: string, image: Image): void {
  if (!isInstanceType(instanceType))
    throw new ApiFault('InvalidParameterValue', `Invalid value '${instanceType}' for InstanceType.`)
  const architecture = architectureOf(instanceType)
  if (architecture === image.architecture) return
  throw new ApiFault(
    'InvalidParameterValue',
    `The architecture '${architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
  )
}

/** Lack of room that an operator has asked for. */
function refuseLack(draft: Draft, subnet: Subnet, request: LaunchRequest): void {
  const { faults } = draft.settings
  if (faults.some((fault) => fault.kind === 'full-subnet' && fault.zone === subnet.zone)) throw noFreeAddress(subnet)
  const isWithout = faults.some(
    (fault) =>
      fault.kind === 'insufficient-capacity' &&
      fault.zone === subnet.zone &&
      (fault.instanceType ?? request.instanceType) === request.instanceType,
  )
  if (isWithout) {
    throw new ApiFault(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${request.instanceType} capacity in the Availability Zone you requested (${subnet.zone}). Our system will be working on provisioning additional capacity.`,
    )
  }
}

/** "Your vCPU limit": all instances of a bucket together; here all types are in one [doc: ec2-instance-quotas]. How many more there may be. */
function roomInQuota(draft: Draft, place: PlaceKey, instanceType: string, least: number): number {
  const limit = vcpuLimitOf(draft, placeOf(place).account)
  const vcpus = vcpusOf(instanceType) ?? 0
  if (limit === undefined || vcpus === 0) return Number.POSITIVE_INFINITY
  const used = draft
    .rows(place, 'instances')
    .filter((instance) => isLive(instance) && instance.state !== 'stopped')
    .reduce((sum, instance) => sum + (vcpusOf(instance.instanceType) ?? 0), 0)
  const room = Math.floor((limit - used) / vcpus)
  if (room >= least) return room
  throw new ApiFault(
    'VcpuLimitExceeded',
    `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
  )
}

function noFreeAddress(subnet: Subnet): ApiFault {
  return new ApiFault(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
  )
}

/** "User data is limited to 16 KB, in raw form, before it is base64-encoded" [doc: user-data]. */
function refuseLongUserData(userData: string | undefined): void {
  if (userData === undefined) return
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData))
    throw new ApiFault('InvalidParameterValue', 'Invalid BASE64 encoding of user data')
  if (Buffer.from(userData, 'base64').byteLength > 16_384) {
    throw new ApiFault('InvalidParameterValue', 'User data is limited to 16384 bytes')
  }
}

/** Places share one network: an address is free when no live instance of any of them has it. Undefined when none is. */
function takeAddress(
  draft: Draft,
  place: PlaceKey,
  subnetId: string,
  instanceId: string,
  network: Machines['network'],
): string | undefined {
  const subnet = draft.get(place, 'subnets', subnetId)
  assert(subnet !== undefined, `${subnetId} was found a moment ago`)
  const isTaken = (address: string): boolean => {
    if (address === network.gateway) return true
    const given = draft.get(everywhere, 'addresses', address)
    const holder = given && draft.get(given.place, 'instances', given.instanceId)
    return holder !== undefined && isLive(holder) && holder.address === address
  }
  const address = firstFree(subnet.cidr, network, isTaken, subnet.nextAddress)
  if (address === undefined) return undefined
  draft.put(everywhere, 'addresses', address, { place, instanceId })
  draft.change(place, 'subnets', subnetId, { nextAddress: addressAfter(address) })
  return address
}

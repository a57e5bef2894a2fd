// An instance as DescribeInstances and RunInstances answer it.

import type { InstanceStateName, Instance as WireInstance } from '@aws-sdk/client-ec2'
import { machineMac } from '../../machines/names.ts'
import { type InstanceProfile, profileArn } from '../../store/account.ts'
import type { Instance } from '../../store/instance.ts'
import { type Draft, everywhere, type PlaceKey, placeOf } from '../../store/state.ts'
import { tagList } from '../../store/tags.ts'
import { ApiFault } from '../../wire/fault.ts'
import { keeper } from '../../wire/kept.ts'

const stateCodes = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48, stopping: 64, stopped: 80 } as const

export function stateView(state: Instance['state']): { Code: number; Name: InstanceStateName } {
  return { Code: stateCodes[state], Name: state }
}

const kept = keeper<WireInstance>()

/** The view of an instance in a long list: whoever asks for one, mostly asks for the same ones again. */
export function keptInstanceView(draft: Draft, place: PlaceKey, instance: Instance): WireInstance {
  const { instanceProfile } = instance
  const sources: unknown[] = [instanceProfile && profileOf(draft, placeOf(place).account, instanceProfile)]
  for (const id of instance.securityGroupIds) sources.push(draft.get(place, 'securityGroups', id))
  for (const { volumeId } of instance.volumes) sources.push(draft.get(place, 'volumes', volumeId))
  return kept(instance, sources, () => instanceView(draft, place, instance))
}

export function instanceView(draft: Draft, place: PlaceKey, instance: Instance): WireInstance {
  const { account, region } = placeOf(place)
  const isGone = instance.state === 'terminated'
  const groups = instance.securityGroupIds.map((id) => ({
    GroupId: id,
    GroupName: draft.get(place, 'securityGroups', id)?.name ?? '',
  }))
  const network = isGone
    ? {}
    : {
        PrivateIpAddress: instance.address,
        PrivateDnsName: hostname(instance, region),
        SubnetId: instance.subnetId,
        VpcId: instance.vpcId,
        NetworkInterfaces: [interfaceView(account, region, instance, groups)],
      }
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: stateView(instance.state),
    PublicDnsName: '',
    StateTransitionReason: instance.stateTransitionReason,
    AmiLaunchIndex: instance.launchIndex,
    InstanceType: instance.instanceType as NonNullable<WireInstance['InstanceType']>,
    LaunchTime: new Date(instance.launchedAt),
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    Monitoring: { State: instance.isMonitored ? 'enabled' : 'disabled' },
    Architecture: instance.architecture,
    ClientToken: instance.clientToken ?? '',
    EbsOptimized: instance.ebsOptimized,
    EnaSupport: true,
    Hypervisor: 'xen',
    RootDeviceName: instance.rootDeviceName,
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    PlatformDetails: 'Linux/UNIX',
    SourceDestCheck: true,
    SecurityGroups: isGone ? [] : groups,
    BlockDeviceMappings: isGone ? [] : blockDevices(draft, place, instance),
    MetadataOptions: {
      State: 'applied',
      HttpTokens: instance.metadata.tokens,
      HttpPutResponseHopLimit: instance.metadata.hopLimit,
      HttpEndpoint: instance.metadata.isEnabled ? 'enabled' : 'disabled',
      InstanceMetadataTags: instance.metadata.hasTags ? 'enabled' : 'disabled',
    },
    Tags: tagList(instance.tags),
    ...network,
    ...(instance.keyName === undefined ? {} : { KeyName: instance.keyName }),
    ...(instance.instanceProfile === undefined
      ? {}
      : { IamInstanceProfile: profileView(draft, account, instance.instanceProfile) }),
    ...(instance.stateReason === undefined
      ? {}
      : { StateReason: { Code: instance.stateReason.code, Message: instance.stateReason.message } }),
  }
}

/** The private DNS name EC2 gives an address. */
export function hostname(instance: Pick<Instance, 'address'>, region: string): string {
  const domain = region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`
  return `ip-${instance.address.replaceAll('.', '-')}.${domain}`
}

function interfaceView(account: string, region: string, instance: Instance, groups: { GroupId: string; GroupName: string }[]) {
  return {
    NetworkInterfaceId: instance.networkInterfaceId,
    OwnerId: account,
    MacAddress: machineMac(instance.address),
    PrivateIpAddress: instance.address,
    PrivateDnsName: hostname(instance, region),
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: instance.address, PrivateDnsName: hostname(instance, region) }],
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
    Status: 'in-use' as const,
    SourceDestCheck: true,
    InterfaceType: 'interface',
    Groups: groups,
    Attachment: {
      AttachmentId: `eni-attach-${instance.networkInterfaceId.slice(4)}`,
      AttachTime: new Date(instance.launchedAt),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: 'attached' as const,
    },
  }
}

function blockDevices(draft: Draft, place: PlaceKey, instance: Instance) {
  return instance.volumes.flatMap(({ deviceName, volumeId }) => {
    const attachment = draft.get(place, 'volumes', volumeId)?.attachment
    if (attachment === undefined) return []
    const Ebs = {
      VolumeId: volumeId,
      Status: 'attached' as const,
      AttachTime: new Date(attachment.attachedAt),
      DeleteOnTermination: attachment.deleteOnTermination,
    }
    return [{ DeviceName: deviceName, Ebs }]
  })
}

function profileView(draft: Draft, account: string, name: string) {
  return { Arn: profileArn(account, name), Id: profileOf(draft, account, name)?.id ?? '' }
}

function profileOf(draft: Draft, account: string, name: string): InstanceProfile | undefined {
  return draft.get(everywhere, 'instanceProfiles', `${account}/${name}`)
}

/** The instances of those IDs, or the refusal EC2 gives naming every one that is not there. */
export function instancesById(draft: Draft, place: PlaceKey, ids: readonly string[]): Instance[] {
  const malformed = ids.find((id) => !/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id))
  if (malformed !== undefined) throw new ApiFault('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`)
  const missing = ids.filter((id) => draft.get(place, 'instances', id) === undefined)
  if (missing.length > 0) {
    const what = missing.length === 1 ? `ID '${missing[0]}' does` : `IDs '${missing.join(', ')}' do`
    throw new ApiFault('InvalidInstanceID.NotFound', `The instance ${what} not exist`)
  }
  return ids.flatMap((id) => draft.get(place, 'instances', id) ?? [])
}

// EC2's resources as policies see them: their ARNs and what is known of each. [doc: list_amazonec2]

import { findImage } from '../operations/ec2/visible-image.ts'
import type { Facts } from '../policies/index.ts'
import { profileArn } from '../store/account.ts'
import { imageTags } from '../store/image.ts'
import type { Instance } from '../store/instance.ts'
import { placeOf } from '../store/state.ts'
import type { Tags } from '../store/tags.ts'
import type { Volume } from '../store/volume.ts'
import { type Asked, type Resource, tagFacts } from './need.ts'

export type Ec2Type = keyof typeof factsOf

/** Images and snapshots have no account in their ARN. */
export function ec2Arn({ account, region }: Pick<Asked, 'account' | 'region'>, type: string, id: string): string {
  return `arn:aws:ec2:${region}:${type === 'image' || type === 'snapshot' ? '' : account}:${type}/${id}`
}

/** The resource of that ID, or one that is still to be made when the ID is `*`. */
export function ec2Resource(asked: Asked, type: Ec2Type, id: string, more: Facts = {}): Resource {
  const known = factsOf[type](asked, id) ?? {}
  return { type, arn: ec2Arn(asked, type, id), facts: { 'ec2:Region': asked.region, ...known, ...more } }
}

/** By the prefix of an ID; key pairs are named in ARNs, so theirs is looked up. */
export function ec2ResourceOf(asked: Asked, id: string, more: Facts = {}): Resource {
  const type = types[id.slice(0, id.indexOf('-'))] ?? 'instance'
  const name = type === 'key-pair' ? asked.draft.rows(asked.place, 'keyPairs').find((pair) => pair.id === id)?.name : id
  return ec2Resource(asked, type, name ?? id, more)
}

const types: Readonly<Record<string, Ec2Type>> = {
  ami: 'image',
  snap: 'snapshot',
  vol: 'volume',
  i: 'instance',
  key: 'key-pair',
  sg: 'security-group',
  vpc: 'vpc',
  subnet: 'subnet',
  lt: 'launch-template',
  eni: 'network-interface',
}

const factsOf = {
  image: (asked: Asked, id: string): Facts | undefined => {
    const image = findImage(asked.draft, asked.region, id)
    return (
      image && {
        ...tagged(imageTags(image, asked.account)),
        'ec2:ImageID': image.id,
        'ec2:ImageType': 'machine',
        'ec2:Owner': image.owner,
        'ec2:Public': String(image.isPublic),
        'ec2:RootDeviceType': 'ebs',
      }
    )
  },
  snapshot: (asked: Asked, id: string): Facts | undefined => {
    const places = asked.draft.places().filter((place) => placeOf(place).region === asked.region)
    const snapshot = places.map((place) => asked.draft.get(place, 'snapshots', id)).find((one) => one !== undefined)
    return (
      snapshot && {
        ...tagged(snapshot.owner === asked.account ? snapshot.tags : {}),
        'ec2:Encrypted': String(snapshot.encrypted),
        'ec2:Owner': snapshot.owner,
        'ec2:ParentVolume': ec2Arn(asked, 'volume', snapshot.volumeId),
        'ec2:SnapshotID': snapshot.id,
        'ec2:SnapshotTime': new Date(snapshot.startedAt).toISOString(),
        'ec2:VolumeSize': String(snapshot.size),
      }
    )
  },
  instance: (asked: Asked, id: string): Facts | undefined => {
    const instance = asked.draft.get(asked.place, 'instances', id)
    return instance && { ...tagged(instance.tags), 'ec2:InstanceID': id, ...instanceFacts(asked, instance) }
  },
  volume: (asked: Asked, id: string): Facts | undefined => {
    const volume = asked.draft.get(asked.place, 'volumes', id)
    return volume && { ...tagged(volume.tags), 'ec2:VolumeID': id, ...volumeFacts(asked, volume) }
  },
  'network-interface': (asked: Asked, id: string): Facts | undefined => {
    const instance = asked.draft.rows(asked.place, 'instances').find((one) => one.networkInterfaceId === id)
    return instance && { ...tagged(instance.interfaceTags), 'ec2:NetworkInterfaceID': id, ...interfaceFacts(asked, instance) }
  },
  'key-pair': (asked: Asked, name: string): Facts | undefined => {
    const pair = asked.draft.get(asked.place, 'keyPairs', name)
    return { ...tagged(pair?.tags ?? {}), 'ec2:KeyPairName': name, ...(pair && { 'ec2:KeyPairType': pair.type }) }
  },
  'security-group': (asked: Asked, id: string): Facts | undefined => {
    const group = asked.draft.get(asked.place, 'securityGroups', id)
    return group && { ...tagged(group.tags), 'ec2:SecurityGroupID': id, 'ec2:Vpc': ec2Arn(asked, 'vpc', group.vpcId) }
  },
  vpc: (asked: Asked, id: string): Facts | undefined => {
    const vpc = asked.draft.get(asked.place, 'vpcs', id)
    return vpc && { ...tagged(vpc.tags), 'ec2:VpcID': id }
  },
  subnet: (asked: Asked, id: string): Facts | undefined => {
    const subnet = asked.draft.get(asked.place, 'subnets', id)
    return (
      subnet && {
        ...tagged(subnet.tags),
        'ec2:AvailabilityZone': subnet.zone,
        'ec2:SubnetID': id,
        'ec2:Vpc': ec2Arn(asked, 'vpc', subnet.vpcId),
      }
    )
  },
  'launch-template': (asked: Asked, id: string): Facts | undefined => {
    const template = asked.draft.get(asked.place, 'launchTemplates', id)
    return template && tagged(template.tags)
  },
} as const

/** An instance, or as much as is known of one that is still to be launched. */
type Described = Pick<Instance, 'ebsOptimized' | 'instanceType'> & {
  readonly [member in 'instanceProfile' | 'metadata' | 'zone']?: Instance[member] | undefined
}

export function instanceFacts(asked: Asked, instance: Described): Facts {
  const { metadata, instanceProfile: profile } = instance
  return {
    'ec2:AvailabilityZone': instance.zone,
    'ec2:EbsOptimized': String(instance.ebsOptimized),
    'ec2:InstanceMarketType': 'on-demand',
    'ec2:InstanceMetadataTags': metadata && enabled(metadata.hasTags),
    'ec2:InstanceProfile': profile === undefined ? undefined : profileArn(asked.account, profile),
    'ec2:InstanceType': instance.instanceType,
    'ec2:MetadataHttpEndpoint': metadata && enabled(metadata.isEnabled),
    'ec2:MetadataHttpPutResponseHopLimit': metadata && String(metadata.hopLimit),
    'ec2:MetadataHttpTokens': metadata?.tokens,
    'ec2:RootDeviceType': 'ebs',
    'ec2:Tenancy': 'default',
  }
}

function enabled(isEnabled: boolean): string {
  return isEnabled ? 'enabled' : 'disabled'
}

export function volumeFacts(asked: Asked, volume: Volume): Facts {
  return {
    'ec2:AvailabilityZone': volume.zone,
    'ec2:Encrypted': String(volume.encrypted),
    'ec2:ParentSnapshot': volume.snapshotId === '' ? undefined : ec2Arn(asked, 'snapshot', volume.snapshotId),
    'ec2:VolumeIops': volume.iops === undefined ? undefined : String(volume.iops),
    'ec2:VolumeSize': String(volume.size),
    'ec2:VolumeThroughput': volume.throughput === undefined ? undefined : String(volume.throughput),
    'ec2:VolumeType': volume.type,
  }
}

export function interfaceFacts(asked: Asked, instance: Pick<Instance, 'subnetId' | 'vpcId' | 'zone'>): Facts {
  return {
    'ec2:AvailabilityZone': instance.zone,
    'ec2:Subnet': ec2Arn(asked, 'subnet', instance.subnetId),
    'ec2:Vpc': ec2Arn(asked, 'vpc', instance.vpcId),
  }
}

function tagged(tags: Tags): Facts {
  return tagFacts(tags, 'aws:ResourceTag', 'ec2:ResourceTag')
}

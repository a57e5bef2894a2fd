// The metadata of one instance as a tree of folders and values, shaped as EC2 shapes it. Pure.

import type { InstanceFacts, InstanceProfile } from './facts.ts'

/** A value, or a folder. A folder's listing may name entries otherwise than their paths do (`0=key-name`). */
export type MetadataNode = string | Uint8Array | MetadataFolder
export interface MetadataFolder {
  readonly [name: string]: MetadataNode
}

/** Under every version: meta-data, dynamic, and user-data when there is any. */
export function metadataTree(facts: InstanceFacts): MetadataFolder {
  return {
    dynamic: { 'instance-identity': { document: identityDocument(facts) } },
    'meta-data': metaData(facts),
    ...(facts.userData === undefined ? {} : { 'user-data': facts.userData }),
  }
}

function metaData(facts: InstanceFacts): MetadataFolder {
  return {
    'ami-id': facts.imageId,
    'ami-launch-index': String(facts.launchIndex),
    'ami-manifest-path': '(unknown)',
    ...(facts.targetLifecycleState === undefined
      ? {}
      : { autoscaling: { 'target-lifecycle-state': facts.targetLifecycleState } }),
    'block-device-mapping': { ami: '/dev/xvda', root: '/dev/xvda' },
    hostname: facts.hostname,
    ...(facts.profile === undefined ? {} : { iam: iam(facts.profile) }),
    'instance-action': 'none',
    'instance-id': facts.instanceId,
    'instance-life-cycle': 'on-demand',
    'instance-type': facts.instanceType,
    'local-hostname': facts.hostname,
    'local-ipv4': facts.privateAddress,
    mac: facts.mac,
    network: { interfaces: { macs: { [facts.mac]: networkInterface(facts) } } },
    placement: {
      'availability-zone': facts.zone,
      region: facts.region,
    },
    profile: 'default-hvm',
    ...(facts.keyPair === undefined ? {} : { 'public-keys': { 0: { 'openssh-key': `${facts.keyPair.publicKey.trim()}\n` } } }),
    'reservation-id': facts.reservationId,
    'security-groups': facts.securityGroups.map(({ name }) => name).join('\n'),
    services: { domain: 'amazonaws.com', partition: 'aws' },
    ...(facts.tags === undefined ? {} : { tags: { instance: facts.tags } }),
  }
}

function networkInterface(facts: InstanceFacts): MetadataFolder {
  return {
    'device-number': '0',
    'interface-id': facts.networkInterfaceId,
    'local-hostname': facts.hostname,
    'local-ipv4s': facts.privateAddress,
    mac: facts.mac,
    'owner-id': facts.account,
    'security-group-ids': facts.securityGroups.map(({ id }) => id).join('\n'),
    'security-groups': facts.securityGroups.map(({ name }) => name).join('\n'),
    'subnet-id': facts.subnetId,
    'subnet-ipv4-cidr-block': facts.subnetCidr,
    'vpc-id': facts.vpcId,
    'vpc-ipv4-cidr-block': facts.vpcCidr,
    'vpc-ipv4-cidr-blocks': facts.vpcCidr,
  }
}

function iam({ arn, id, roleName, credentials }: InstanceProfile): MetadataFolder {
  const { updatedAt } = credentials
  return {
    info: json({ Code: 'Success', LastUpdated: updatedAt, InstanceProfileArn: arn, InstanceProfileId: id }),
    'security-credentials': {
      [roleName]: json({
        Code: 'Success',
        LastUpdated: updatedAt,
        Type: 'AWS-HMAC',
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        Token: credentials.sessionToken,
        Expiration: credentials.expiresAt,
      }),
    },
  }
}

function identityDocument(facts: InstanceFacts): string {
  return json({
    accountId: facts.account,
    architecture: facts.architecture,
    availabilityZone: facts.zone,
    billingProducts: null,
    devpayProductCodes: null,
    imageId: facts.imageId,
    instanceId: facts.instanceId,
    instanceType: facts.instanceType,
    kernelId: null,
    marketplaceProductCodes: null,
    pendingTime: facts.pendingAt,
    privateIp: facts.privateAddress,
    ramdiskId: null,
    region: facts.region,
    version: '2017-09-30',
  })
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
}

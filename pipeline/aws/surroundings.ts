// What stands around a build machine: its key pair, security group and volumes, made, found by tag, and removed.

import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteKeyPairCommand,
  DeleteSecurityGroupCommand,
  DeleteVolumeCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2'
import type { CloudAt, Tags } from '../ports/index.ts'
import { outcomeOf, resourceId, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { everyItem } from './pages.ts'
import { tagFilters, tagSpecifications } from './tags.ts'

type SurroundingVerbs = Pick<
  CloudAt,
  | 'importKeyPair'
  | 'findKeyPairs'
  | 'deleteKeyPair'
  | 'createSecurityGroup'
  | 'findSecurityGroups'
  | 'deleteSecurityGroup'
  | 'findVolumes'
  | 'deleteVolume'
>

export function surroundingVerbs(call: Caller): SurroundingVerbs {
  return {
    importKeyPair: (name, publicKey, tags) => outcomeOf(() => importKeyPair(call, name, publicKey, tags)),
    findKeyPairs: (tags) => outcomeOf(() => findKeyPairs(call, tags)),
    deleteKeyPair: (name) => outcomeOf(() => deleteKeyPair(call, name)),
    createSecurityGroup: (request) => outcomeOf(() => createSecurityGroup(call, request)),
    findSecurityGroups: (tags) => outcomeOf(() => findSecurityGroups(call, tags)),
    deleteSecurityGroup: (id) => outcomeOf(() => deleteSecurityGroup(call, id)),
    findVolumes: (tags) => outcomeOf(() => findVolumes(call, tags)),
    deleteVolume: (id) => outcomeOf(() => deleteVolume(call, id)),
  }
}

async function importKeyPair(call: Caller, name: string, publicKey: string, tags: Tags): Promise<void> {
  const request = new ImportKeyPairCommand({
    KeyName: name,
    PublicKeyMaterial: Buffer.from(publicKey),
    TagSpecifications: tagSpecifications(['key-pair'], tags),
  })
  await call(`ImportKeyPair ${name}`, ({ ec2 }) => ec2.send(request), 'unsafe')
}

interface Found {
  readonly id: string
  readonly name: string
}

async function findKeyPairs(call: Caller, tags: Tags): Promise<readonly Found[]> {
  const request = new DescribeKeyPairsCommand({ Filters: tagFilters(tags) })
  const { KeyPairs } = await call('DescribeKeyPairs', ({ ec2 }) => ec2.send(request))
  return (KeyPairs ?? []).map((pair) => ({
    id: resourceId('key', pair.KeyPairId),
    name: text(pair.KeyName, 'name of the key pair'),
  }))
}

async function deleteKeyPair(call: Caller, name: string): Promise<void> {
  const request = new DeleteKeyPairCommand({ KeyName: name })
  await call(`DeleteKeyPair ${name}`, ({ ec2 }) => ec2.send(request))
}

async function createSecurityGroup(
  call: Caller,
  request: Parameters<CloudAt['createSecurityGroup']>[0],
): Promise<{ readonly id: string }> {
  const create = new CreateSecurityGroupCommand({
    GroupName: request.name,
    Description: request.description,
    VpcId: request.vpcId,
    TagSpecifications: tagSpecifications(['security-group'], request.tags),
  })
  const answer = await call(`CreateSecurityGroup ${request.name}`, ({ ec2 }) => ec2.send(create), 'unsafe')
  const id = resourceId('sg', answer.GroupId)
  const authorize = new AuthorizeSecurityGroupIngressCommand({
    GroupId: id,
    IpPermissions: [
      ...request.ingress.map(({ port, cidr }) => ({
        IpProtocol: 'tcp',
        FromPort: port,
        ToPort: port,
        IpRanges: [{ CidrIp: cidr }],
      })),
      { IpProtocol: 'tcp', FromPort: 0, ToPort: 65_535, UserIdGroupPairs: [{ GroupId: id }] },
    ],
  })
  try {
    await call(`AuthorizeSecurityGroupIngress ${id}`, ({ ec2 }) => ec2.send(authorize), 'unsafe')
  } catch (error) {
    await removeUseless(call, id, error)
    throw error
  }
  return { id }
}

/** A group without its rules would stand in the way of the next attempt, which wants the same name. */
async function removeUseless(call: Caller, id: string, reason: unknown): Promise<void> {
  const removed = await outcomeOf(() => deleteSecurityGroup(call, id))
  if (removed.ok || !(reason instanceof CallFailed)) return
  const message = `${reason.failure.message}; the group was left behind: ${removed.message}`
  throw new CallFailed({ ...reason.failure, message }, reason)
}

async function findSecurityGroups(call: Caller, tags: Tags): Promise<readonly Found[]> {
  return everyItem(async (NextToken) => {
    const request = new DescribeSecurityGroupsCommand({ Filters: tagFilters(tags), NextToken })
    const answer = await call('DescribeSecurityGroups', ({ ec2 }) => ec2.send(request))
    const items = answer.SecurityGroups?.map((group) => ({
      id: resourceId('sg', group.GroupId),
      name: text(group.GroupName, 'name of the security group'),
    }))
    return { items, next: answer.NextToken }
  })
}

async function deleteSecurityGroup(call: Caller, id: string): Promise<void> {
  const request = new DeleteSecurityGroupCommand({ GroupId: id })
  await call(`DeleteSecurityGroup ${id}`, ({ ec2 }) => ec2.send(request))
}

async function findVolumes(call: Caller, tags: Tags): Promise<readonly { readonly id: string; readonly state: string }[]> {
  return everyItem(async (NextToken) => {
    const request = new DescribeVolumesCommand({ Filters: tagFilters(tags), NextToken })
    const answer = await call('DescribeVolumes', ({ ec2 }) => ec2.send(request))
    const items = answer.Volumes?.map((volume) => ({
      id: resourceId('vol', volume.VolumeId),
      state: text(volume.State, 'state of the volume'),
    }))
    return { items, next: answer.NextToken }
  })
}

async function deleteVolume(call: Caller, id: string): Promise<void> {
  const request = new DeleteVolumeCommand({ VolumeId: id })
  await call(`DeleteVolume ${id}`, ({ ec2 }) => ec2.send(request))
}

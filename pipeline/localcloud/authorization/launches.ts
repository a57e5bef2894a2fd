// What launching an instance is about: everything it is made of, each a resource of its own. [doc: ExamplePolicies_EC2]

import type { RequestLaunchTemplateData, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { launch } from '../operations/ec2/launch.ts'
import { findTemplate, launchRequest } from '../operations/ec2/launch-request.ts'
import type { Facts } from '../policies/index.ts'
import { roleArn } from '../store/account.ts'
import type { Instance } from '../store/instance.ts'
import { knownRole } from '../store/known-roles.ts'
import { arnOfRole } from '../store/role.ts'
import { Draft, everywhere } from '../store/state.ts'
import { versionOf } from '../store/template-versions.ts'
import { ApiFault } from '../wire/fault.ts'
import { ec2Arn, ec2Resource, instanceFacts, interfaceFacts, volumeFacts } from './ec2-resources.ts'
import type { Asked, Need, Resource } from './need.ts'
import { specifiedFacts, taggingNeeds } from './tags-on-create.ts'

const action = 'ec2:RunInstances'

type Launch = Partial<RunInstancesRequest>

/**
 * The launch is tried on a draft that is dropped, so that policies are asked about what it would really make. `subnetId`: where a group
 * puts it, into the template's network interface where that has one.
 */
export function launchNeeds(asked: Asked, input: Launch, subnetId?: string): readonly Need[] {
  const draft = new Draft(asked.draft.state)
  try {
    const { MaxCount: _max, MinCount: _min, ...members } = input
    const request = { ...launchRequest(draft, asked.place, members), ...(subnetId === undefined ? {} : { subnetId }) }
    const [instance] = launch(draft, asked.place, request, { least: 1, most: 1 }, asked.network, asked.now)
    const written = subnetId === undefined ? input : { ...input, SubnetId: subnetId }
    if (instance !== undefined) return needsOf({ ...asked, draft }, written, templateOf(asked, input), instance)
  } catch (cause) {
    if (!(cause instanceof ApiFault)) throw cause
  }
  // It will be refused for another reason, to whoever may launch at all.
  return [{ action, resource: ec2Resource(asked, 'instance', '*') }]
}

interface Template {
  readonly id: string
  readonly data: RequestLaunchTemplateData
}

function templateOf({ draft, place }: Asked, { LaunchTemplate: written }: Launch): Template | undefined {
  if (written === undefined) return undefined
  const template = findTemplate(draft, place, written.LaunchTemplateId, written.LaunchTemplateName)
  return { id: template.id, data: versionOf(draft, place, template, written.Version)?.data ?? {} }
}

function needsOf(asked: Asked, input: Launch, template: Template | undefined, instance: Instance): readonly Need[] {
  const specifications = input.TagSpecifications ?? template?.data.TagSpecifications
  const volumes = instance.volumes.flatMap(({ volumeId }) => asked.draft.get(asked.place, 'volumes', volumeId) ?? [])
  const devices = input.BlockDeviceMappings ?? template?.data.BlockDeviceMappings ?? []
  const from = (...members: readonly (keyof Launch)[]) => templateFacts(asked, input, template, members)
  const made = (type: 'instance' | 'volume' | 'network-interface', facts: Facts) =>
    ec2Resource(asked, type, '*', { ...facts, ...specifiedFacts(specifications, type) })
  const resources: readonly Resource[] = [
    ec2Resource(asked, 'image', instance.imageId, from('ImageId')),
    made('instance', { ...instanceFacts(asked, instance), ...from('InstanceType') }),
    made('network-interface', { ...interfaceFacts(asked, instance), ...from('NetworkInterfaces', 'SubnetId') }),
    ec2Resource(asked, 'subnet', instance.subnetId, from('NetworkInterfaces', 'SubnetId')),
    ...instance.securityGroupIds.map((id) =>
      ec2Resource(asked, 'security-group', id, from('NetworkInterfaces', 'SecurityGroupIds', 'SecurityGroups')),
    ),
    ...volumes.map((volume) => made('volume', { ...volumeFacts(asked, volume), ...from('BlockDeviceMappings') })),
    ...devices.flatMap(({ Ebs: ebs }) =>
      ebs?.SnapshotId === undefined ? [] : [ec2Resource(asked, 'snapshot', ebs.SnapshotId, from('BlockDeviceMappings'))],
    ),
    ...(instance.keyName === undefined ? [] : [ec2Resource(asked, 'key-pair', instance.keyName, from('KeyName'))]),
    ...(template === undefined ? [] : [ec2Resource(asked, 'launch-template', template.id, from())]),
  ]
  return [
    ...resources.map((resource) => ({ action, resource })),
    ...taggingNeeds(asked, action, specifications, ['instance', 'volume', 'network-interface']),
    ...passRoleNeeds(asked, instance.instanceProfile),
  ]
}

/** "ec2:IsLaunchTemplateResource: whether the resource is specified in the launch template", and not by the request over it. */
function templateFacts(asked: Asked, input: Launch, template: Template | undefined, members: readonly (keyof Launch)[]): Facts {
  if (template === undefined) return {}
  const isOwn = members.some((member) => input[member] !== undefined)
  return { 'ec2:LaunchTemplate': ec2Arn(asked, 'launch-template', template.id), 'ec2:IsLaunchTemplateResource': String(!isOwn) }
}

/** "To pass a role to an AWS service, a user must have permissions to pass the role" [doc: id_roles_use_passrole]. */
export function passRoleNeeds({ draft, account }: Asked, profile: string | undefined): readonly Need[] {
  const name = draft.get(everywhere, 'instanceProfiles', `${account}/${profile}`)?.roleName
  if (name === undefined) return []
  const role = knownRole(draft, account, name)
  const arn = role === undefined ? roleArn(account, name) : arnOfRole(role)
  return [{ action: 'iam:PassRole', resource: { type: 'role', arn, facts: { 'iam:PassedToService': 'ec2.amazonaws.com' } } }]
}

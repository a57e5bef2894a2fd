// What launching an instance is about: everything it is made of, each a resource of its own. [doc: ExamplePolicies_EC2]

import type { RequestLaunchTemplateData, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { launchParts, unlessRefused } from '../operations/ec2/launch-parts.ts'
import { findTemplate, type LaunchRequest, launchRequest } from '../operations/ec2/launch-request.ts'
import type { Facts } from '../policies/index.ts'
import { roleArn } from '../store/account.ts'
import { knownRole } from '../store/known-roles.ts'
import { arnOfRole } from '../store/role.ts'
import { Draft, everywhere } from '../store/state.ts'
import { versionOf } from '../store/template-versions.ts'
import { ec2Arn, ec2Resource, instanceFacts, interfaceFacts, volumeFacts } from './ec2-resources.ts'
import type { Asked, Need, Resource } from './need.ts'
import { specifiedFacts, taggingNeeds } from './tags-on-create.ts'

const action = 'ec2:RunInstances'

type Launch = Partial<RunInstancesRequest>

/** Where and as what a group puts a launch, over what its template says. */
export type Placed = Pick<Launch, 'ImageId' | 'InstanceType' | 'SubnetId'>

/**
 * What the request is about, whether or not it could be done: room that is lacking is no missing right. A subnet goes into the template's
 * network interface where that has one.
 */
export function launchNeeds(asked: Asked, input: Launch, placed: Placed = {}): readonly Need[] {
  const draft = new Draft(asked.draft.state)
  const { SubnetId: subnetId, ...over } = placed
  const written = { ...input, ...placed }
  const template = templateOf(asked, input)
  const request = unlessRefused(() => {
    const { MaxCount: _max, MinCount: _min, ...members } = { ...input, ...over }
    return { ...launchRequest(draft, asked.place, members), ...(subnetId === undefined ? {} : { subnetId }) }
  })
  if (request !== undefined) return needsOf({ ...asked, draft }, written, template, request)
  // It will be refused for another reason, to whoever may launch such an instance at all.
  const facts = {
    ...templateFacts(asked, written, template, []),
    ...specifiedFacts(specificationsOf(written, template), 'instance'),
  }
  return [{ action, resource: ec2Resource(asked, 'instance', '*', facts) }]
}

interface Template {
  readonly id: string
  readonly data: RequestLaunchTemplateData
}

function templateOf({ draft, place }: Asked, { LaunchTemplate: written }: Launch): Template | undefined {
  if (written === undefined) return undefined
  const { LaunchTemplateId: id, LaunchTemplateName: name } = written
  const template = unlessRefused(() => findTemplate(draft, place, id, name))
  const version = template && versionOf(draft, place, template, written.Version)
  return { id: template?.id ?? id ?? '*', data: version?.data ?? {} }
}

function specificationsOf(input: Launch, template: Template | undefined) {
  return input.TagSpecifications ?? template?.data.TagSpecifications
}

function needsOf(asked: Asked, input: Launch, template: Template | undefined, request: LaunchRequest): readonly Need[] {
  const { image, subnet, metadata, profile, securityGroupIds, volumes } = launchParts(
    asked.draft,
    asked.place,
    request,
    asked.network,
    asked.now,
  )
  const specifications = specificationsOf(input, template)
  const devices = input.BlockDeviceMappings ?? template?.data.BlockDeviceMappings ?? []
  const from = (...members: readonly (keyof Launch)[]) => templateFacts(asked, input, template, members)
  const made = (type: 'instance' | 'volume' | 'network-interface', facts: Facts) =>
    ec2Resource(asked, type, '*', { ...facts, ...specifiedFacts(specifications, type) })
  const placedFacts = subnet && interfaceFacts(asked, { ...subnet, subnetId: subnet.id })
  const { instanceType, ebsOptimized } = request
  const resources: readonly Resource[] = [
    ec2Resource(asked, 'image', image?.id ?? request.imageId, from('ImageId')),
    made('instance', {
      ...instanceFacts(asked, { instanceType, ebsOptimized, metadata, instanceProfile: profile, zone: subnet?.zone }),
      ...from('InstanceType'),
    }),
    made('network-interface', { ...placedFacts, ...from('NetworkInterfaces', 'SubnetId') }),
    ...(subnet === undefined ? [] : [ec2Resource(asked, 'subnet', subnet.id, from('NetworkInterfaces', 'SubnetId'))]),
    ...securityGroupIds.map((id) =>
      ec2Resource(asked, 'security-group', id, from('NetworkInterfaces', 'SecurityGroupIds', 'SecurityGroups')),
    ),
    ...volumes.map((volume) => made('volume', { ...volumeFacts(asked, volume), ...from('BlockDeviceMappings') })),
    ...devices.flatMap(({ Ebs: ebs }) =>
      ebs?.SnapshotId === undefined ? [] : [ec2Resource(asked, 'snapshot', ebs.SnapshotId, from('BlockDeviceMappings'))],
    ),
    ...(request.keyName === undefined ? [] : [ec2Resource(asked, 'key-pair', request.keyName, from('KeyName'))]),
    ...(template === undefined ? [] : [ec2Resource(asked, 'launch-template', template.id, from())]),
  ]
  return [
    ...resources.map((resource) => ({ action, resource })),
    ...taggingNeeds(asked, action, specifications, ['instance', 'volume', 'network-interface']),
    ...passRoleNeeds(asked, profile),
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

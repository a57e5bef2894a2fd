// What each action of EC2 is about. [doc: list_amazonec2]

import type { DescribeLaunchTemplateVersionsRequest, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { isImageAlias, parameterOfAlias } from '../operations/ec2/image-alias.ts'
import { chosenVersions, type OwnedVersion } from '../operations/ec2/launch-template-versions.ts'
import { ApiFault } from '../wire/fault.ts'
import { type Ec2Type, ec2Resource, ec2ResourceOf } from './ec2-resources.ts'
import { launchNeeds } from './launches.ts'
import { type About, type Asked, all, on, onNothing, type Resource, requestTagFacts, tagsIn, textIn, textsIn } from './need.ts'
import { parameter } from './systems.ts'
import { creates } from './tags-on-create.ts'

/** The one resource a parameter names. */
function named(type: Ec2Type, ...parameters: readonly string[]): About {
  return on((asked) => {
    const id = parameters.map((parameter) => textIn(asked, parameter)).find((text) => text !== undefined)
    return [ec2Resource(asked, type, id ?? '*')]
  })
}

function each(type: Ec2Type, parameter: string): About {
  return on((asked) => textsIn(asked, parameter).map((id) => ec2Resource(asked, type, id)))
}

const template = on((asked) => [templateIn(asked)])

function templateIn(asked: Asked): Resource {
  const name = textIn(asked, 'LaunchTemplateName')
  const row = asked.draft.rows(asked.place, 'launchTemplates').find((one) => one.name === name)
  return ec2Resource(asked, 'launch-template', textIn(asked, 'LaunchTemplateId') ?? row?.id ?? '*')
}

const securityGroup = on((asked) => {
  const name = textIn(asked, 'GroupName')
  const row = asked.draft.rows(asked.place, 'securityGroups').find((one) => one.name === name)
  return [ec2Resource(asked, 'security-group', textIn(asked, 'GroupId') ?? row?.id ?? '*')]
})

const keyPair = on((asked) => {
  const row = asked.draft.rows(asked.place, 'keyPairs').find((pair) => pair.id === textIn(asked, 'KeyPairId'))
  return [ec2Resource(asked, 'key-pair', textIn(asked, 'KeyName') ?? row?.name ?? '*')]
})

/** The original in its own region, under the same name. */
function copied(type: 'image' | 'snapshot', parameter: string): About {
  return on((asked) => [
    ec2Resource({ ...asked, region: textIn(asked, 'SourceRegion') ?? asked.region }, type, textIn(asked, parameter) ?? '*'),
  ])
}

const tagging = on((asked) => textsIn(asked, 'Resources').map((id) => ec2ResourceOf(asked, id, requestTagFacts(tagsIn(asked)))))

/** `ec2:Attribute` is the attribute's name, `ec2:Attribute/NAME` what it is set to; launch permissions by adding and removing. */
const imageAttribute = on((asked) => {
  const { LaunchPermission: permission, Description: description, ImdsSupport: imds } = asked.input
  const attribute =
    textIn(asked, 'Attribute') ??
    (permission ? 'LaunchPermission' : description ? 'Description' : imds ? 'ImdsSupport' : undefined)
  const facts = { 'ec2:Attribute': attribute }
  return [ec2Resource(asked, 'image', textIn(asked, 'ImageId') ?? '*', facts)]
})

const instanceAttribute = all(named('instance', 'InstanceId'), each('security-group', 'Groups'))

const newSecurityGroup = all(
  creates(['security-group']),
  on((asked) => {
    const vpc = textIn(asked, 'VpcId') ?? asked.draft.rows(asked.place, 'vpcs').find((one) => one.isDefault)?.id
    return [ec2Resource(asked, 'vpc', vpc ?? '*')]
  }),
)

const associatedSnapshots: About = (asked) => {
  if (asked.input.DeleteAssociatedSnapshots !== true) return []
  const image = asked.draft.get(asked.place, 'images', textIn(asked, 'ImageId') ?? '')
  const ids = image?.blockDevices.map(({ snapshotId }) => snapshotId) ?? []
  return ids.map((id) => ({ action: 'ec2:DeleteSnapshot', resource: ec2Resource(asked, 'snapshot', id) }))
}

/** "In order for the parameter value to be validated" [doc: using-systems-manager-parameters]; EC2 reads it for the caller. */
const aliases: About = (asked) => {
  if (asked.input.ResolveAlias !== true) return []
  const versions = shownVersions(asked)
  const written = new Set(versions.flatMap(({ version }) => version.data.ImageId ?? []).filter(isImageAlias))
  return [...written].map((alias) => ({
    action: 'ssm:GetParameters',
    resource: parameter(asked, parameterOfAlias(alias)),
    byService: true,
  }))
}

/** None where the request will be refused for what it names. */
function shownVersions(asked: Asked): readonly OwnedVersion[] {
  try {
    return chosenVersions({ ...asked, input: asked.input as DescribeLaunchTemplateVersionsRequest })
  } catch (cause) {
    if (cause instanceof ApiFault) return []
    throw cause
  }
}

export const ec2 = {
  AuthorizeSecurityGroupEgress: securityGroup,
  AuthorizeSecurityGroupIngress: securityGroup,
  CopyImage: all(copied('image', 'SourceImageId'), creates(['image', 'snapshot'])),
  CopySnapshot: all(copied('snapshot', 'SourceSnapshotId'), creates(['snapshot'])),
  CreateImage: all(named('instance', 'InstanceId'), creates(['image', 'snapshot'])),
  CreateKeyPair: creates(['key-pair'], 'KeyName'),
  CreateLaunchTemplate: creates(['launch-template']),
  CreateLaunchTemplateVersion: template,
  CreateSecurityGroup: newSecurityGroup,
  CreateTags: tagging,
  DeleteKeyPair: keyPair,
  DeleteLaunchTemplate: template,
  DeleteLaunchTemplateVersions: template,
  DeleteSecurityGroup: securityGroup,
  DeleteSnapshot: named('snapshot', 'SnapshotId'),
  DeleteTags: tagging,
  DeleteVolume: named('volume', 'VolumeId'),
  DeregisterImage: all(named('image', 'ImageId'), associatedSnapshots),
  DescribeAvailabilityZones: onNothing,
  DescribeImageAttribute: named('image', 'ImageId'),
  DescribeImages: onNothing,
  DescribeInstanceAttribute: named('instance', 'InstanceId'),
  DescribeInstanceStatus: onNothing,
  DescribeInstanceTypeOfferings: onNothing,
  DescribeInstanceTypes: onNothing,
  DescribeInstances: onNothing,
  DescribeKeyPairs: onNothing,
  DescribeLaunchTemplateVersions: all(onNothing, aliases),
  DescribeLaunchTemplates: onNothing,
  DescribeRegions: onNothing,
  DescribeSecurityGroupRules: onNothing,
  DescribeSecurityGroups: onNothing,
  DescribeSnapshotAttribute: named('snapshot', 'SnapshotId'),
  DescribeSnapshots: onNothing,
  DescribeSubnets: onNothing,
  DescribeTags: onNothing,
  DescribeVolumes: onNothing,
  DescribeVpcs: onNothing,
  DisableAllowedImagesSettings: onNothing,
  DisableImage: named('image', 'ImageId'),
  DisableImageBlockPublicAccess: onNothing,
  DisableImageDeprecation: named('image', 'ImageId'),
  DisableImageDeregistrationProtection: named('image', 'ImageId'),
  DisableSnapshotBlockPublicAccess: onNothing,
  EnableAllowedImagesSettings: onNothing,
  EnableImage: named('image', 'ImageId'),
  EnableImageBlockPublicAccess: onNothing,
  EnableImageDeprecation: named('image', 'ImageId'),
  EnableImageDeregistrationProtection: named('image', 'ImageId'),
  EnableSnapshotBlockPublicAccess: onNothing,
  GetAllowedImagesSettings: onNothing,
  GetConsoleOutput: named('instance', 'InstanceId'),
  GetImageBlockPublicAccessState: onNothing,
  GetSnapshotBlockPublicAccessState: onNothing,
  ImportKeyPair: creates(['key-pair'], 'KeyName'),
  ModifyImageAttribute: imageAttribute,
  ModifyInstanceAttribute: instanceAttribute,
  ModifyLaunchTemplate: template,
  ModifySnapshotAttribute: named('snapshot', 'SnapshotId'),
  RebootInstances: each('instance', 'InstanceIds'),
  ReplaceImageCriteriaInAllowedImagesSettings: onNothing,
  ResetImageAttribute: named('image', 'ImageId'),
  RevokeSecurityGroupEgress: securityGroup,
  RevokeSecurityGroupIngress: securityGroup,
  RunInstances: (asked) => launchNeeds(asked, asked.input as Partial<RunInstancesRequest>),
  StartInstances: each('instance', 'InstanceIds'),
  StopInstances: each('instance', 'InstanceIds'),
  TerminateInstances: each('instance', 'InstanceIds'),
} satisfies Readonly<Record<string, About>>

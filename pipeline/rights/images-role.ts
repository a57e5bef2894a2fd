// What the images' role may do: bake, verify, copy and share, with its hands on nothing but what drover made.

import { type Right, rightsFor, rightsOfVerbs } from '../aws/index.ts'
import { type Config, ownersOf } from '../config/index.ts'
import { ec2Arns, type Ground, groundOf, iamArn, servicePrincipal } from './arns.ts'
import {
  copyVerbs,
  fleetVerbs,
  homeVerbs,
  packerCalls,
  retireVerbs,
  sessionCallsOfPacker,
  sessionVerbs,
  useVerbs,
} from './duties.ts'
import { imageParameterDrafts } from './image-parameters.ts'
import { keyDrafts } from './keys.ts'
import { messageDrafts } from './messages.ts'
import { type Conditions, type Draft, type Statement, statementsFor } from './policy.ts'
import { publishedBaseDrafts } from './published-bases.ts'

/** What stands in `drover:purpose` of everything that lives for a bake or a look at an image only, and of images. */
const passing = ['bake', 'verify', 'scan']
const lasting = ['image', 'copy']
/** Packer makes an image with its machine's tags and gives it its own last. */
const half = ['bake', 'image']

export function imagesStatements(config: Config, regions: readonly string[]): readonly Statement[] {
  const { account, region } = config.images
  const others = regions.filter((one) => one !== region)
  const home = groundOf(account, [region])
  const needed = new Set([
    ...rightsOfVerbs(homeVerbs),
    ...rightsOfVerbs(fleetVerbs),
    ...rightsFor(packerCalls),
    ...(config.images.reach === 'ssm' ? [...rightsFor(sessionCallsOfPacker), ...rightsOfVerbs(sessionVerbs)] : []),
    ...(others.length === 0 ? [] : rightsOfVerbs(copyVerbs)),
    ...rightsOfVerbs(retireVerbs),
    ...rightsOfVerbs(useVerbs),
  ])
  const profiled = config.images.instanceProfile !== undefined
  const wanted = new Set([...needed].filter((right) => profiled || !right.startsWith('iam:')))
  const everywhere = groundOf(account, [region, ...others])
  const asked = [...publishedBaseDrafts(config, home), ...messageDrafts(config, home)]
  const drafts = [
    ...lookDrafts(everywhere),
    ...imageParameterDrafts(everywhere),
    ...launchDrafts(config, home),
    ...makingDrafts(home, groundOf(account, others)),
    ...taggingDrafts(home, everywhere),
    ...ownDrafts(home, everywhere),
    ...profileDrafts(config, home),
    ...sessionDrafts(home),
    ...keyDrafts(config, everywhere),
    ...asked,
  ]
  const askedRights = asked.flatMap(({ actions }) => actions)
  const keyRights = drafts.flatMap(({ actions }) => actions.filter((action) => action.startsWith('kms:')))
  return statementsFor(new Set([...wanted, ...keyRights, ...askedRights]), drafts)
}

const looks: readonly Right[] = [
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeInstanceRefreshes',
  'autoscaling:DescribeLaunchConfigurations',
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeKeyPairs',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeRegions',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSnapshots',
  'ec2:DescribeSubnets',
  'ec2:DescribeTags',
  'ec2:DescribeVolumes',
  'ec2:DescribeVpcs',
]

function lookDrafts({ regions }: Ground): readonly Draft[] {
  const conditions = { StringEquals: { 'aws:RequestedRegion': regions } }
  return [{ sid: 'Look', actions: looks, resources: ['*'], conditions }]
}

function launchDrafts(config: Config, home: Ground): readonly Draft[] {
  const vendors = config.families.flatMap(({ bases }) => bases.flatMap(ownersOf))
  const subnet = config.images.subnetId ?? '*'
  const actions = ['ec2:RunInstances']
  return [
    {
      sid: 'LaunchKnownImages',
      actions,
      resources: ec2Arns(home, 'image'),
      conditions: { StringEquals: { 'ec2:Owner': [...new Set([home.account, ...vendors])] } },
    },
    { sid: 'LaunchInto', actions, resources: ec2Arns(home, `subnet/${subnet}`, 'network-interface') },
    { sid: 'LaunchWith', actions, resources: ec2Arns(home, 'security-group', 'key-pair'), conditions: tagged(passing) },
    {
      sid: 'Make',
      actions: ['ec2:RunInstances', 'ec2:CreateKeyPair', 'ec2:ImportKeyPair', 'ec2:CreateSecurityGroup'],
      resources: ec2Arns(home, 'instance', 'volume', 'key-pair', 'security-group'),
      conditions: packerTags(home) ? bringing(passing) : {},
    },
    { sid: 'MakeInNetwork', actions: ['ec2:CreateSecurityGroup'], resources: ec2Arns(home, 'vpc') },
  ]
}

function makingDrafts(home: Ground, others: Ground): readonly Draft[] {
  return [
    {
      sid: 'ImageOfBuildMachine',
      actions: ['ec2:CreateImage'],
      resources: ec2Arns(home, 'instance'),
      conditions: tagged(['bake']),
    },
    {
      sid: 'MakeImage',
      actions: ['ec2:CreateImage'],
      resources: ec2Arns(home, 'image', 'snapshot'),
      conditions: packerTagsImages(home) ? bringing(half) : {},
    },
    {
      sid: 'CopyFrom',
      actions: ['ec2:CopyImage'],
      resources: others.regions.length === 0 ? [] : ec2Arns(home, 'image'),
      conditions: { StringEquals: { 'ec2:Owner': home.account } },
    },
    {
      sid: 'CopyTo',
      actions: ['ec2:CopyImage'],
      resources: ec2Arns({ ...others, partition: home.partition }, 'image', 'snapshot'),
      conditions: bringing(['copy']),
    },
  ]
}

const making = ['RunInstances', 'CreateKeyPair', 'ImportKeyPair', 'CreateSecurityGroup', 'CreateImage', 'CopyImage']

/** Packer writes an image's tags again as its last act; where it can't bring tags along, it writes all of them afterwards. */
function taggingDrafts(home: Ground, everywhere: Ground): readonly Draft[] {
  const actions = ['ec2:CreateTags']
  const types = ['instance', 'volume', 'network-interface', 'key-pair', 'security-group']
  return [
    {
      sid: 'TagWhatIsMade',
      actions,
      resources: [...ec2Arns(home, ...types), ...ec2Arns(everywhere, 'image', 'snapshot')],
      conditions: { StringEquals: { 'ec2:CreateAction': making } },
    },
    {
      sid: 'TagImages',
      actions,
      resources: ec2Arns(home, 'image', 'snapshot'),
      conditions: packerTagsImages(home) ? tagged(half) : bringing(half),
    },
    ...(packerTags(home)
      ? []
      : [{ sid: 'TagLater', actions, resources: ec2Arns(home, ...types), conditions: bringing(passing) }]),
  ]
}

function ownDrafts(home: Ground, everywhere: Ground): readonly Draft[] {
  const machines: readonly Right[] = [
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:DeleteKeyPair',
    'ec2:DeleteSecurityGroup',
    'ec2:DeleteVolume',
    'ec2:RebootInstances',
    'ec2:StopInstances',
    'ec2:TerminateInstances',
  ]
  const images: readonly Right[] = [
    'ec2:DeleteSnapshot',
    'ec2:DeregisterImage',
    'ec2:DescribeImageAttribute',
    'ec2:DisableImage',
    'ec2:EnableImage',
    'ec2:EnableImageDeprecation',
    'ec2:ModifyImageAttribute',
    'ec2:ModifySnapshotAttribute',
  ]
  const untagged: Draft = {
    sid: 'FinishImages',
    actions: ['ec2:ModifyImageAttribute'],
    resources: ec2Arns(home, 'image'),
    conditions: { StringEquals: { 'ec2:Owner': home.account } },
  }
  return [
    {
      sid: 'HandleOwnMachines',
      actions: machines,
      resources: ec2Arns(home, 'instance', 'key-pair', 'security-group', 'volume'),
      conditions: tagged(passing),
    },
    {
      sid: 'HandleOwnImages',
      actions: images,
      resources: ec2Arns(everywhere, 'image', 'snapshot'),
      conditions: tagged([...new Set([...half, ...lasting])]),
    },
    ...(packerTagsImages(home) ? [] : [untagged]),
  ]
}

function profileDrafts({ images: { instanceProfile: profile } }: Config, home: Ground): readonly Draft[] {
  if (profile === undefined) return []
  const conditions = { StringEquals: { 'iam:PassedToService': servicePrincipal(home, 'ec2') } }
  const arn = profile.startsWith('arn:') ? profile : iamArn(home, `instance-profile/${profile}`)
  return [
    { sid: 'ReadProfile', actions: ['iam:GetInstanceProfile'], resources: [arn] },
    { sid: 'PassMachineRoles', actions: ['iam:PassRole'], resources: [iamArn(home, 'role/*')], conditions },
  ]
}

/**
 * Into machines that pass only, by Packer's document and ssh's. A session's ID begins with the name of whoever began it, which AWS
 * writes as the name of the role's session in one place and as `aws:userid` in another [doc: getting-started-restrict-access-examples].
 */
function sessionDrafts(home: Ground): readonly Draft[] {
  const arn = (owner: string, rest: string) =>
    home.regions.map((region) => `arn:${home.partition}:ssm:${region}:${owner}:${rest}`)
  return [
    {
      sid: 'ReachOwnMachines',
      actions: ['ssm:StartSession'],
      resources: ec2Arns(home, 'instance'),
      conditions: { StringEquals: { 'ssm:resourceTag/drover:purpose': passing } },
    },
    {
      sid: 'ReachByPort',
      actions: ['ssm:StartSession'],
      resources: [...arn('', 'document/AWS-StartPortForwardingSession'), ...arn('', 'document/AWS-StartSSHSession')],
    },
    {
      sid: 'UseOwnSessions',
      actions: ['ssm:TerminateSession', 'ssmmessages:OpenDataChannel'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of policies
      resources: [...arn(home.account, 'session/drover-*'), ...arn(home.account, 'session/${aws:userid}-*')],
    },
  ]
}

/** The amazon plugin brings tags along with what it makes but in China, and with images but there and in GovCloud. */
function packerTags({ partition }: Ground): boolean {
  return partition !== 'aws-cn'
}

function packerTagsImages({ partition }: Ground): boolean {
  return partition !== 'aws-cn' && partition !== 'aws-us-gov'
}

function tagged(purposes: readonly string[]): Conditions {
  return { StringEquals: { 'aws:ResourceTag/drover:purpose': purposes } }
}

function bringing(purposes: readonly string[]): Conditions {
  return { StringEquals: { 'aws:RequestTag/drover:purpose': purposes } }
}

// What a stage's role may do: look, roll the groups that are configured, and run tests on their machines.

import { rightsOfVerbs } from '../aws/index.ts'
import type { NodeGroupName } from '../ports/index.ts'
import { type NodeClassPolicy, nodeClassTags } from '../release/index.ts'
import { ec2Arns, type Ground, groundOf, iamArn, servicePrincipal } from './arns.ts'
import {
  alarmVerbs,
  clusterVerbs,
  commandVerbs,
  guardDutyVerbs,
  inspectorVerbs,
  keyVerbs,
  lookVerbs,
  migrationVerbs,
  nodeGroupVerbs,
  parameterVerbs,
  rollVerbs,
  sharedVerbs,
  useVerbs,
} from './duties.ts'
import { imageParameterDrafts } from './image-parameters.ts'
import { volumeKeyDrafts } from './keys.ts'
import { type Draft, type Statement, statementsFor } from './policy.ts'

/** What the configuration says of a stage, all families together. */
export interface StageWork {
  readonly name: string
  readonly account: string
  readonly role: string | undefined
  readonly isProduction: boolean
  readonly groups: readonly StageGroup[]
  readonly hasAlarms: boolean
  /** Tests that run on its machines. */
  readonly hasCommands: boolean
  /** Names of the clusters that its tests ask, in every region. */
  readonly clusters: readonly string[]
  /** Whose findings its tests ask for. */
  readonly findings: ReadonlySet<'inspector' | 'guardduty'>
  /** KMS keys of its own volumes, as the configuration names them, per region. */
  readonly kmsKeyIds: Readonly<Record<string, string>>
  /** Whose images its groups may launch: drover's, and those of before, to go back to. */
  readonly owners: readonly string[]
  /** The account that shares its images with this one; undefined where it is this one. */
  readonly sharedFrom: string | undefined
}

export interface StageGroup {
  readonly region: string
  readonly name: string
  readonly parameter?: string
  readonly nodeGroup?: NodeGroupName
  readonly karpenter?: NodeClassPolicy
}

export function stageStatements(work: StageWork): readonly Statement[] {
  const ground = groundOf(
    work.account,
    work.groups.map(({ region }) => region),
  )
  // What Karpenter alone replaces is launched by nobody that drover stands in for.
  const isRolled = work.groups.some(({ karpenter }) => karpenter === undefined)
  const verbs = [
    ...(isRolled ? rollVerbs : lookVerbs),
    ...useVerbs,
    ...(work.sharedFrom === undefined ? [] : sharedVerbs),
    ...(work.hasAlarms ? alarmVerbs : []),
    ...(work.hasCommands ? commandVerbs : []),
    ...(work.groups.some(({ parameter }) => parameter !== undefined) ? parameterVerbs : []),
    ...(work.groups.some(({ nodeGroup }) => nodeGroup !== undefined) ? nodeGroupVerbs : []),
    ...(work.clusters.length > 0 ? clusterVerbs : []),
    ...(Object.keys(work.kmsKeyIds).length > 0 ? keyVerbs : []),
    ...(work.findings.has('inspector') ? inspectorVerbs : []),
    ...(work.findings.has('guardduty') ? guardDutyVerbs : []),
  ]
  return statementsFor(rightsOfVerbs(verbs), [
    ...lookDrafts(ground),
    ...imageParameterDrafts(ground),
    ...rollDrafts(work, ground),
    ...nodeGroupDrafts(work, ground),
    ...(isRolled ? launchDrafts(work, ground) : []),
    ...sharedDrafts(work, ground),
    ...parameterDrafts(work, ground),
    ...commandDrafts(work, ground),
    ...clusterDrafts(work, ground),
    ...volumeKeyDrafts(work.account, work.kmsKeyIds),
  ])
}

/** What taking groups off launch configurations needs beside all that: for a policy of its own, to be taken away again. */
export function migrationStatements(work: StageWork): readonly Statement[] {
  const ground = groundOf(
    work.account,
    work.groups.map(({ region }) => region),
  )
  const had = rightsOfVerbs([...rollVerbs, ...useVerbs])
  const lacking = [...rightsOfVerbs(migrationVerbs)].filter((right) => !had.has(right))
  return statementsFor(new Set(lacking), [
    { sid: 'MakeTemplates', actions: ['ec2:CreateLaunchTemplate'], resources: ec2Arns(ground, 'launch-template') },
    {
      sid: 'SwitchGroupsToTemplates',
      actions: ['autoscaling:UpdateAutoScalingGroup'],
      resources: groupArns(work, ground),
      conditions: { Bool: { 'autoscaling:LaunchTemplateVersionSpecified': 'true' } },
    },
  ])
}

function lookDrafts({ regions }: Ground): readonly Draft[] {
  const actions = [
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeInstanceRefreshes',
    'autoscaling:DescribeLaunchConfigurations',
    'autoscaling:DescribeLifecycleHooks',
    'autoscaling:DescribeScalingActivities',
    // "Can't return information about composite alarms if the permission has a narrower scope" [doc: DescribeAlarms].
    'cloudwatch:DescribeAlarmHistory',
    'cloudwatch:DescribeAlarms',
    'ec2:DescribeImages',
    'ec2:DescribeInstances',
    'ec2:DescribeInstanceTypes',
    'ec2:DescribeLaunchTemplateVersions',
    'ec2:DescribeSubnets',
    'guardduty:GetDetector',
    'guardduty:GetFindings',
    'guardduty:ListDetectors',
    'guardduty:ListFindings',
    'inspector2:ListCoverage',
    'inspector2:ListFindings',
    'servicequotas:GetServiceQuota',
  ]
  return [{ sid: 'Look', actions, resources: ['*'], conditions: { StringEquals: { 'aws:RequestedRegion': regions } } }]
}

function rollDrafts(work: StageWork, ground: Ground): readonly Draft[] {
  return [
    { sid: 'MakeTemplateVersions', actions: ['ec2:CreateLaunchTemplateVersion'], resources: ec2Arns(ground, 'launch-template') },
    {
      sid: 'RollGroups',
      actions: ['autoscaling:StartInstanceRefresh', 'autoscaling:CancelInstanceRefresh', 'autoscaling:RollbackInstanceRefresh'],
      resources: groupArns(work, ground),
    },
  ]
}

/** Auto Scaling's own: neither EKS nor Karpenter replaces their machines. */
function plainly(groups: readonly StageGroup[]): readonly StageGroup[] {
  return groups.filter(({ nodeGroup, karpenter }) => nodeGroup === undefined && karpenter === undefined)
}

function groupArns({ groups }: StageWork, { partition, account }: Ground): readonly string[] {
  return plainly(groups).map(
    ({ region, name }) => `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`,
  )
}

/** The node groups that are configured; an update of one belongs to its cluster as well. */
function nodeGroupDrafts({ groups }: StageWork, { partition, account }: Ground): readonly Draft[] {
  const arns = groups.flatMap(({ region, nodeGroup }) => {
    if (nodeGroup === undefined) return []
    const { cluster, name } = nodeGroup
    const within = `arn:${partition}:eks:${region}:${account}`
    return [{ cluster: `${within}:cluster/${cluster}`, group: `${within}:nodegroup/${cluster}/${name}/*` }]
  })
  const own = arns.map(({ group }) => group)
  const clusters = [...new Set(arns.map(({ cluster }) => cluster))]
  return [
    {
      sid: 'UpdateNodeGroups',
      actions: ['eks:DescribeNodegroup', 'eks:UpdateNodegroupConfig', 'eks:UpdateNodegroupVersion'],
      resources: own,
    },
    { sid: 'FollowNodeGroups', actions: ['eks:DescribeUpdate', 'eks:ListUpdates'], resources: [...clusters, ...own] },
  ]
}

/** Tags of the account's own on images that it owns none of: the owner's are not seen here. */
function sharedDrafts({ sharedFrom }: StageWork, ground: Ground): readonly Draft[] {
  if (sharedFrom === undefined) return []
  const conditions = {
    StringEquals: { 'ec2:Owner': sharedFrom, 'aws:RequestTag/drover:purpose': ['image', 'copy'] },
  }
  return [{ sid: 'TagSharedImages', actions: ['ec2:CreateTags'], resources: ec2Arns(ground, 'image'), conditions }]
}

/** The parameters that its groups' images are in, and no other. */
function parameterDrafts({ groups }: StageWork, { partition, account }: Ground): readonly Draft[] {
  const resources = groups.flatMap(({ region, parameter }) =>
    parameter === undefined ? [] : [`arn:${partition}:ssm:${region}:${account}:parameter${parameter}`],
  )
  return [{ sid: 'WriteImageParameters', actions: ['ssm:GetParameter', 'ssm:PutParameter'], resources: [...new Set(resources)] }]
}

/** Who names a template to a group must be allowed to launch from it, though Auto Scaling does the launching. */
function launchDrafts({ owners }: StageWork, ground: Ground): readonly Draft[] {
  const fromTemplate = { 'ec2:LaunchTemplate': ec2Arns(ground, 'launch-template') }
  const parts = ['instance', 'key-pair', 'launch-template', 'network-interface', 'security-group', 'snapshot', 'subnet', 'volume']
  const tagged = ['instance', 'network-interface', 'volume']
  return [
    {
      sid: 'UseTemplates',
      actions: ['ec2:RunInstances'],
      resources: ec2Arns(ground, ...parts),
      conditions: { ArnLike: fromTemplate },
    },
    {
      sid: 'UseKnownImages',
      actions: ['ec2:RunInstances'],
      resources: ec2Arns(ground, 'image'),
      conditions: { ArnLike: fromTemplate, StringEquals: { 'ec2:Owner': owners } },
    },
    {
      sid: 'TagAsTemplatesSay',
      actions: ['ec2:CreateTags'],
      resources: ec2Arns(ground, ...tagged),
      conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
    },
    {
      sid: 'PassMachineRoles',
      actions: ['iam:PassRole'],
      resources: [iamArn(ground, 'role/*')],
      conditions: { StringEquals: { 'iam:PassedToService': servicePrincipal(ground, 'ec2') } },
    },
  ]
}

/** What it may do inside of them, each cluster says itself: by an access entry for the role. */
function clusterDrafts({ clusters }: StageWork, { partition, account, regions }: Ground): readonly Draft[] {
  const resources = regions.flatMap((region) =>
    clusters.map((name) => `arn:${partition}:eks:${region}:${account}:cluster/${name}`),
  )
  return [{ sid: 'FindClusters', actions: ['eks:DescribeCluster'], resources }]
}

/** A statement a cluster, for its name is in the name of the tag. */
function karpenterDrafts(groups: readonly StageGroup[], ground: Ground): readonly Draft[] {
  const classes = groups.flatMap(({ karpenter }) => karpenter ?? [])
  return [...new Set(classes.map(({ cluster }) => cluster))].sort().map((cluster, index) => {
    const tags = classes.filter((one) => one.cluster === cluster).flatMap((one) => Object.entries(nodeClassTags(one)))
    const valuesOf = (tag: string) => [...new Set(tags.flatMap(([key, value]) => (key === tag ? [value] : [])))].sort()
    const wanted = Object.fromEntries(tags.map(([tag]) => [`ssm:resourceTag/${tag}`, valuesOf(tag)]))
    return {
      sid: `RunOnKarpenterNodes${index + 1}`,
      actions: ['ssm:SendCommand'],
      resources: ec2Arns(ground, 'instance'),
      conditions: { StringEquals: wanted },
    }
  })
}

function commandDrafts({ groups }: StageWork, ground: Ground): readonly Draft[] {
  const { partition, regions } = ground
  const names = [...new Set(plainly(groups).map(({ name }) => name))].sort()
  const clusters = [...new Set(groups.flatMap(({ nodeGroup }) => nodeGroup?.cluster ?? []))].sort()
  const nodeGroups = [...new Set(groups.flatMap(({ nodeGroup }) => nodeGroup?.name ?? []))].sort()
  const ofNodeGroups = { 'ssm:resourceTag/eks:cluster-name': clusters, 'ssm:resourceTag/eks:nodegroup-name': nodeGroups }
  return [
    {
      sid: 'RunOnMachines',
      actions: ['ssm:SendCommand'],
      resources: names.length === 0 ? [] : ec2Arns(ground, 'instance'),
      conditions: { StringEquals: { 'ssm:resourceTag/aws:autoscaling:groupName': names } },
    },
    {
      sid: 'RunOnNodes',
      actions: ['ssm:SendCommand'],
      resources: nodeGroups.length === 0 ? [] : ec2Arns(ground, 'instance'),
      conditions: { StringEquals: ofNodeGroups },
    },
    ...karpenterDrafts(groups, ground),
    {
      sid: 'RunShellScripts',
      actions: ['ssm:SendCommand'],
      resources: regions.map((region) => `arn:${partition}:ssm:${region}::document/AWS-RunShellScript`),
    },
    {
      sid: 'ReadCommands',
      actions: ['ssm:ListCommandInvocations', 'ssm:GetCommandInvocation'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': regions } },
    },
  ]
}

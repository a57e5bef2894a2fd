// What a stage's role may do: look, roll the groups that are configured, and run tests on their machines.

import { rightsOfVerbs } from '../aws/index.ts'
import { ec2Arns, type Ground, groundOf, iamArn, servicePrincipal } from './arns.ts'
import { alarmVerbs, commandVerbs, guardDutyVerbs, inspectorVerbs, parameterVerbs, rollVerbs, useVerbs } from './duties.ts'
import { type Draft, type Statement, statementsFor } from './policy.ts'

/** What the configuration says of a stage, all families together. */
export interface StageWork {
  readonly name: string
  readonly account: string
  readonly role: string | undefined
  readonly isProduction: boolean
  readonly groups: readonly { readonly region: string; readonly name: string; readonly parameter?: string }[]
  readonly hasAlarms: boolean
  /** Tests that run on its machines. */
  readonly hasCommands: boolean
  /** Whose findings its tests ask for. */
  readonly findings: ReadonlySet<'inspector' | 'guardduty'>
  /** Whose images its groups may launch: drover's, and those of before, to go back to. */
  readonly owners: readonly string[]
}

export function stageStatements(work: StageWork): readonly Statement[] {
  const ground = groundOf(
    work.account,
    work.groups.map(({ region }) => region),
  )
  const verbs = [
    ...rollVerbs,
    ...useVerbs,
    ...(work.hasAlarms ? alarmVerbs : []),
    ...(work.hasCommands ? commandVerbs : []),
    ...(work.groups.some(({ parameter }) => parameter !== undefined) ? parameterVerbs : []),
    ...(work.findings.has('inspector') ? inspectorVerbs : []),
    ...(work.findings.has('guardduty') ? guardDutyVerbs : []),
  ]
  return statementsFor(rightsOfVerbs(verbs), [
    ...lookDrafts(ground),
    ...rollDrafts(work, ground),
    ...launchDrafts(work, ground),
    ...parameterDrafts(work, ground),
    ...commandDrafts(work, ground),
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

function rollDrafts({ groups }: StageWork, ground: Ground): readonly Draft[] {
  const { partition, account } = ground
  return [
    { sid: 'MakeTemplateVersions', actions: ['ec2:CreateLaunchTemplateVersion'], resources: ec2Arns(ground, 'launch-template') },
    {
      sid: 'RollGroups',
      actions: ['autoscaling:StartInstanceRefresh', 'autoscaling:CancelInstanceRefresh', 'autoscaling:RollbackInstanceRefresh'],
      resources: groups.map(
        ({ region, name }) => `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`,
      ),
    },
  ]
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

function commandDrafts({ groups }: StageWork, ground: Ground): readonly Draft[] {
  const { partition, regions } = ground
  const names = [...new Set(groups.map(({ name }) => name))].sort()
  return [
    {
      sid: 'RunOnMachines',
      actions: ['ssm:SendCommand'],
      resources: ec2Arns(ground, 'instance'),
      conditions: { StringEquals: { 'ssm:resourceTag/aws:autoscaling:groupName': names } },
    },
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

// Which actions of AWS each verb of the Cloud port needs, as policies write them; kept in step with the commands beside it by a test.

import type { CloudAt } from '../ports/index.ts'

export type CloudVerb = Exclude<keyof CloudAt, 'place'>

/** `service:Action`. */
export type Right = `${string}:${string}`

/** What each verb calls. */
export const calls = {
  identity: ['sts:GetCallerIdentity'],
  findImages: ['ec2:DescribeImages'],
  describeImage: ['ec2:DescribeImages'],
  copyImage: ['ec2:CopyImage'],
  shareImage: ['ec2:ModifySnapshotAttribute', 'ec2:ModifyImageAttribute'],
  launchPermissions: ['ec2:DescribeImageAttribute'],
  discardImage: ['ec2:DeregisterImage', 'ec2:DeleteSnapshot'],
  tag: ['ec2:CreateTags'],
  describeKey: ['kms:DescribeKey'],
  grantsOf: ['kms:ListGrants'],
  keyPolicy: ['kms:GetKeyPolicy'],
  launch: ['ec2:RunInstances'],
  describeInstances: ['ec2:DescribeInstances'],
  terminate: ['ec2:TerminateInstances'],
  reboot: ['ec2:RebootInstances'],
  consoleOutput: ['ec2:GetConsoleOutput'],
  importKeyPair: ['ec2:ImportKeyPair'],
  findKeyPairs: ['ec2:DescribeKeyPairs'],
  deleteKeyPair: ['ec2:DeleteKeyPair'],
  createSecurityGroup: ['ec2:CreateSecurityGroup', 'ec2:AuthorizeSecurityGroupIngress', 'ec2:DeleteSecurityGroup'],
  findSecurityGroups: ['ec2:DescribeSecurityGroups'],
  deleteSecurityGroup: ['ec2:DeleteSecurityGroup'],
  findVolumes: ['ec2:DescribeVolumes'],
  deleteVolume: ['ec2:DeleteVolume'],
  describeTemplateVersion: ['ec2:DescribeLaunchTemplateVersions'],
  everyTemplate: ['ec2:DescribeLaunchTemplateVersions'],
  listTemplateVersions: ['ec2:DescribeLaunchTemplateVersions'],
  createTemplateVersion: ['ec2:DescribeLaunchTemplateVersions', 'ec2:CreateLaunchTemplateVersion'],
  describeGroups: ['autoscaling:DescribeAutoScalingGroups'],
  describeRefreshes: ['autoscaling:DescribeInstanceRefreshes'],
  startRefresh: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:StartInstanceRefresh'],
  cancelRefresh: ['autoscaling:CancelInstanceRefresh'],
  rollbackRefresh: ['autoscaling:RollbackInstanceRefresh'],
  scalingActivities: ['autoscaling:DescribeScalingActivities'],
  describeNodeGroup: ['eks:DescribeNodegroup'],
  nodeGroupUpdates: ['eks:ListUpdates', 'eks:DescribeUpdate'],
  nodeGroupUpdate: ['eks:DescribeUpdate'],
  updateNodeGroup: ['eks:UpdateNodegroupVersion'],
  limitNodeGroup: ['eks:UpdateNodegroupConfig'],
  clusterDoor: ['eks:DescribeCluster'],
  alarms: ['cloudwatch:DescribeAlarms'],
  alarmHistory: ['cloudwatch:DescribeAlarmHistory'],
  alarmRings: ['cloudwatch:DescribeAlarmHistory'],
  sendCommand: ['ssm:SendCommand'],
  commandInvocations: ['ssm:ListCommandInvocations', 'ssm:GetCommandInvocation'],
  beginSession: ['ssm:StartSession'],
  endSession: ['ssm:TerminateSession'],
  parameter: ['ssm:GetParameter'],
  imageParameter: ['ssm:GetParameter'],
  putImageParameter: ['ssm:PutParameter'],
  zones: ['ec2:DescribeAvailabilityZones'],
  defaultNetwork: ['ec2:DescribeVpcs', 'ec2:DescribeSubnets'],
  everyInstance: ['ec2:DescribeInstances'],
  everyGroup: ['autoscaling:DescribeAutoScalingGroups'],
  instanceTypes: ['ec2:DescribeInstanceTypes'],
  lifecycleHooks: ['autoscaling:DescribeLifecycleHooks'],
  subnets: ['ec2:DescribeSubnets'],
  quota: ['servicequotas:GetServiceQuota'],
  snapshotSizes: ['ec2:DescribeSnapshots'],
  ownImages: ['ec2:DescribeImages'],
  launchedImage: ['ec2:DescribeLaunchTemplateVersions'],
  launchConfigurations: ['autoscaling:DescribeLaunchConfigurations'],
  launchConfiguration: ['autoscaling:DescribeLaunchConfigurations'],
  createTemplate: ['ec2:CreateLaunchTemplate', 'ec2:DescribeLaunchTemplateVersions'],
  launchFrom: ['autoscaling:UpdateAutoScalingGroup'],
  deprecateImage: ['ec2:EnableImageDeprecation'],
  disableImage: ['ec2:DisableImage'],
  enableImage: ['ec2:EnableImage'],
  allowLaunch: ['ec2:ModifyImageAttribute'],
  deregisterImage: ['ec2:DeregisterImage'],
  taggedResources: ['ec2:DescribeTags'],
  deleteSnapshot: ['ec2:DeleteSnapshot'],
  scanCoverage: ['inspector2:ListCoverage'],
  vulnerabilities: ['inspector2:ListFindings'],
  threats: ['guardduty:ListDetectors', 'guardduty:GetDetector', 'guardduty:ListFindings', 'guardduty:GetFindings'],
  publish: ['sns:Publish'],
  sendEmail: ['ses:SendEmail'],
} as const satisfies Readonly<Record<CloudVerb, readonly Right[]>>

/** What taking a role calls, and what the ledger's bucket is asked for; the bucket's listing goes by another name in policies. */
export const sessionCalls = ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'] as const satisfies readonly Right[]
/** Evidence is also asked for its size, which reading allows. */
export const ledgerCalls = [
  's3:GetBucketVersioning',
  's3:GetObjectLockConfiguration',
  's3:GetObject',
  's3:PutObject',
  's3:ListObjectsV2',
  's3:HeadObject',
] as const satisfies readonly Right[]

/** What AWS asks of the caller beside the action itself: for tags given on creation, for a machine's role, for the key of a disk. */
const beside: Readonly<Record<Right, readonly Right[]>> = {
  'ec2:RunInstances': ['ec2:CreateTags', 'iam:PassRole'],
  'ec2:ImportKeyPair': ['ec2:CreateTags'],
  'ec2:CreateKeyPair': ['ec2:CreateTags'],
  'ec2:CreateSecurityGroup': ['ec2:CreateTags'],
  'ec2:CreateImage': ['ec2:CreateTags'],
  'ec2:CopyImage': ['ec2:CreateTags'],
  // For the tags that a session has; one taken by OIDC has none, and needs no right of whoever takes it.
  'sts:AssumeRole': ['sts:TagSession'],
  // It takes the snapshots along.
  'ec2:DeregisterImage': ['ec2:DeleteSnapshot'],
  // "Users without this permission receive an error that they are not authorized to use the launch template"
  // [doc: ec2-auto-scaling-launch-template-permissions].
  'autoscaling:StartInstanceRefresh': ['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole'],
  // Where a template names its image by a parameter: "anyone who uses the launch template also needs" it, and so does whoever has it
  // resolved [doc: using-systems-manager-parameters].
  'ec2:DescribeLaunchTemplateVersions': ['ssm:GetParameters'],
  // "Must have permissions for ec2:RunInstances and ec2:CreateTags"; the role of its nodes EKS has already [doc: eks/launch-templates].
  'eks:UpdateNodegroupVersion': ['ec2:RunInstances', 'ec2:CreateTags'],
  // The plugin opens the session's channel, signed as whoever began it [doc: getting-started-restrict-access-quickstart].
  'ssm:StartSession': ['ssmmessages:OpenDataChannel'],
  'autoscaling:UpdateAutoScalingGroup': ['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole'],
}

/** "No permissions are required to perform this operation" [doc: GetCallerIdentity]. */
const free: readonly Right[] = ['sts:GetCallerIdentity']

/** Everything a caller of those actions must be allowed. */
export function rightsFor(actions: Iterable<Right>): ReadonlySet<Right> {
  const wanted = [...actions].filter((action) => !free.includes(action))
  return new Set(wanted.flatMap((action) => [action, ...(beside[action] ?? [])]))
}

/** Everything a user of those verbs must be allowed. */
export function rightsOfVerbs(verbs: Iterable<CloudVerb>): ReadonlySet<Right> {
  return rightsFor([...verbs].flatMap((verb): readonly Right[] => calls[verb]))
}

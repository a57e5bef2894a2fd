// Which verbs of the cloud each role's work takes, and what Packer calls by itself with the images' role.

import type { CloudVerb, Right } from '../aws/index.ts'

/** In the images' account, home region: pinning bases, Packer's leftovers, fresh machines, shares. */
export const homeVerbs = [
  'findImages',
  'describeImage',
  'shareImage',
  'launchPermissions',
  'discardImage',
  'tag',
  'snapshotSizes',
  'subnets',
  'launch',
  'describeInstances',
  'terminate',
  'reboot',
  'importKeyPair',
  'findKeyPairs',
  'deleteKeyPair',
  'createSecurityGroup',
  'findSecurityGroups',
  'deleteSecurityGroup',
  'findVolumes',
  'deleteVolume',
] as const satisfies readonly CloudVerb[]

/** `drover fleet` looks at the images' account too: what runs there, and what its groups would launch. */
export const fleetVerbs = [
  'everyInstance',
  'everyGroup',
  'describeTemplateVersion',
  'describeImage',
] as const satisfies readonly CloudVerb[]

/** In the images' account, every other region: copies and their shares. */
export const copyVerbs = [
  'findImages',
  'describeImage',
  'copyImage',
  'discardImage',
  'shareImage',
  'launchPermissions',
] as const satisfies readonly CloudVerb[]

/** In the images' account, every region with a key, and in a stage's that has keys of its own. */
export const keyVerbs = ['describeKey', 'grantsOf', 'keyPolicy'] as const satisfies readonly CloudVerb[]

/** In a stage's account. */
export const rollVerbs = [
  'describeImage',
  'describeInstances',
  'describeTemplateVersion',
  'createTemplateVersion',
  'describeGroups',
  'everyGroup',
  'describeRefreshes',
  'startRefresh',
  'cancelRefresh',
  'rollbackRefresh',
  'scalingActivities',
  'everyInstance',
  'instanceTypes',
  'lifecycleHooks',
  'subnets',
  'quota',
] as const satisfies readonly CloudVerb[]

/** In the account of a stage with nodes of Karpenter only, which are not drover's to roll. */
export const lookVerbs = ['describeImage', 'describeInstances'] as const satisfies readonly CloudVerb[]

/** In the images' account, every region: taking images out of use and back, and sweeping what bakes have left. */
export const retireVerbs = [
  'ownImages',
  'describeImage',
  'launchPermissions',
  'deprecateImage',
  'disableImage',
  'enableImage',
  'allowLaunch',
  'deregisterImage',
  'taggedResources',
  'terminate',
  'findKeyPairs',
  'deleteKeyPair',
  'deleteSnapshot',
  'deleteVolume',
  'deleteSecurityGroup',
] as const satisfies readonly CloudVerb[]

/** In every account: what would still launch an image. */
export const useVerbs = [
  'everyInstance',
  'everyGroup',
  'everyTemplate',
  'describeRefreshes',
  'launchedImage',
  'launchConfigurations',
] as const satisfies readonly CloudVerb[]

/** In the account of a stage that images are shared with. */
export const sharedVerbs = ['tag'] as const satisfies readonly CloudVerb[]

/** For stages with alarms, and for stages with tests that run on machines. */
export const alarmVerbs = ['alarms', 'alarmHistory', 'alarmRings'] as const satisfies readonly CloudVerb[]
export const commandVerbs = ['sendCommand', 'commandInvocations'] as const satisfies readonly CloudVerb[]

/** Where build machines and fresh machines are reached through sessions. */
export const sessionVerbs = ['beginSession', 'endSession'] as const satisfies readonly CloudVerb[]

/** For families whose base AWS publishes the ID of. */
export const baseVerbs = ['parameter'] as const satisfies readonly CloudVerb[]

/** For stages with groups that are rolled by a parameter. */
export const parameterVerbs = ['imageParameter', 'putImageParameter'] as const satisfies readonly CloudVerb[]

/** For stages with managed node groups of EKS. */
export const nodeGroupVerbs = [
  'describeNodeGroup',
  'nodeGroupUpdates',
  'nodeGroupUpdate',
  'updateNodeGroup',
  'limitNodeGroup',
] as const satisfies readonly CloudVerb[]

/** For stages whose nodes are tested in a cluster of EKS. */
export const clusterVerbs = ['clusterDoor'] as const satisfies readonly CloudVerb[]

/** `drover migrate`, for those who ask for its rights. */
export const migrationVerbs = [
  'describeGroups',
  'describeRefreshes',
  'describeTemplateVersion',
  'launchConfiguration',
  'createTemplate',
  'launchFrom',
] as const satisfies readonly CloudVerb[]

/** For stages with tests for findings. */
export const inspectorVerbs = ['scanCoverage', 'vulnerabilities'] as const satisfies readonly CloudVerb[]
export const guardDutyVerbs = ['threats'] as const satisfies readonly CloudVerb[]

/** Read off the source of Packer's amazon plugin 1.8.0, for drover's own template. */
export const packerCalls = [
  'ec2:DescribeRegions',
  'ec2:DescribeImages',
  'ec2:DescribeVpcs',
  'ec2:DescribeSubnets',
  'ec2:DescribeInstanceTypeOfferings',
  'iam:GetInstanceProfile',
  'ec2:CreateKeyPair',
  'ec2:CreateSecurityGroup',
  'ec2:DescribeSecurityGroups',
  'ec2:AuthorizeSecurityGroupIngress',
  'ec2:RunInstances',
  'ec2:CreateTags',
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceStatus',
  'ec2:StopInstances',
  'ec2:CreateImage',
  'ec2:ModifyImageAttribute',
  'ec2:ModifySnapshotAttribute',
  'ec2:DescribeSnapshots',
  'ec2:DeregisterImage',
  'ec2:DeleteSnapshot',
  'ec2:TerminateInstances',
  'ec2:DescribeVolumes',
  'ec2:DeleteVolume',
  'ec2:DeleteSecurityGroup',
  'ec2:DeleteKeyPair',
] as const satisfies readonly Right[]

/** The same, where it reaches its machine through a session. */
export const sessionCallsOfPacker = ['ssm:StartSession', 'ssm:TerminateSession'] as const satisfies readonly Right[]

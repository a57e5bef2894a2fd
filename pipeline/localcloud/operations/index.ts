// Every action this cloud implements, by service; what is not in this table is refused by name.

import type { ServiceName } from '../wire/service.ts'
import * as groupDescriptions from './autoscaling/describe-groups.ts'
import * as groupInstances from './autoscaling/group-instances.ts'
import * as groups from './autoscaling/groups.ts'
import * as refreshes from './autoscaling/instance-refresh.ts'
import * as launchConfigurations from './autoscaling/launch-configurations.ts'
import * as hooks from './autoscaling/lifecycle-hooks.ts'
import * as groupExtras from './autoscaling/processes-and-tags.ts'
import * as aside from './autoscaling/set-aside.ts'
import * as attached from './autoscaling/target-groups.ts'
import * as alarms from './cloudwatch/alarms.ts'
import * as metrics from './cloudwatch/metric-reads.ts'
import { putMetricData } from './cloudwatch/put-metric-data.ts'
import { copyImage, copySnapshot } from './ec2/copy-image.ts'
import { createImage } from './ec2/create-image.ts'
import { describeImages } from './ec2/describe-images.ts'
import { describeInstanceStatus, describeInstances } from './ec2/describe-instances.ts'
import * as imageAttributes from './ec2/image-attribute.ts'
import * as imageSettings from './ec2/image-settings.ts'
import * as instanceAttributes from './ec2/instance-attribute.ts'
import { rebootInstances, startInstances, stopInstances, terminateInstances } from './ec2/instance-power.ts'
import { describeInstanceTypeOfferings, describeInstanceTypes } from './ec2/instance-types.ts'
import * as keyPairs from './ec2/key-pairs.ts'
import * as templateVersions from './ec2/launch-template-versions.ts'
import * as templates from './ec2/launch-templates.ts'
import { describeAvailabilityZones, describeRegions, describeSubnets, describeVpcs } from './ec2/places.ts'
import { runInstances } from './ec2/run-instances.ts'
import * as access from './ec2/security-group-access.ts'
import * as securityGroups from './ec2/security-groups.ts'
import * as sharing from './ec2/sharing-settings.ts'
import * as snapshots from './ec2/snapshots.ts'
import * as tags from './ec2/tags.ts'
import { deleteVolume, describeVolumes } from './ec2/volumes.ts'
import * as clusters from './eks/clusters.ts'
import { createNodegroup } from './eks/create-node-group.ts'
import * as nodeUpdates from './eks/node-group-updates.ts'
import * as nodeGroups from './eks/node-groups.ts'
import * as targetGroups from './elb/target-groups.ts'
import * as profiles from './iam/instance-profiles.ts'
import * as managedPolicies from './iam/managed-policies.ts'
import * as rolePolicies from './iam/role-policies.ts'
import * as roles from './iam/roles.ts'
import * as keyAliases from './kms/aliases.ts'
import * as grants from './kms/grants.ts'
import * as keys from './kms/keys.ts'
import * as keyPolicies from './kms/policies.ts'
import type { AnyOperation } from './operation.ts'
import { getServiceQuota } from './servicequotas/get-service-quota.ts'
import { getCommandInvocation, listCommandInvocations } from './ssm/command-invocations.ts'
import * as commands from './ssm/commands.ts'
import { describeInstanceInformation } from './ssm/instance-information.ts'
import * as machineSessions from './ssm/machine-sessions.ts'
import * as parameters from './ssm/parameters.ts'
import { sendCommand } from './ssm/send-command.ts'
import { assumeRole, getCallerIdentity } from './sts/identity.ts'
import { assumeRoleWithWebIdentity } from './sts/web-identity.ts'

export function operationOf(service: ServiceName, action: string): AnyOperation | undefined {
  const actions: Readonly<Record<string, AnyOperation>> = operations[service]
  return Object.hasOwn(actions, action) ? actions[action] : undefined
}

export const operations = {
  ec2: {
    AuthorizeSecurityGroupEgress: access.authorizeSecurityGroupEgress,
    AuthorizeSecurityGroupIngress: access.authorizeSecurityGroupIngress,
    CopyImage: copyImage,
    CopySnapshot: copySnapshot,
    CreateImage: createImage,
    CreateKeyPair: keyPairs.createKeyPair,
    CreateLaunchTemplate: templates.createLaunchTemplate,
    CreateLaunchTemplateVersion: templateVersions.createLaunchTemplateVersion,
    CreateSecurityGroup: securityGroups.createSecurityGroup,
    CreateTags: tags.createTags,
    DeleteKeyPair: keyPairs.deleteKeyPair,
    DeleteLaunchTemplate: templates.deleteLaunchTemplate,
    DeleteLaunchTemplateVersions: templateVersions.deleteLaunchTemplateVersions,
    DeleteSecurityGroup: securityGroups.deleteSecurityGroup,
    DeleteSnapshot: snapshots.deleteSnapshot,
    DeleteTags: tags.deleteTags,
    DeleteVolume: deleteVolume,
    DeregisterImage: imageSettings.deregisterImage,
    DescribeAvailabilityZones: describeAvailabilityZones,
    DescribeImageAttribute: imageAttributes.describeImageAttribute,
    DescribeImages: describeImages,
    DescribeInstanceAttribute: instanceAttributes.describeInstanceAttribute,
    DescribeInstanceStatus: describeInstanceStatus,
    DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
    DescribeInstanceTypes: describeInstanceTypes,
    DescribeInstances: describeInstances,
    DescribeKeyPairs: keyPairs.describeKeyPairs,
    DescribeLaunchTemplateVersions: templateVersions.describeLaunchTemplateVersions,
    DescribeLaunchTemplates: templates.describeLaunchTemplates,
    DescribeRegions: describeRegions,
    DescribeSecurityGroupRules: securityGroups.describeSecurityGroupRules,
    DescribeSecurityGroups: securityGroups.describeSecurityGroups,
    DescribeSnapshotAttribute: snapshots.describeSnapshotAttribute,
    DescribeSnapshots: snapshots.describeSnapshots,
    DescribeSubnets: describeSubnets,
    DescribeTags: tags.describeTags,
    DescribeVolumes: describeVolumes,
    DescribeVpcs: describeVpcs,
    DisableAllowedImagesSettings: sharing.disableAllowedImagesSettings,
    DisableImage: imageSettings.disableImage,
    DisableImageBlockPublicAccess: sharing.disableImageBlockPublicAccess,
    DisableImageDeprecation: imageSettings.disableImageDeprecation,
    DisableImageDeregistrationProtection: imageSettings.disableImageDeregistrationProtection,
    DisableSnapshotBlockPublicAccess: sharing.disableSnapshotBlockPublicAccess,
    EnableAllowedImagesSettings: sharing.enableAllowedImagesSettings,
    EnableImage: imageSettings.enableImage,
    EnableImageBlockPublicAccess: sharing.enableImageBlockPublicAccess,
    EnableImageDeprecation: imageSettings.enableImageDeprecation,
    EnableImageDeregistrationProtection: imageSettings.enableImageDeregistrationProtection,
    EnableSnapshotBlockPublicAccess: sharing.enableSnapshotBlockPublicAccess,
    GetAllowedImagesSettings: sharing.getAllowedImagesSettings,
    GetConsoleOutput: instanceAttributes.getConsoleOutput,
    GetImageBlockPublicAccessState: sharing.getImageBlockPublicAccessState,
    GetSnapshotBlockPublicAccessState: sharing.getSnapshotBlockPublicAccessState,
    ImportKeyPair: keyPairs.importKeyPair,
    ModifyImageAttribute: imageAttributes.modifyImageAttribute,
    ModifyInstanceAttribute: instanceAttributes.modifyInstanceAttribute,
    ModifyLaunchTemplate: templates.modifyLaunchTemplate,
    ModifySnapshotAttribute: snapshots.modifySnapshotAttribute,
    RebootInstances: rebootInstances,
    ReplaceImageCriteriaInAllowedImagesSettings: sharing.replaceImageCriteria,
    ResetImageAttribute: imageAttributes.resetImageAttribute,
    RevokeSecurityGroupEgress: access.revokeSecurityGroupEgress,
    RevokeSecurityGroupIngress: access.revokeSecurityGroupIngress,
    RunInstances: runInstances,
    StartInstances: startInstances,
    StopInstances: stopInstances,
    TerminateInstances: terminateInstances,
  },
  autoscaling: {
    AttachInstances: aside.attachInstances,
    AttachLoadBalancerTargetGroups: attached.attachLoadBalancerTargetGroups,
    CancelInstanceRefresh: refreshes.cancelInstanceRefresh,
    CompleteLifecycleAction: hooks.completeLifecycleAction,
    CreateAutoScalingGroup: groups.createAutoScalingGroup,
    CreateLaunchConfiguration: launchConfigurations.createLaunchConfiguration,
    CreateOrUpdateTags: groupExtras.createOrUpdateTags,
    DeleteAutoScalingGroup: groups.deleteAutoScalingGroup,
    DeleteLaunchConfiguration: launchConfigurations.deleteLaunchConfiguration,
    DeleteLifecycleHook: hooks.deleteLifecycleHook,
    DeleteTags: groupExtras.deleteTags,
    DescribeAutoScalingGroups: groupDescriptions.describeAutoScalingGroups,
    DescribeAutoScalingInstances: groupDescriptions.describeAutoScalingInstances,
    DescribeInstanceRefreshes: refreshes.describeInstanceRefreshes,
    DescribeLaunchConfigurations: launchConfigurations.describeLaunchConfigurations,
    DescribeLifecycleHookTypes: hooks.describeLifecycleHookTypes,
    DescribeLifecycleHooks: hooks.describeLifecycleHooks,
    DescribeLoadBalancerTargetGroups: attached.describeLoadBalancerTargetGroups,
    DescribeScalingActivities: groupDescriptions.describeScalingActivities,
    DescribeTags: groupExtras.describeTags,
    DetachInstances: aside.detachInstances,
    DetachLoadBalancerTargetGroups: attached.detachLoadBalancerTargetGroups,
    EnterStandby: aside.enterStandby,
    ExitStandby: aside.exitStandby,
    PutLifecycleHook: hooks.putLifecycleHook,
    RecordLifecycleActionHeartbeat: hooks.recordLifecycleActionHeartbeat,
    ResumeProcesses: groupExtras.resumeProcesses,
    RollbackInstanceRefresh: refreshes.rollbackInstanceRefresh,
    SetDesiredCapacity: groups.setDesiredCapacity,
    SetInstanceHealth: groupInstances.setInstanceHealth,
    SetInstanceProtection: groupInstances.setInstanceProtection,
    StartInstanceRefresh: refreshes.startInstanceRefresh,
    SuspendProcesses: groupExtras.suspendProcesses,
    TerminateInstanceInAutoScalingGroup: groupInstances.terminateInstanceInAutoScalingGroup,
    UpdateAutoScalingGroup: groups.updateAutoScalingGroup,
  },
  sts: {
    AssumeRole: assumeRole,
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    GetCallerIdentity: getCallerIdentity,
  },
  ssm: {
    CancelCommand: commands.cancelCommand,
    DeleteParameter: parameters.deleteParameter,
    DeleteParameters: parameters.deleteParameters,
    DescribeInstanceInformation: describeInstanceInformation,
    DescribeSessions: machineSessions.describeSessions,
    GetCommandInvocation: getCommandInvocation,
    GetParameter: parameters.getParameter,
    GetParameters: parameters.getParameters,
    GetParametersByPath: parameters.getParametersByPath,
    ListCommandInvocations: listCommandInvocations,
    ListCommands: commands.listCommands,
    PutParameter: parameters.putParameter,
    ResumeSession: machineSessions.resumeSession,
    SendCommand: sendCommand,
    StartSession: machineSessions.startSession,
    TerminateSession: machineSessions.terminateSession,
  },
  monitoring: {
    DeleteAlarms: alarms.deleteAlarms,
    DescribeAlarmHistory: alarms.describeAlarmHistory,
    DescribeAlarms: alarms.describeAlarms,
    GetMetricData: metrics.getMetricData,
    GetMetricStatistics: metrics.getMetricStatistics,
    ListMetrics: metrics.listMetrics,
    PutMetricAlarm: alarms.putMetricAlarm,
    PutMetricData: putMetricData,
    SetAlarmState: alarms.setAlarmState,
  },
  iam: {
    AddRoleToInstanceProfile: profiles.addRoleToInstanceProfile,
    AttachRolePolicy: rolePolicies.attachRolePolicy,
    CreateInstanceProfile: profiles.createInstanceProfile,
    CreatePolicy: managedPolicies.createPolicy,
    CreateRole: roles.createRole,
    DeleteInstanceProfile: profiles.deleteInstanceProfile,
    DeletePolicy: managedPolicies.deletePolicy,
    DeleteRole: roles.deleteRole,
    DeleteRolePolicy: rolePolicies.deleteRolePolicy,
    DetachRolePolicy: rolePolicies.detachRolePolicy,
    GetInstanceProfile: profiles.getInstanceProfile,
    GetPolicy: managedPolicies.getPolicy,
    GetPolicyVersion: managedPolicies.getPolicyVersion,
    GetRole: roles.getRole,
    GetRolePolicy: rolePolicies.getRolePolicy,
    ListAttachedRolePolicies: rolePolicies.listAttachedRolePolicies,
    ListInstanceProfiles: profiles.listInstanceProfiles,
    ListPolicies: managedPolicies.listPolicies,
    ListRolePolicies: rolePolicies.listRolePolicies,
    ListRoles: roles.listRoles,
    PutRolePolicy: rolePolicies.putRolePolicy,
    RemoveRoleFromInstanceProfile: profiles.removeRoleFromInstanceProfile,
    UpdateAssumeRolePolicy: roles.updateAssumeRolePolicy,
  },
  elasticloadbalancing: {
    CreateTargetGroup: targetGroups.createTargetGroup,
    DeleteTargetGroup: targetGroups.deleteTargetGroup,
    DeregisterTargets: targetGroups.deregisterTargets,
    DescribeTargetGroups: targetGroups.describeTargetGroups,
    DescribeTargetHealth: targetGroups.describeTargetHealth,
    ModifyTargetGroup: targetGroups.modifyTargetGroup,
    RegisterTargets: targetGroups.registerTargets,
  },
  kms: {
    CancelKeyDeletion: keys.cancelKeyDeletion,
    CreateAlias: keyAliases.createAlias,
    CreateGrant: grants.createGrant,
    CreateKey: keys.createKey,
    DeleteAlias: keyAliases.deleteAlias,
    DescribeKey: keys.describeKey,
    DisableKey: keys.disableKey,
    EnableKey: keys.enableKey,
    GetKeyPolicy: keyPolicies.getKeyPolicy,
    ListAliases: keyAliases.listAliases,
    ListGrants: grants.listGrants,
    ListKeys: keys.listKeys,
    PutKeyPolicy: keyPolicies.putKeyPolicy,
    RetireGrant: grants.retireGrant,
    RevokeGrant: grants.revokeGrant,
    ScheduleKeyDeletion: keys.scheduleKeyDeletion,
  },
  eks: {
    CreateCluster: clusters.createCluster,
    CreateNodegroup: createNodegroup,
    DeleteCluster: clusters.deleteCluster,
    DeleteNodegroup: nodeGroups.deleteNodegroup,
    DescribeCluster: clusters.describeCluster,
    DescribeNodegroup: nodeGroups.describeNodegroup,
    DescribeUpdate: nodeUpdates.describeUpdate,
    ListClusters: clusters.listClusters,
    ListNodegroups: nodeGroups.listNodegroups,
    ListUpdates: nodeUpdates.listUpdates,
    UpdateNodegroupConfig: nodeUpdates.updateNodegroupConfig,
    UpdateNodegroupVersion: nodeUpdates.updateNodegroupVersion,
  },
  servicequotas: {
    GetServiceQuota: getServiceQuota,
  },
} satisfies Record<ServiceName, Readonly<Record<string, AnyOperation>>>

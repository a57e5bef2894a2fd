// CreateLaunchConfiguration, DescribeLaunchConfigurations, DeleteLaunchConfiguration.

import type {
  CreateLaunchConfigurationType,
  LaunchConfigurationNamesType,
  LaunchConfigurationNameType,
  LaunchConfigurationsType,
  LaunchConfiguration as WireConfiguration,
} from '@aws-sdk/client-auto-scaling'
import { isConfiguration } from '../../store/group.ts'
import type { LaunchConfiguration } from '../../store/launch-configuration.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { validation } from './group-input.ts'

/** "Launch configurations per Region: 200" [doc: ec2-auto-scaling-quotas]. */
const mostConfigurations = 200

/**
 * As in an account of before: "New accounts created on or after October 1, 2024 can't create new launch configurations by any method"
 * [doc: launch-configurations].
 */
export const createLaunchConfiguration = operation<CreateLaunchConfigurationType, object>({
  handles: [
    'AssociatePublicIpAddress',
    'BlockDeviceMappings',
    'ClassicLinkVPCId',
    'ClassicLinkVPCSecurityGroups',
    'EbsOptimized',
    'IamInstanceProfile',
    'ImageId',
    'InstanceMonitoring',
    'InstanceType',
    'KernelId',
    'KeyName',
    'LaunchConfigurationName',
    'MetadataOptions',
    'PlacementTenancy',
    'RamdiskId',
    'SecurityGroups',
    'SpotPrice',
    'UserData',
  ],
  run({ input, draft, place, account, region, now }) {
    const { LaunchConfigurationName, ...data } = input
    const name = LaunchConfigurationName ?? ''
    if (name === '') throw validation('LaunchConfigurationName is required')
    if (draft.get(place, 'launchConfigurations', name) !== undefined) {
      throw new ApiFault(
        'AlreadyExists',
        `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`,
      )
    }
    if (draft.rows(place, 'launchConfigurations').length >= mostConfigurations)
      throw new ApiFault('LimitExceeded', `You have reached the limit of ${mostConfigurations} launch configurations.`)
    required(data.ImageId, 'ImageId')
    required(data.InstanceType, 'InstanceType')
    const arn = `arn:aws:autoscaling:${region}:${account}:launchConfiguration:${draft.mintUuid()}:launchConfigurationName/${name}`
    // "The default value is true (enabled)" for monitoring, "false" for EBS [doc: CreateLaunchConfiguration].
    const defaults = { InstanceMonitoring: { Enabled: true }, EbsOptimized: false }
    draft.put(place, 'launchConfigurations', name, { name, arn, createdAt: now, data: { ...defaults, ...written(data) } })
    return {}
  },
})

/** What was left out is no member. */
function written(data: Omit<CreateLaunchConfigurationType, 'LaunchConfigurationName'>): LaunchConfiguration['data'] {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as LaunchConfiguration['data']
}

export const describeLaunchConfigurations = operation<LaunchConfigurationNamesType, LaunchConfigurationsType>({
  handles: ['LaunchConfigurationNames', 'MaxRecords', 'NextToken'],
  run({ input, draft, place }) {
    const names = new Set(input.LaunchConfigurationNames)
    const rows = draft
      .rows(place, 'launchConfigurations')
      .filter(({ name }) => names.size === 0 || names.has(name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const request = { size: input.MaxRecords, token: input.NextToken, largest: 100, badToken: 'InvalidNextToken' }
    const page = pageOf(rows, ({ name }) => name, request)
    return { NextToken: page.nextToken, LaunchConfigurations: page.rows.map(view) }
  },
})

/** Lists that nothing was said of are answered empty, texts as empty texts, as AWS does. */
function view({ name, arn, createdAt, data }: LaunchConfiguration): WireConfiguration {
  return {
    LaunchConfigurationName: name,
    LaunchConfigurationARN: arn,
    CreatedTime: new Date(createdAt),
    KeyName: '',
    SecurityGroups: [],
    ClassicLinkVPCSecurityGroups: [],
    UserData: '',
    KernelId: '',
    RamdiskId: '',
    BlockDeviceMappings: [],
    ...data,
  }
}

/** "The launch configuration must not be attached to an Auto Scaling group" [doc: DeleteLaunchConfiguration]. */
export const deleteLaunchConfiguration = operation<LaunchConfigurationNameType, object>({
  handles: ['LaunchConfigurationName'],
  run({ input, draft, place }) {
    const name = input.LaunchConfigurationName ?? ''
    if (draft.get(place, 'launchConfigurations', name) === undefined)
      throw validation(`Launch configuration name not found - Launch configuration ${name} not found`)
    const user = draft.rows(place, 'groups').find(({ launch }) => isConfiguration(launch) && launch.configuration === name)
    if (user !== undefined) {
      throw new ApiFault(
        'ResourceInUse',
        `Cannot delete launch configuration ${name} because it is attached to AutoScalingGroup ${user.name}`,
      )
    }
    draft.remove(place, 'launchConfigurations', name)
    return {}
  },
})

// Every kind of thing the cloud holds, one table each; rows are values and never change in place.

import type { OrderedMap } from 'immutable'
import type { AccessKey, Account, CloudSettings, IdentityProvider, InstanceProfile, LayerRow } from './account.ts'
import type { Alarm } from './alarm.ts'
import type { Activity, Group } from './group.ts'
import type { Image } from './image.ts'
import type { Instance } from './instance.ts'
import type { KeyPair } from './key-pair.ts'
import type { KmsAlias, KmsKey } from './kms-key.ts'
import type { LaunchConfiguration } from './launch-configuration.ts'
import type { LaunchTemplate, TemplateVersion } from './launch-template.ts'
import type { MachineSession } from './machine-session.ts'
import type { MetricHour } from './metric.ts'
import type { GivenAddress, SecurityGroup, Subnet, Vpc } from './network.ts'
import type { Cluster, NodeGroup, NodeGroupUpdate } from './node-group.ts'
import type { Parameter } from './parameter.ts'
import type { Refresh } from './refresh.ts'
import type { RegionSettings } from './region-settings.ts'
import type { ManagedPolicy, Role } from './role.ts'
import type { ShellCommand } from './shell-command.ts'
import type { TargetGroup } from './target-group.ts'
import type { Snapshot, Volume } from './volume.ts'

export interface Tables {
  readonly accounts: Account
  readonly accessKeys: AccessKey
  readonly identityProviders: IdentityProvider
  readonly instanceProfiles: InstanceProfile
  readonly roles: Role
  readonly managedPolicies: ManagedPolicy
  readonly layers: LayerRow
  readonly settings: CloudSettings
  readonly images: Image
  readonly snapshots: Snapshot
  readonly volumes: Volume
  readonly instances: Instance
  readonly keyPairs: KeyPair
  readonly securityGroups: SecurityGroup
  readonly vpcs: Vpc
  readonly subnets: Subnet
  readonly addresses: GivenAddress
  readonly launchTemplates: LaunchTemplate
  readonly templateVersions: TemplateVersion
  readonly launchConfigurations: LaunchConfiguration
  readonly groups: Group
  readonly refreshes: Refresh
  readonly activities: Activity
  readonly parameters: Parameter
  readonly shellCommands: ShellCommand
  readonly machineSessions: MachineSession
  readonly alarms: Alarm
  readonly metrics: MetricHour
  readonly regionSettings: RegionSettings
  readonly targetGroups: TargetGroup
  readonly kmsKeys: KmsKey
  readonly kmsAliases: KmsAlias
  readonly clusters: Cluster
  readonly nodeGroups: NodeGroup
  readonly nodeGroupUpdates: NodeGroupUpdate
}

export type TableName = keyof Tables

/** By ID, in the order in which rows came. A change makes another table that shares all the rest. */
export type Table<K extends TableName> = OrderedMap<string, Tables[K]>

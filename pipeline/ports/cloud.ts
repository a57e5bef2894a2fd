// The verbs drover needs of AWS, in drover's words. One adapter implements it; which cloud answers, it never knows.

import type { NodeGroupName, NodeGroupState, NodeGroupUpdate, UnavailableLimit } from './node-group.ts'

/** An account and region reached through a role. `role` undefined means the runner's own credentials. */
export interface Place {
  readonly account: string
  readonly region: string
  /** Full role ARN to assume. */
  readonly role?: string
}

export type CloudFailureKind =
  | 'throttled'
  | 'not-found'
  | 'denied'
  | 'expired-credentials'
  | 'no-capacity'
  | 'quota'
  | 'conflict'
  | 'invalid'
  | 'unsupported'
  | 'unavailable'

/** An expected failure. Throttling and unavailability were already retried when a caller sees them. */
export interface CloudFailure {
  readonly ok: false
  readonly kind: CloudFailureKind
  /** AWS's own code, such as `InvalidAMIID.NotFound`. */
  readonly code: string
  /** One sentence naming the action, the thing and AWS's message. */
  readonly message: string
  readonly requestId?: string
}

export type CloudOutcome<T> = { readonly ok: true; readonly value: T } | CloudFailure

export type Architecture = 'x86_64' | 'arm64'

export type Tags = Readonly<Record<string, string>>

export interface MachineImage {
  readonly id: string
  readonly name: string
  readonly ownerAccount: string
  readonly state: 'pending' | 'available' | 'failed' | 'invalid' | 'disabled' | 'deregistered' | 'transient' | 'error'
  readonly stateReason?: string
  readonly architecture: Architecture
  /** ISO 8601. */
  readonly createdAt: string
  readonly deprecatedAt?: string
  readonly rootDevice: string
  readonly snapshotIds: readonly string[]
  readonly encrypted: boolean
  readonly sourceImageId?: string
  readonly sourceRegion?: string
  /** `v2.0` when the image demands IMDSv2. */
  readonly imdsSupport?: string
  /** Absent: it may be deregistered. */
  readonly deregistrationProtected?: true
  readonly tags: Tags
}

export interface LaunchConfigurationDetail {
  readonly name: string
  readonly imageId: string
}

/** A launch configuration with everything it says of its machines; what it does not say is absent. */
export interface LaunchConfiguration extends LaunchConfigurationDetail {
  readonly arn: string
  readonly instanceType: string
  readonly keyName?: string
  /** IDs, or names of the default network's. */
  readonly securityGroups: readonly string[]
  /** In base64, as AWS keeps it. May hold secrets: never printed. */
  readonly userData?: string
  /** Name or ARN. */
  readonly instanceProfile?: string
  readonly devices: readonly ConfiguredDevice[]
  readonly detailedMonitoring: boolean
  readonly ebsOptimized: boolean
  readonly metadata?: { readonly tokens?: string; readonly hopLimit?: number; readonly endpoint?: string }
  /** The most that is paid for an hour of a spot machine. */
  readonly spotPrice?: string
  readonly tenancy?: string
  /** Absent: as its subnet says. */
  readonly publicAddress?: boolean
  readonly kernelId?: string
  readonly ramdiskId?: string
  /** The network that its machines of EC2-Classic were linked to. */
  readonly classicLinkVpcId?: string
}

/** A volume, an instance store, or nothing where the image has a device of that name. */
export interface ConfiguredDevice {
  readonly name: string
  readonly instanceStore?: string
  readonly suppressed?: true
  readonly volume?: {
    readonly snapshotId?: string
    readonly sizeGib?: number
    readonly type?: string
    readonly deletedWithMachine: boolean
    readonly iops?: number
    readonly throughput?: number
    readonly encrypted?: boolean
  }
}

/** `type` as EC2 writes it: `instance`, `security-group`, `key-pair`. */
export interface TaggedResource {
  readonly id: string
  readonly type: string
  readonly value: string
}

export interface MachineInstance {
  readonly id: string
  readonly imageId: string
  readonly state: 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated'
  readonly stateReason?: string
  readonly privateAddress?: string
  readonly publicAddress?: string
  /** ISO 8601. */
  readonly launchedAt: string
  readonly tags: Tags
}

/** An instance that has not ended, with what its account is charged and limited by. */
export interface FleetInstance extends MachineInstance {
  readonly instanceType: string
  readonly zone: string
  readonly spot: boolean
}

export interface InstanceTypeDetail {
  readonly name: string
  readonly vcpus: number
}

export interface SubnetDetail {
  readonly id: string
  readonly zone: string
  /** Addresses that a new instance could still get. */
  readonly freeAddresses: number
  /** To a machine whose launch says nothing of it. */
  readonly givesPublicAddresses?: boolean
}

export interface LaunchRequest {
  readonly imageId: string
  readonly instanceType: string
  readonly subnetId?: string
  readonly securityGroupIds: readonly string[]
  readonly keyName?: string
  readonly instanceProfile?: string
  /** Plain text; the adapter encodes it. */
  readonly userData?: string
  readonly tags: Tags
  /** Makes a repeat of the same request return the same instance. At most 64 ASCII characters. */
  readonly clientToken: string
}

/** Exactly one launch template version, by number. */
export interface TemplateVersion {
  readonly templateId: string
  readonly version: number
}

export interface TemplateVersionDetail extends TemplateVersion {
  readonly templateName: string
  /** A literal image ID, an SSM alias (`resolve:ssm:…`), or undefined when the template names none. */
  readonly imageId: string | undefined
  readonly instanceType: string | undefined
  readonly description: string | undefined
  /** The key (ID, ARN or alias) of each EBS volume that it names, undefined where it leaves that to the image. */
  readonly volumeKeys: readonly (string | undefined)[]
  /** Tags that its instances get. */
  readonly tags: Tags
}

export interface GroupInstance {
  readonly id: string
  readonly zone: string
  readonly lifecycle: string
  readonly healthy: boolean
  readonly protectedFromScaleIn: boolean
  /** Units of the group's desired capacity it counts for; 1 unless the group weighs its types. */
  readonly weight: number
  /** Undefined for an instance launched before the group had a template. */
  readonly template?: TemplateVersion
}

/** An Auto Scaling group as it is now. */
export interface GroupState {
  readonly name: string
  readonly minSize: number
  readonly maxSize: number
  readonly desiredCapacity: number
  readonly zones: readonly string[]
  readonly subnetIds: readonly string[]
  /** Kinds of health check beside EC2's own, by comma: `ELB`, `EBS`, `VPC_LATTICE`, or `EC2` for none. */
  readonly healthCheckType: string
  /** Load balancers, target groups and other traffic sources it is registered with: without one, health check `ELB` says nothing. */
  readonly trafficSources: number
  readonly suspendedProcesses: readonly string[]
  /** What the group launches from. `version` is as written in the group: a number, `$Latest` or `$Default`. */
  readonly launchSource:
    | { readonly kind: 'template'; readonly templateId: string; readonly templateName: string; readonly version: string }
    | {
        readonly kind: 'mixed'
        readonly templateId: string
        readonly templateName: string
        readonly version: string
        /** Overrides that name a template of their own. */
        readonly overridesWithTemplate: number
        /** Overrides that name an image of their own. */
        readonly overridesWithImage: number
        /** Overrides that describe instances by attributes instead of naming a type. */
        readonly overridesWithRequirements: number
        /** Those templates and images; absent where there are none. */
        readonly overrideTemplates?: readonly { readonly templateId: string; readonly version: string }[]
        readonly overrideImages?: readonly string[]
      }
    | { readonly kind: 'launch-configuration'; readonly name: string }
    | { readonly kind: 'none' }
  readonly instances: readonly GroupInstance[]
  /** ARN of the role its machines are launched as. */
  readonly serviceLinkedRole?: string
  readonly tags: Tags
}

/** A KMS key, by whatever name it was asked for. */
export interface EncryptionKey {
  readonly arn: string
  readonly manager: 'aws' | 'customer'
  /** `Enabled`, or why it can't be used: `Disabled`, `PendingDeletion`. */
  readonly state: string
}

export type RefreshStatus =
  | 'Pending'
  | 'InProgress'
  | 'Successful'
  | 'Failed'
  | 'Cancelling'
  | 'Cancelled'
  | 'RollbackInProgress'
  | 'RollbackFailed'
  | 'RollbackSuccessful'
  | 'Baking'

export interface InstanceRefresh {
  readonly id: string
  readonly status: RefreshStatus
  readonly statusReason?: string
  readonly percentageComplete: number
  readonly instancesToUpdate: number
  /** ISO 8601. */
  readonly startedAt?: string
  readonly endedAt?: string
  /** What the refresh moves the group to, when it names a template version. */
  readonly desired?: { readonly templateId: string; readonly version: string }
}

export interface RefreshPreferences {
  readonly minHealthyPercentage: number
  readonly maxHealthyPercentage: number
  readonly instanceWarmupSeconds: number
  readonly skipMatching: boolean
  readonly autoRollback: boolean
  readonly checkpointPercentages?: readonly number[]
  readonly checkpointDelaySeconds?: number
  /** How long it is watched after its last machine before it counts as successful. */
  readonly bakeTimeSeconds: number
  /** What becomes of machines that are protected from scale-in, or in standby. */
  readonly protectedInstances: 'Refresh' | 'Ignore' | 'Wait'
  readonly standbyInstances: 'Terminate' | 'Ignore' | 'Wait'
  readonly alarms?: readonly string[]
}

export interface ScalingActivity {
  readonly id: string
  readonly status: string
  readonly cause: string
  readonly description: string
  readonly statusMessage?: string
  readonly startedAt: string
}

export interface LifecycleHook {
  readonly name: string
  readonly transition: 'launching' | 'terminating'
  /** How long a machine is held without a word from whoever the hook is for; `default-result` comes then. */
  readonly heartbeatMs: number
  /** Undone launches end the machine; a terminating one ends either way. */
  readonly defaultResult: 'CONTINUE' | 'ABANDON'
}

/** The way to a cluster's API server, for some minutes. */
export interface ClusterDoor {
  /** `https://…`. */
  readonly server: string
  /** Certificates that the server's must lead to, as PEM. */
  readonly authority: string
  readonly token: string
}

export interface AlarmState {
  readonly name: string
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
  readonly reason: string
}

/** A parameter of Systems Manager that templates name as their image, at its newest version. */
export interface ImageParameter {
  readonly value: string
  readonly version: number
  /** `aws:ec2:image` where AWS sees to it that the value is an image; else `text`. */
  readonly dataType: string
}

export interface CommandInvocation {
  readonly instanceId: string
  readonly status: 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled' | 'Undeliverable'
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A session of Systems Manager into one port of a machine, and what AWS's plugin is run with to be at its other end. */
export interface MachineSession {
  readonly id: string
  /** The plugin's arguments; nothing secret is among them. */
  readonly words: readonly string[]
  /** Of the plugin's process. Secret: never logged. */
  readonly environment: Readonly<Record<string, string>>
}

/** The cloud at one place. Every verb is one AWS action (pages followed), except where it says otherwise. */
/** Whether a scanner has looked at a machine; `reason` in its own words. */
export interface ScanCoverage {
  readonly instanceId: string
  readonly isScanned: boolean
  readonly reason: string
}

export type FindingSeverity = 'critical' | 'high' | 'lower'

export interface SecurityFinding {
  readonly instanceId: string
  readonly severity: FindingSeverity
  readonly title: string
}

export interface CloudAt {
  readonly place: Place

  /** STS GetCallerIdentity. */
  identity(): Promise<CloudOutcome<{ readonly account: string; readonly arn: string }>>

  // Images
  findImages(query: {
    readonly owners: readonly string[]
    readonly nameGlob?: string
    readonly architecture?: Architecture
    readonly tags?: Tags
  }): Promise<CloudOutcome<readonly MachineImage[]>>
  describeImage(imageId: string): Promise<CloudOutcome<MachineImage>>
  /** CopyImage into this place's region. `clientToken` makes a repeat return the same copy. */
  copyImage(request: {
    readonly sourceImageId: string
    readonly sourceRegion: string
    readonly name: string
    readonly description: string
    readonly kmsKeyId?: string
    readonly tags: Tags
    readonly clientToken: string
  }): Promise<CloudOutcome<{ readonly imageId: string }>>
  /** DescribeSnapshots: the size of each, in GiB; one that is gone is left out. */
  snapshotSizes(snapshotIds: readonly string[]): Promise<CloudOutcome<readonly number[]>>
  /** Launch permission for accounts and organisations (by ARN), and for accounts createVolumePermission on the image's snapshots. */
  shareImage(image: MachineImage, sharers: readonly string[]): Promise<CloudOutcome<void>>
  /** Accounts (and organisation ARNs) that may launch the image. */
  launchPermissions(imageId: string): Promise<CloudOutcome<readonly string[]>>
  /** DeregisterImage, then DeleteSnapshot of its snapshots: for half-made images only. */
  discardImage(image: MachineImage): Promise<CloudOutcome<void>>
  tag(resourceIds: readonly string[], tags: Tags): Promise<CloudOutcome<void>>
  /** DescribeImages: every image of the account in the region, deprecated and disabled ones included. */
  ownImages(): Promise<CloudOutcome<readonly MachineImage[]>>
  /** EnableImageDeprecation from that time on, ISO 8601, which must lie ahead. */
  deprecateImage(imageId: string, at: string): Promise<CloudOutcome<void>>
  /** DisableImage: nothing launches it any more, and all its launch permissions are gone. */
  disableImage(imageId: string): Promise<CloudOutcome<void>>
  /** EnableImage: launch permissions do not come back with it. */
  enableImage(imageId: string): Promise<CloudOutcome<void>>
  /** ModifyImageAttribute: gives back what `launchPermissions` once answered. */
  allowLaunch(imageId: string, permissions: readonly string[]): Promise<CloudOutcome<void>>
  /** DeregisterImage with its snapshots; those that another image uses stay. */
  deregisterImage(imageId: string): Promise<CloudOutcome<{ readonly keptSnapshotIds: readonly string[] }>>
  /** DescribeTags: everything in the region that has a tag of that name, whatever its value. */
  taggedResources(key: string): Promise<CloudOutcome<readonly TaggedResource[]>>
  deleteSnapshot(id: string): Promise<CloudOutcome<void>>

  // Keys
  /** DescribeKey: by ID, alias or ARN; only an ARN names a key of another account. */
  describeKey(key: string): Promise<CloudOutcome<EncryptionKey>>
  /** ListGrants: the operations (`Decrypt`) that grants without constraints give to that principal. */
  grantsOf(keyArn: string, grantee: string): Promise<CloudOutcome<readonly string[]>>
  /** GetKeyPolicy, as JSON: of a key of this account only. */
  keyPolicy(keyArn: string): Promise<CloudOutcome<string>>

  // Machines
  launch(request: LaunchRequest): Promise<CloudOutcome<MachineInstance>>
  describeInstances(query: {
    readonly ids?: readonly string[]
    readonly tags?: Tags
  }): Promise<CloudOutcome<readonly MachineInstance[]>>
  /** DescribeInstances: every instance of the account in the region that is not ended or ending. */
  everyInstance(): Promise<CloudOutcome<readonly FleetInstance[]>>
  /** DescribeInstanceTypes. */
  instanceTypes(names: readonly string[]): Promise<CloudOutcome<readonly InstanceTypeDetail[]>>
  terminate(instanceIds: readonly string[]): Promise<CloudOutcome<void>>
  reboot(instanceIds: readonly string[]): Promise<CloudOutcome<void>>
  consoleOutput(instanceId: string): Promise<CloudOutcome<string>>
  importKeyPair(name: string, publicKey: string, tags: Tags): Promise<CloudOutcome<void>>
  findKeyPairs(tags: Tags): Promise<CloudOutcome<readonly { readonly id: string; readonly name: string }[]>>
  deleteKeyPair(name: string): Promise<CloudOutcome<void>>
  /** Creates the group, opens the ports (TCP) to the given CIDRs, and every TCP port between members of the group. */
  createSecurityGroup(request: {
    readonly name: string
    readonly description: string
    readonly vpcId?: string
    readonly ingress: readonly { readonly port: number; readonly cidr: string }[]
    readonly tags: Tags
  }): Promise<CloudOutcome<{ readonly id: string }>>
  findSecurityGroups(tags: Tags): Promise<CloudOutcome<readonly { readonly id: string; readonly name: string }[]>>
  deleteSecurityGroup(id: string): Promise<CloudOutcome<void>>
  findVolumes(tags: Tags): Promise<CloudOutcome<readonly { readonly id: string; readonly state: string }[]>>
  deleteVolume(id: string): Promise<CloudOutcome<void>>

  // Templates and groups
  /** DescribeLaunchTemplateVersions: the image that a launch from it gets now, SSM aliases resolved. */
  launchedImage(templateId: string, version: string): Promise<CloudOutcome<string | undefined>>
  /** DescribeLaunchConfigurations: every one of the account in the region. */
  launchConfigurations(): Promise<CloudOutcome<readonly LaunchConfigurationDetail[]>>
  /** DescribeLaunchConfigurations: one, whole. */
  launchConfiguration(name: string): Promise<CloudOutcome<LaunchConfiguration>>
  /**
   * CreateLaunchTemplate with all that the launch configuration says. A template of that name whose version 1 is just that is
   * taken instead of another; one that is anything else is a conflict.
   */
  createTemplate(request: {
    readonly name: string
    readonly from: LaunchConfiguration
    readonly description: string
    readonly clientToken: string
  }): Promise<CloudOutcome<TemplateVersionDetail>>
  /** UpdateAutoScalingGroup: what it launches from now on; its machines stay as they are. */
  launchFrom(group: string, template: TemplateVersion): Promise<CloudOutcome<void>>
  describeTemplateVersion(templateId: string, version: string): Promise<CloudOutcome<TemplateVersionDetail>>
  /** Every template's latest and default version, which whoever launches without a number gets (pages followed). */
  everyTemplate(): Promise<CloudOutcome<readonly TemplateVersionDetail[]>>
  /** Every version of a template, newest first (pages followed). */
  listTemplateVersions(templateId: string): Promise<CloudOutcome<readonly TemplateVersionDetail[]>>
  /**
   * CreateLaunchTemplateVersion from `source`, changing only the image, and checked for that. A version newer than the
   * source with the very same description is taken instead of another: AWS forgets client tokens, a description stays.
   */
  createTemplateVersion(request: {
    readonly source: TemplateVersion
    readonly imageId: string
    readonly description: string
    readonly clientToken: string
  }): Promise<CloudOutcome<TemplateVersionDetail>>
  describeGroups(names: readonly string[]): Promise<CloudOutcome<readonly GroupState[]>>
  /** Every group of the account in the region. */
  everyGroup(): Promise<CloudOutcome<readonly GroupState[]>>
  /** DescribeLifecycleHooks. */
  lifecycleHooks(group: string): Promise<CloudOutcome<readonly LifecycleHook[]>>
  /** Newest first. */
  describeRefreshes(group: string): Promise<CloudOutcome<readonly InstanceRefresh[]>>
  /** `desired` undefined: to what the group has saved. */
  startRefresh(
    group: string,
    desired: (GroupState['launchSource'] & { readonly kind: 'template' | 'mixed' }) | undefined,
    preferences: RefreshPreferences,
  ): Promise<CloudOutcome<{ readonly refreshId: string }>>
  /** Without `waitForStarting`, machines that are being launched or ended are left as they are found. */
  cancelRefresh(group: string, options: { readonly waitForStarting: boolean }): Promise<CloudOutcome<void>>
  rollbackRefresh(group: string): Promise<CloudOutcome<void>>
  /** Newest first, at most `limit`. */
  scalingActivities(group: string, limit: number): Promise<CloudOutcome<readonly ScalingActivity[]>>

  // Managed node groups
  /** DescribeNodegroup. */
  describeNodeGroup(group: NodeGroupName): Promise<CloudOutcome<NodeGroupState>>
  /** ListUpdates, and DescribeUpdate of each: newest first. */
  nodeGroupUpdates(group: NodeGroupName): Promise<CloudOutcome<readonly NodeGroupUpdate[]>>
  /** DescribeUpdate. */
  nodeGroupUpdate(group: NodeGroupName, updateId: string): Promise<CloudOutcome<NodeGroupUpdate>>
  /**
   * UpdateNodegroupVersion to another version of the template it has; with `force` even when pods can't be evicted. EKS takes no
   * update back and stops none.
   */
  updateNodeGroup(request: {
    readonly group: NodeGroupName
    readonly template: TemplateVersion
    readonly force: boolean
    readonly clientToken: string
  }): Promise<CloudOutcome<{ readonly updateId: string }>>
  /** UpdateNodegroupConfig of nothing but the limit: an update as well, during which the group is `UPDATING`. */
  limitNodeGroup(group: NodeGroupName, limit: UnavailableLimit): Promise<CloudOutcome<void>>

  // Watching and acting on machines
  /** EKS DescribeCluster, and a token for it that is signed as this place's role. */
  clusterDoor(name: string): Promise<CloudOutcome<ClusterDoor>>
  alarms(names: readonly string[]): Promise<CloudOutcome<readonly AlarmState[]>>
  /** DescribeAlarmHistory: whether the alarm's history may be read at all. */
  alarmHistory(name: string): Promise<CloudOutcome<void>>
  /** DescribeAlarmHistory: when the alarm went into ALARM since then, as ISO 8601, the earliest first; `since` in milliseconds. */
  alarmRings(name: string, since: number): Promise<CloudOutcome<readonly string[]>>
  /** SSM SendCommand (AWS-RunShellScript); returns the command's ID. */
  sendCommand(request: {
    readonly instanceIds: readonly string[]
    readonly script: string
    readonly timeoutSeconds: number
    readonly comment: string
  }): Promise<CloudOutcome<{ readonly commandId: string }>>
  commandInvocations(commandId: string): Promise<CloudOutcome<readonly CommandInvocation[]>>
  /** SSM StartSession (AWS-StartSSHSession): what the plugin is told goes to that port of the machine, which none can see from outside. */
  beginSession(instanceId: string, port: number): Promise<CloudOutcome<MachineSession>>
  /** SSM TerminateSession. */
  endSession(id: string): Promise<CloudOutcome<void>>
  parameter(name: string): Promise<CloudOutcome<string>>
  /** GetParameter of one that stands for an image. */
  imageParameter(name: string): Promise<CloudOutcome<ImageParameter>>
  /**
   * PutParameter over one that is there, as `aws:ec2:image`. AWS looks at the image only after it has answered, and leaves the
   * parameter as it is when it does not like it [doc: parameter-store-ec2-aliases]: read it again before counting on it.
   */
  putImageParameter(name: string, imageId: string): Promise<CloudOutcome<{ readonly version: number }>>
  /** Inspector ListCoverage: of those machines, the ones it knows. */
  scanCoverage(instanceIds: readonly string[]): Promise<CloudOutcome<readonly ScanCoverage[]>>
  /** Inspector ListFindings: what is active on those machines. */
  vulnerabilities(instanceIds: readonly string[]): Promise<CloudOutcome<readonly SecurityFinding[]>>
  /** GuardDuty's findings on those machines, seen since then (milliseconds) and not archived; undefined: it isn't on. */
  threats(instanceIds: readonly string[], since: number): Promise<CloudOutcome<readonly SecurityFinding[] | undefined>>
  /** SNS Publish to a standard topic; `subject` as far as SNS takes it. */
  publish(request: {
    readonly topic: string
    readonly subject: string
    readonly text: string
    readonly attributes: Readonly<Record<string, string>>
  }): Promise<CloudOutcome<void>>
  /** SES SendEmail: plain text, from an identity that is verified in this place. */
  sendEmail(request: {
    readonly from: string
    readonly to: readonly string[]
    readonly subject: string
    readonly text: string
  }): Promise<CloudOutcome<void>>
  /** DescribeSubnets. */
  subnets(ids: readonly string[]): Promise<CloudOutcome<readonly SubnetDetail[]>>
  /** GetServiceQuota: what the account may have, as applied to it. */
  quota(service: string, code: string): Promise<CloudOutcome<number>>
  /** The zones of the region that are available. */
  zones(): Promise<CloudOutcome<readonly string[]>>
  defaultNetwork(): Promise<
    CloudOutcome<{ readonly vpcId: string; readonly subnetIds: readonly string[]; readonly cidr: string }>
  >
}

/** What a child of drover acts with at a place, kept fresh for as long as it is lent. */
export interface LentAccess {
  /** Secret: never logged. What is undefined must not be inherited from the runner. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What a later runner goes on with when the child outlives this one; undefined where nothing has to be renewed. Secret too. */
  readonly lease: AccessLease | undefined
  end(): Promise<void>
}

export interface AccessLease {
  readonly port: number
  readonly token: string
}

export interface Cloud {
  at(place: Place): CloudAt
  /** Environment for a child (Packer) that is to act at that place: credentials, region, endpoint. Secret: never logged. */
  environmentFor(place: Place): Promise<CloudOutcome<Readonly<Record<string, string>>>>
  /** For a child that may outlast a session: it asks a loopback address of this process again. With a lease the one lent before. */
  lend(place: Place, lease?: AccessLease): Promise<CloudOutcome<LentAccess>>
}

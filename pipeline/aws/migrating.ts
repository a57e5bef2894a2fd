// What takes a group off its launch configuration: the configuration read whole, a template made of it, the group launched from that.

import {
  DescribeLaunchConfigurationsCommand,
  UpdateAutoScalingGroupCommand,
  type LaunchConfiguration as WireConfiguration,
  type BlockDeviceMapping as WireDevice,
} from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateCommand, type LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import type { Clock, CloudAt, ConfiguredDevice, LaunchConfiguration, TemplateVersionDetail } from '../ports/index.ts'
import { only, optional, outcomeOf, resourceId, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { templateOf } from './template-of-configuration.ts'
import { templateDetail, versionSoon } from './templates.ts'

type MigratingVerbs = Pick<CloudAt, 'launchConfiguration' | 'createTemplate' | 'launchFrom'>

export function migratingVerbs(call: Caller, clock: Clock): MigratingVerbs {
  return {
    launchConfiguration: (name) => outcomeOf(() => launchConfiguration(call, name)),
    createTemplate: (request) => outcomeOf(() => createTemplate(call, clock, request)),
    launchFrom: (group, { templateId, version }) =>
      outcomeOf(async () => {
        const LaunchTemplate = { LaunchTemplateId: templateId, Version: String(version) }
        const request = new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, LaunchTemplate })
        await call(`UpdateAutoScalingGroup ${group}`, ({ autoScaling }) => autoScaling.send(request))
      }),
  }
}

async function launchConfiguration(call: Caller, name: string): Promise<LaunchConfiguration> {
  const subject = `DescribeLaunchConfigurations ${name}`
  const request = new DescribeLaunchConfigurationsCommand({ LaunchConfigurationNames: [name] })
  const { LaunchConfigurations: found = [] } = await call(subject, ({ autoScaling }) => autoScaling.send(request))
  if (found.length === 0) {
    const message = `${subject}: there is no such launch configuration`
    throw new CallFailed({ ok: false, kind: 'not-found', code: 'NotFound', message })
  }
  return configurationOf(only(found, 'launch configurations'))
}

/** AWS answers an empty text where nothing was said. */
export function configurationOf(wire: WireConfiguration): LaunchConfiguration {
  const { MetadataOptions: metadata } = wire
  return {
    name: text(wire.LaunchConfigurationName, 'name of the launch configuration'),
    arn: text(wire.LaunchConfigurationARN, 'ARN of the launch configuration'),
    imageId: resourceId('ami', wire.ImageId),
    instanceType: text(wire.InstanceType, 'instance type of the launch configuration'),
    securityGroups: wire.SecurityGroups ?? [],
    devices: (wire.BlockDeviceMappings ?? []).map(deviceOf),
    // "The default value is true (enabled)", and EBS' "false" [doc: CreateLaunchConfiguration].
    detailedMonitoring: wire.InstanceMonitoring?.Enabled ?? true,
    ebsOptimized: wire.EbsOptimized ?? false,
    ...optional('keyName', wire.KeyName || undefined),
    ...optional('userData', wire.UserData || undefined),
    ...optional('instanceProfile', wire.IamInstanceProfile || undefined),
    ...(metadata !== undefined && {
      metadata: {
        ...optional('tokens', metadata.HttpTokens),
        ...optional('hopLimit', metadata.HttpPutResponseHopLimit),
        ...optional('endpoint', metadata.HttpEndpoint),
      },
    }),
    ...optional('spotPrice', wire.SpotPrice || undefined),
    ...optional('tenancy', wire.PlacementTenancy || undefined),
    ...optional('publicAddress', wire.AssociatePublicIpAddress),
    ...optional('kernelId', wire.KernelId || undefined),
    ...optional('ramdiskId', wire.RamdiskId || undefined),
    ...optional('classicLinkVpcId', wire.ClassicLinkVPCId || wire.ClassicLinkVPCSecurityGroups?.[0] || undefined),
  }
}

function deviceOf({ DeviceName, VirtualName, NoDevice, Ebs: ebs }: WireDevice): ConfiguredDevice {
  return {
    name: text(DeviceName, 'name of the device'),
    ...optional('instanceStore', VirtualName || undefined),
    ...(NoDevice && { suppressed: true as const }),
    ...(ebs !== undefined && {
      volume: {
        // "For Amazon EC2 Auto Scaling, the default value is true" [doc: autoscaling Ebs]; a template's is not.
        deletedWithMachine: ebs.DeleteOnTermination ?? true,
        ...optional('snapshotId', ebs.SnapshotId || undefined),
        ...optional('sizeGib', ebs.VolumeSize),
        ...optional('type', ebs.VolumeType || undefined),
        ...optional('iops', ebs.Iops),
        ...optional('throughput', ebs.Throughput),
        ...optional('encrypted', ebs.Encrypted),
      },
    }),
  }
}

async function createTemplate(
  call: Caller,
  clock: Clock,
  { name, from, description, clientToken }: Parameters<CloudAt['createTemplate']>[0],
): Promise<TemplateVersionDetail> {
  const wanted = templateOf(from)
  const request = new CreateLaunchTemplateCommand({
    LaunchTemplateName: name,
    LaunchTemplateData: wanted,
    VersionDescription: description,
    ClientToken: clientToken,
  })
  await call(`CreateLaunchTemplate ${name}`, ({ ec2 }) => ec2.send(request)).catch((error: unknown) => {
    // AWS forgets client tokens, a name stays: whether it is what was to be made is looked at below.
    if (!(error instanceof CallFailed) || !error.failure.code.includes('AlreadyExists')) throw error
  })
  const made = await versionSoon(call, clock, { LaunchTemplateName: name, Versions: ['1'] })
  if (!holds(made.LaunchTemplateData, wanted)) throw another(made)
  return templateDetail(made)
}

function another({ LaunchTemplateName: name, LaunchTemplateId: id }: LaunchTemplateVersion): CallFailed {
  const message = `version 1 of the launch template ${name} (${id}) is not what the launch configuration says`
  return new CallFailed({ ok: false, kind: 'conflict', code: 'TemplateDiffers', message })
}

/** Everything that is wanted, and no member beside it; within a member AWS adds states of its own. */
function holds(found: unknown, wanted: unknown, isWithin = false): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(found) && found.length === wanted.length && wanted.every((one, at) => holds(found[at], one, true))
  }
  if (wanted === null || typeof wanted !== 'object') return sameValue(found, wanted)
  if (found === null || typeof found !== 'object') return false
  const [had, asked] = [found as Record<string, unknown>, wanted as Record<string, unknown>]
  const isMore = Object.entries(had).some(([key, value]) => asked[key] === undefined && !isNothing(value))
  return (isWithin || !isMore) && Object.keys(asked).every((key) => holds(had[key], asked[key], true))
}

/** Whether an empty text is answered, and with how many digits a price is, AWS does not say. */
function sameValue(found: unknown, wanted: unknown): boolean {
  if (found === wanted || (wanted === '' && found === undefined)) return true
  return typeof found === 'string' && typeof wanted === 'string' && found !== '' && Number(found) === Number(wanted)
}

function isNothing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0)
}

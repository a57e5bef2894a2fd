import { describe, expect, it } from 'vitest'
import type { RefreshPreferences } from '../../pipeline/ports/index.ts'
import { Fault, place, stubAws } from './stub-aws.ts'

const templateId = 'lt-0123456789abcdef0'

function versionXml(number: number, imageId: string, rest = '<instanceType>t3.large</instanceType>', description = ''): string {
  return `<launchTemplateId>${templateId}</launchTemplateId><launchTemplateName>web</launchTemplateName>
    <versionNumber>${number}</versionNumber><versionDescription>${description}</versionDescription>
    <launchTemplateData><imageId>${imageId}</imageId>${rest}</launchTemplateData>`
}

function versionsXml(...versions: readonly string[]): string {
  return `<launchTemplateVersionSet>${versions.map((version) => `<item>${version}</item>`).join('')}</launchTemplateVersionSet>`
}

const oldImage = 'ami-00000000000000001'
const newImage = 'ami-00000000000000002'
const source = { templateId, version: 7 }
const request = { source, imageId: newImage, description: 'drover web-2026.47.1 token', clientToken: 'token' }

describe('template versions', () => {
  it('are made from the source with nothing but the image changed, and read back', async () => {
    const made = versionXml(8, newImage, undefined, request.description)
    const { cloud, asked } = stubAws({
      CreateLaunchTemplateVersion: [`<launchTemplateVersion>${made}</launchTemplateVersion>`],
      DescribeLaunchTemplateVersions: [
        versionsXml(versionXml(7, oldImage)),
        new Fault(400, 'InvalidLaunchTemplateId.VersionNotFound'),
        versionsXml(made),
        versionsXml(versionXml(7, oldImage)),
      ],
    })
    expect(await cloud.at(place).createTemplateVersion(request)).toEqual({
      ok: true,
      value: {
        templateId,
        templateName: 'web',
        version: 8,
        imageId: newImage,
        instanceType: 't3.large',
        description: request.description,
        volumeKeys: [],
        tags: {},
      },
    })
    expect(asked[0]?.parameters).toEqual({ LaunchTemplateId: templateId, MinVersion: '7' })
    expect(asked[1]?.parameters).toEqual({
      LaunchTemplateId: templateId,
      SourceVersion: '7',
      'LaunchTemplateData.ImageId': newImage,
      VersionDescription: request.description,
      ClientToken: 'token',
    })
  })

  it('are not accepted when more than the image changed', async () => {
    const made = versionXml(8, newImage, '<instanceType>t3.micro</instanceType><keyName>mine</keyName>')
    const { cloud } = stubAws({
      CreateLaunchTemplateVersion: [`<launchTemplateVersion>${made}</launchTemplateVersion>`],
      DescribeLaunchTemplateVersions: [versionsXml(), versionsXml(made), versionsXml(versionXml(7, oldImage))],
    })
    expect(await cloud.at(place).createTemplateVersion(request)).toEqual({
      ok: false,
      kind: 'conflict',
      code: 'TemplateVersionDiffers',
      message: 'version 8 of web differs from version 7 in InstanceType, KeyName, not just in the image',
    })
  })

  it('that an earlier runner made are found by their description, and checked all the same', async () => {
    const made = versionXml(8, newImage, undefined, request.description)
    const source7 = versionsXml(versionXml(7, oldImage))
    const { cloud, asked } = stubAws({ DescribeLaunchTemplateVersions: [versionsXml(made, versionXml(7, oldImage)), source7] })
    expect(await cloud.at(place).createTemplateVersion(request)).toMatchObject({
      ok: true,
      value: { version: 8, imageId: newImage },
    })
    expect(asked.map(({ action }) => action)).not.toContain('CreateLaunchTemplateVersion')
    const foreign = versionsXml(versionXml(8, oldImage, undefined, request.description))
    const wrong = stubAws({ DescribeLaunchTemplateVersions: [foreign, source7] })
    expect(await wrong.cloud.at(place).createTemplateVersion(request)).toMatchObject({
      ok: false,
      code: 'TemplateVersionDiffers',
    })
  })

  it('are listed newest first', async () => {
    const { cloud } = stubAws({
      DescribeLaunchTemplateVersions: [versionsXml(versionXml(2, oldImage), versionXml(10, newImage))],
    })
    const listed = await cloud.at(place).listTemplateVersions(templateId)
    expect(listed.ok && listed.value.map(({ version }) => version)).toEqual([10, 2])
  })

  it('are not found when there is none of that number', async () => {
    const { cloud } = stubAws({ DescribeLaunchTemplateVersions: [versionsXml()] })
    expect(await cloud.at(place).describeTemplateVersion(templateId, '9')).toMatchObject({ ok: false, kind: 'not-found' })
  })
})

const specification = (version: string) =>
  `<LaunchTemplateId>${templateId}</LaunchTemplateId><LaunchTemplateName>web</LaunchTemplateName>${version && `<Version>${version}</Version>`}`

const mixedPolicy = `<MixedInstancesPolicy>
  <LaunchTemplate>
    <LaunchTemplateSpecification>${specification('7')}</LaunchTemplateSpecification>
    <Overrides>
      <member><InstanceType>t3.large</InstanceType><WeightedCapacity>2</WeightedCapacity></member>
      <member><InstanceType>m7g.large</InstanceType><LaunchTemplateSpecification>${specification('3')}</LaunchTemplateSpecification></member>
      <member><InstanceRequirements><VCpuCount><Min>2</Min></VCpuCount></InstanceRequirements></member>
      <member><InstanceType>t3.small</InstanceType><ImageId>${oldImage}</ImageId></member>
    </Overrides>
  </LaunchTemplate>
  <InstancesDistribution><OnDemandPercentageAboveBaseCapacity>50</OnDemandPercentageAboveBaseCapacity></InstancesDistribution>
</MixedInstancesPolicy>`

function groupXml(launch: string, instances = ''): string {
  return `<AutoScalingGroups><member>
    <AutoScalingGroupName>web</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>4</MaxSize><DesiredCapacity>2</DesiredCapacity>
    <HealthCheckType>EC2</HealthCheckType><VPCZoneIdentifier>subnet-1,subnet-2</VPCZoneIdentifier>
    <AvailabilityZones><member>eu-west-1a</member></AvailabilityZones>
    <SuspendedProcesses><member><ProcessName>AZRebalance</ProcessName></member></SuspendedProcesses>
    <Tags><member><Key>team</Key><Value>web</Value></member></Tags>
    ${launch}<Instances>${instances}</Instances>
  </member></AutoScalingGroups>`
}

function instanceXml(number: number, extra: string): string {
  return `<member><InstanceId>i-0000000000000000${number}</InstanceId><AvailabilityZone>eu-west-1a</AvailabilityZone>
    <LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn>${extra}</member>`
}

describe('groups', () => {
  it('are read with their instances', async () => {
    const instances =
      instanceXml(1, `<LaunchTemplate>${specification('7')}</LaunchTemplate><WeightedCapacity>4</WeightedCapacity>`) +
      instanceXml(2, '')
    const { cloud } = stubAws({
      DescribeAutoScalingGroups: [groupXml(`<LaunchTemplate>${specification('7')}</LaunchTemplate>`, instances)],
    })
    const instance = { zone: 'eu-west-1a', lifecycle: 'InService', healthy: true, protectedFromScaleIn: false }
    expect(await cloud.at(place).describeGroups(['web'])).toEqual({
      ok: true,
      value: [
        {
          name: 'web',
          minSize: 1,
          maxSize: 4,
          desiredCapacity: 2,
          zones: ['eu-west-1a'],
          subnetIds: ['subnet-1', 'subnet-2'],
          healthCheckType: 'EC2',
          trafficSources: 0,
          suspendedProcesses: ['AZRebalance'],
          launchSource: { kind: 'template', templateId, templateName: 'web', version: '7' },
          instances: [
            { ...instance, id: 'i-00000000000000001', weight: 4, template: { templateId, version: 7 } },
            { ...instance, id: 'i-00000000000000002', weight: 1 },
          ],
          tags: { team: 'web' },
        },
      ],
    })
  })

  it.each([
    [
      `<LaunchTemplate>${specification('$Latest')}</LaunchTemplate>`,
      { kind: 'template', templateId, templateName: 'web', version: '$Latest' },
    ],
    [
      `<LaunchTemplate>${specification('')}</LaunchTemplate>`,
      { kind: 'template', templateId, templateName: 'web', version: '$Default' },
    ],
    ['<LaunchConfigurationName>web-2019</LaunchConfigurationName>', { kind: 'launch-configuration', name: 'web-2019' }],
    ['', { kind: 'none' }],
    [
      mixedPolicy,
      {
        kind: 'mixed',
        templateId,
        templateName: 'web',
        version: '7',
        overridesWithTemplate: 1,
        overridesWithImage: 1,
        overridesWithRequirements: 1,
      },
    ],
  ])('launch from %#', async (launch, launchSource) => {
    const { cloud } = stubAws({ DescribeAutoScalingGroups: [groupXml(launch)] })
    expect(await cloud.at(place).describeGroups(['web'])).toMatchObject({ value: [{ launchSource }] })
  })
})

const preferences: RefreshPreferences = {
  minHealthyPercentage: 100,
  maxHealthyPercentage: 200,
  instanceWarmupSeconds: 120,
  skipMatching: true,
  autoRollback: true,
  bakeTimeSeconds: 30,
  protectedInstances: 'Wait',
  standbyInstances: 'Wait',
  alarms: ['web-5xx'],
}

describe('refreshes', () => {
  it('start with the template version the group is to end on', async () => {
    const { cloud, asked } = stubAws({ StartInstanceRefresh: ['<InstanceRefreshId>refresh-1</InstanceRefreshId>'] })
    const desired = { kind: 'template', templateId, templateName: 'web', version: '8' } as const
    const checkpoints = { checkpointPercentages: [50, 100], checkpointDelaySeconds: 60 }
    expect(await cloud.at(place).startRefresh('web', desired, { ...preferences, ...checkpoints })).toEqual({
      ok: true,
      value: { refreshId: 'refresh-1' },
    })
    expect(asked[0]?.parameters).toEqual({
      AutoScalingGroupName: 'web',
      Strategy: 'Rolling',
      'DesiredConfiguration.LaunchTemplate.LaunchTemplateId': templateId,
      'DesiredConfiguration.LaunchTemplate.Version': '8',
      'Preferences.MinHealthyPercentage': '100',
      'Preferences.MaxHealthyPercentage': '200',
      'Preferences.InstanceWarmup': '120',
      'Preferences.SkipMatching': 'true',
      'Preferences.AutoRollback': 'true',
      'Preferences.CheckpointPercentages.member.1': '50',
      'Preferences.CheckpointPercentages.member.2': '100',
      'Preferences.CheckpointDelay': '60',
      'Preferences.BakeTime': '30',
      'Preferences.ScaleInProtectedInstances': 'Wait',
      'Preferences.StandbyInstances': 'Wait',
      'Preferences.AlarmSpecification.Alarms.member.1': 'web-5xx',
    })
  })

  it('keep a mixed group’s own policy', async () => {
    const { cloud, asked } = stubAws({
      DescribeAutoScalingGroups: [groupXml(mixedPolicy)],
      StartInstanceRefresh: ['<InstanceRefreshId>refresh-1</InstanceRefreshId>'],
    })
    const group = await cloud.at(place).describeGroups(['web'])
    const launch = group.ok ? group.value[0]?.launchSource : undefined
    if (launch?.kind !== 'mixed') throw new Error('expected a mixed group')
    await cloud.at(place).startRefresh('web', { ...launch, version: '8' }, preferences)
    const policy = 'DesiredConfiguration.MixedInstancesPolicy.'
    const sent = Object.entries(asked.at(-1)?.parameters ?? {}).filter(([key]) => key.startsWith(policy))
    expect(Object.fromEntries(sent.map(([key, value]) => [key.slice(policy.length), value]))).toEqual({
      'LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId': templateId,
      'LaunchTemplate.LaunchTemplateSpecification.Version': '8',
      'LaunchTemplate.Overrides.member.1.InstanceType': 't3.large',
      'LaunchTemplate.Overrides.member.1.WeightedCapacity': '2',
      'LaunchTemplate.Overrides.member.2.InstanceType': 'm7g.large',
      'LaunchTemplate.Overrides.member.2.LaunchTemplateSpecification.LaunchTemplateId': templateId,
      'LaunchTemplate.Overrides.member.2.LaunchTemplateSpecification.Version': '3',
      'LaunchTemplate.Overrides.member.3.InstanceRequirements.VCpuCount.Min': '2',
      'LaunchTemplate.Overrides.member.4.InstanceType': 't3.small',
      'LaunchTemplate.Overrides.member.4.ImageId': oldImage,
      'InstancesDistribution.OnDemandPercentageAboveBaseCapacity': '50',
    })
  })

  it('are not started a second time after a lost answer', async () => {
    const { cloud, asked } = stubAws({ StartInstanceRefresh: [new Fault(500, 'InternalFailure')] })
    const desired = { kind: 'template', templateId, templateName: 'web', version: '8' } as const
    expect(await cloud.at(place).startRefresh('web', desired, preferences)).toMatchObject({ ok: false, kind: 'unavailable' })
    expect(asked).toHaveLength(1)
  })

  it('say where they go, for templates and mixed groups', async () => {
    const refresh = (
      id: string,
      desired: string,
    ) => `<member><InstanceRefreshId>${id}</InstanceRefreshId><Status>InProgress</Status>
      <PercentageComplete>50</PercentageComplete><InstancesToUpdate>1</InstancesToUpdate><StartTime>2026-11-22T06:00:00Z</StartTime>
      <DesiredConfiguration>${desired}</DesiredConfiguration></member>`
    const mixed = `<MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification>${specification('9')}</LaunchTemplateSpecification></LaunchTemplate></MixedInstancesPolicy>`
    const list = refresh('a', `<LaunchTemplate>${specification('8')}</LaunchTemplate>`) + refresh('b', mixed)
    const { cloud } = stubAws({ DescribeInstanceRefreshes: [`<InstanceRefreshes>${list}</InstanceRefreshes>`] })
    const common = { status: 'InProgress', percentageComplete: 50, instancesToUpdate: 1, startedAt: '2026-11-22T06:00:00.000Z' }
    expect(await cloud.at(place).describeRefreshes('web')).toEqual({
      ok: true,
      value: [
        { id: 'a', ...common, desired: { templateId, version: '8' } },
        { id: 'b', ...common, desired: { templateId, version: '9' } },
      ],
    })
  })

  it('end without waiting for machines still starting', async () => {
    const { cloud, asked } = stubAws({
      CancelInstanceRefresh: [''],
      RollbackInstanceRefresh: [new Fault(400, 'IrreversibleInstanceRefresh')],
    })
    expect(await cloud.at(place).cancelRefresh('web', { waitForStarting: false })).toEqual({ ok: true, value: undefined })
    expect(asked[0]?.parameters).toEqual({ AutoScalingGroupName: 'web', WaitForTransitioningInstances: 'false' })
    expect(await cloud.at(place).rollbackRefresh('web')).toMatchObject({ ok: false, kind: 'unsupported' })
  })
})

it('reads no more scaling activities than it was asked for', async () => {
  const activity = (id: string) => `<member><ActivityId>${id}</ActivityId><StatusCode>Failed</StatusCode><Cause>why</Cause>
    <Description>Launching</Description><StartTime>2026-11-22T06:00:00Z</StartTime></member>`
  const page = `<Activities>${activity('a')}${activity('b')}</Activities>`
  const { cloud, asked } = stubAws({
    DescribeScalingActivities: [`${page}<NextToken>2</NextToken>`, `${page}<NextToken>3</NextToken>`],
  })
  const read = await cloud.at(place).scalingActivities('web', 3)
  expect(read.ok && read.value.map(({ id }) => id)).toEqual(['a', 'b', 'a'])
  expect(asked).toHaveLength(2)
})

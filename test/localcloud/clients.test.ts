// The clients people use, unmodified and as their registries have them: the AWS CLI, boto3, Packer.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installedTools } from './installed-tools.ts'
import { packerTemplate } from './packer-template.ts'
import { type RunningCloud, runningCloud } from './running-cloud.ts'

const { packer, tools } = installedTools()
let running: RunningCloud
let folder: string

beforeAll(async () => {
  running = await runningCloud()
  folder = await mkdtemp(join(tmpdir(), 'drover-clients-'))
})

afterAll(async () => {
  await running.cloud.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the AWS CLI', () => {
  const aws = async (...words: string[]) => JSON.parse((await running.run([tools.aws, ...words, '--output', 'json'])) || 'null')

  test('says who it is', async () => {
    expect(await aws('sts', 'get-caller-identity')).toEqual({
      UserId: '000000000001',
      Account: '000000000001',
      Arn: 'arn:aws:iam::000000000001:root',
    })
  })

  test('pages through what is longer than a page', async () => {
    for (let index = 0; index < 3; index++)
      await aws('ec2', 'create-security-group', '--group-name', `g${index}`, '--description', 'x')
    const all = await aws('ec2', 'describe-security-groups', '--page-size', '5', '--query', 'SecurityGroups[].GroupName')
    expect(all.sort()).toEqual(['default', 'g0', 'g1', 'g2'])
  })

  test('makes a target group and reads its health check', async () => {
    const vpc = await aws('ec2', 'describe-vpcs', '--query', 'Vpcs[0].VpcId')
    const words = ['--name', 'web', '--protocol', 'HTTP', '--port', '80', '--vpc-id', vpc, '--health-check-path', '/healthz']
    const { TargetGroups } = await aws('elbv2', 'create-target-group', ...words)
    const arn = TargetGroups[0].TargetGroupArn
    expect(await aws('elbv2', 'describe-target-groups', '--names', 'web', '--query', 'TargetGroups[].HealthCheckPath')).toEqual([
      '/healthz',
    ])
    expect(await aws('elbv2', 'describe-target-health', '--target-group-arn', arn)).toEqual({ TargetHealthDescriptions: [] })
  })

  test('makes a role with a policy, and reads the policy back', async () => {
    const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }
    const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    await aws('iam', 'create-role', '--role-name', 'machines', '--assume-role-policy-document', document(trust))
    const allowed = { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' }
    const words = ['--role-name', 'machines', '--policy-name', 'read']
    await aws('iam', 'put-role-policy', ...words, '--policy-document', document(allowed))
    expect((await aws('iam', 'get-role-policy', ...words)).PolicyDocument.Statement).toEqual([allowed])
  })

  test('launches, waits for it to run and for its status, and ends it', async () => {
    const launched = await aws(
      'ec2',
      'run-instances',
      '--image-id',
      running.imageId,
      '--count',
      '1',
      '--instance-type',
      't3.micro',
      '--user-data',
      '#!/bin/sh',
    )
    const id = launched.Instances[0].InstanceId
    await aws('ec2', 'wait', 'instance-running', '--instance-ids', id)
    const status = await aws('ec2', 'describe-instance-status', '--instance-ids', id)
    expect(status.InstanceStatuses).toHaveLength(1)
    const ended = await aws('ec2', 'terminate-instances', '--instance-ids', id)
    expect(ended.TerminatingInstances[0].CurrentState.Name).toBe('shutting-down')
  })

  test('sets and reads alarms', async () => {
    await aws(
      'cloudwatch',
      'put-metric-alarm',
      '--alarm-name',
      'a',
      '--evaluation-periods',
      '1',
      '--comparison-operator',
      'GreaterThanThreshold',
      '--threshold',
      '1',
      '--metric-name',
      'm',
      '--namespace',
      'n',
      '--period',
      '60',
      '--statistic',
      'Sum',
    )
    await aws('cloudwatch', 'set-alarm-state', '--alarm-name', 'a', '--state-value', 'OK', '--state-reason', 'fine')
    expect((await aws('cloudwatch', 'describe-alarms')).MetricAlarms).toMatchObject([
      { AlarmName: 'a', StateValue: 'OK', StateReason: 'fine', Threshold: 1 },
    ])
  })

  test('makes a key, names it, grants its use and takes that back', async () => {
    const { KeyMetadata } = await aws('kms', 'create-key', '--description', 'golden images')
    const key = ['--key-id', KeyMetadata.Arn]
    await aws('kms', 'create-alias', '--alias-name', 'alias/golden', '--target-key-id', KeyMetadata.KeyId)
    expect((await aws('kms', 'describe-key', '--key-id', 'alias/golden')).KeyMetadata).toEqual(KeyMetadata)
    const role = 'arn:aws:iam::222222222222:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling'
    const operations = ['--operations', 'CreateGrant', 'Decrypt']
    const { GrantId } = await aws('kms', 'create-grant', ...key, '--grantee-principal', role, ...operations)
    expect((await aws('kms', 'list-grants', ...key)).Grants).toMatchObject([
      { GrantId, GranteePrincipal: role, Operations: ['CreateGrant', 'Decrypt'] },
    ])
    await aws('kms', 'revoke-grant', ...key, '--grant-id', GrantId)
    await aws('kms', 'disable-key', ...key)
    await expect(aws('kms', 'create-grant', ...key, '--grantee-principal', role, ...operations)).rejects.toThrow(
      `(DisabledException) when calling the CreateGrant operation: ${KeyMetadata.Arn} is disabled.`,
    )
  })

  test('makes a cluster with a node group, updates it, and takes both away', async () => {
    const subnets = await aws('ec2', 'describe-subnets', '--query', 'Subnets[].SubnetId')
    const role = (name: string) => `arn:aws:iam::${running.cloud.credentials.account}:role/${name}`
    const network = ['--resources-vpc-config', `subnetIds=${subnets.join(',')}`]
    await aws('eks', 'create-cluster', '--name', 'prod', '--role-arn', role('eks'), ...network)
    await aws('eks', 'wait', 'cluster-active', '--name', 'prod')
    const data = ['--launch-template-data', JSON.stringify({ ImageId: running.imageId, InstanceType: 't3.micro' })]
    await aws('ec2', 'create-launch-template', '--launch-template-name', 'workers', ...data)
    const named = ['--cluster-name', 'prod', '--nodegroup-name', 'workers']
    const template = ['--launch-template', 'name=workers,version=1']
    const sizes = ['--scaling-config', 'minSize=0,maxSize=1,desiredSize=0']
    const words = [...named, '--node-role', role('node'), '--subnets', ...subnets, ...template, ...sizes]
    await aws('eks', 'create-nodegroup', ...words)
    await aws('eks', 'wait', 'nodegroup-active', ...named)
    const { update } = await aws('eks', 'update-nodegroup-version', ...named, ...template)
    const asked = ['--name', 'prod', '--nodegroup-name', 'workers', '--update-id', update.id]
    expect((await aws('eks', 'describe-update', ...asked)).update).toMatchObject({ type: 'VersionUpdate', id: update.id })
    await expect(aws('eks', 'delete-cluster', '--name', 'prod')).rejects.toThrow('Cluster has nodegroups attached')
    await aws('eks', 'delete-nodegroup', ...named)
    await aws('eks', 'wait', 'nodegroup-deleted', ...named)
    await aws('eks', 'delete-cluster', '--name', 'prod')
    expect(await aws('eks', 'list-clusters')).toEqual({ clusters: [] })
  })

  test('is told the name of what is not implemented', async () => {
    await expect(aws('ec2', 'describe-vpn-gateways')).rejects.toThrow(
      '(UnsupportedOperation) when calling the DescribeVpnGateways operation: The local cloud does not implement the action DescribeVpnGateways.',
    )
    await expect(aws('ec2', 'describe-images', '--filters', 'Name=colour,Values=blue')).rejects.toThrow(
      "The filter 'colour' is invalid",
    )
  })
})

test('boto3 reads what it wrote, with the types its models say', async () => {
  const script = `
import boto3, datetime, json
ssm = boto3.client('ssm')
ssm.put_parameter(Name='/a/b', Value='secret', Type='SecureString')
parameter = ssm.get_parameter(Name='/a/b', WithDecryption=True)['Parameter']
assert isinstance(parameter['LastModifiedDate'], datetime.datetime), parameter
ec2 = boto3.resource('ec2')
image = list(ec2.images.filter(Owners=['136693071363']))[0]
assert image.block_device_mappings[0]['Ebs']['VolumeSize'] == 8, image.block_device_mappings
template = boto3.client('ec2').create_launch_template(LaunchTemplateName='boto', LaunchTemplateData={'ImageId': image.id, 'TagSpecifications': [{'ResourceType': 'instance', 'Tags': [{'Key': 'k', 'Value': 'v'}]}]})
groups = boto3.client('autoscaling')
groups.create_auto_scaling_group(AutoScalingGroupName='boto', MinSize=0, MaxSize=1, LaunchTemplate={'LaunchTemplateName': 'boto'}, AvailabilityZones=['eu-central-1a'])
group = groups.describe_auto_scaling_groups()['AutoScalingGroups'][0]
try:
    groups.rollback_instance_refresh(AutoScalingGroupName='boto')
except groups.exceptions.ActiveInstanceRefreshNotFoundFault as refused:
    code = refused.response['Error']['Code']
alarms = boto3.client('cloudwatch').describe_alarms(AlarmNames=['none'])['MetricAlarms']
print(json.dumps([parameter['Value'], image.state, template['LaunchTemplate']['LatestVersionNumber'], group['DesiredCapacity'], code, alarms]))
`
  expect(JSON.parse(await running.run([tools.python, '-c', script]))).toEqual([
    'secret',
    'available',
    1,
    0,
    'ActiveInstanceRefreshNotFound',
    [],
  ])
})

test('Packer builds, shares, tags and cleans up after itself', async () => {
  const { account } = running.cloud.credentials
  await running.cloud.admin.call('add-kms-key', { account, region: 'eu-central-1', name: 'alias/drover', accounts: [] })
  const file = join(folder, 'image.pkr.hcl')
  await writeFile(file, packerTemplate)
  const said = await running.run([packer.path, 'build', '-machine-readable', file], {
    PACKER_PLUGIN_PATH: packer.pluginPath,
    CHECKPOINT_DISABLE: '1',
  })
  const imageId = /artifact,0,id,eu-central-1:(ami-[0-9a-f]{17})/.exec(said)?.[1]
  const ask = async (...words: string[]) => JSON.parse(await running.run([tools.aws, 'ec2', ...words, '--output', 'json']))
  const { Images } = await ask('describe-images', '--owners', 'self')
  expect(Images).toMatchObject([
    {
      ImageId: imageId,
      State: 'available',
      ImdsSupport: 'v2.0',
      DeprecationTime: '2036-01-01T00:00:00.000Z',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: 10 } }],
      Tags: expect.arrayContaining([{ Key: 'release', Value: '1' }]),
    },
  ])
  expect(
    (await ask('describe-image-attribute', '--image-id', imageId ?? '', '--attribute', 'launchPermission')).LaunchPermissions,
  ).toEqual([{ UserId: '222222222222' }])
  expect((await ask('describe-key-pairs')).KeyPairs).toEqual([])
  expect((await ask('describe-volumes')).Volumes).toEqual([])
  const alive = await ask('describe-instances', '--filters', 'Name=instance-state-name,Values=pending,running,stopping,stopped')
  expect(alive.Reservations).toEqual([])
  const groups = await ask('describe-security-groups', '--filters', 'Name=group-name,Values=packer*')
  expect(groups.SecurityGroups).toEqual([])
})

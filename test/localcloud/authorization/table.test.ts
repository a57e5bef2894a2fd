// What each action is about, held against the Service Authorization Reference.

import { describe, expect, test } from 'vitest'
import { needsOf, refuseUnauthorised } from '../../../pipeline/localcloud/authorization/index.ts'
import type { Asked } from '../../../pipeline/localcloud/authorization/need.ts'
import { typesOf } from '../../../pipeline/localcloud/authorization/reference.ts'
import { createSimulatedMachines } from '../../../pipeline/localcloud/index.ts'
import { operations } from '../../../pipeline/localcloud/operations/index.ts'
import type { Caller } from '../../../pipeline/localcloud/operations/operation.ts'
import { roleId } from '../../../pipeline/localcloud/operations/sts/session.ts'
import { ensureDefaultNetwork } from '../../../pipeline/localcloud/store/default-network.ts'
import type { Image } from '../../../pipeline/localcloud/store/image.ts'
import { putRole } from '../../../pipeline/localcloud/store/known-roles.ts'
import { Draft, emptyState, placeKey } from '../../../pipeline/localcloud/store/state.ts'
import type { ServiceName } from '../../../pipeline/localcloud/wire/service.ts'
import { account, allowAll, policy, region, trust } from './cloud-with-roles.ts'

const place = placeKey(account, region)
const { network } = createSimulatedMachines({ now: () => 0, bootMs: 0 })
const imageId = 'ami-0123456789abcdef0'

const image: Image = {
  id: imageId,
  region,
  owner: account,
  name: 'web',
  description: '',
  state: 'available',
  architecture: 'x86_64',
  createdAt: 0,
  protection: 'disabled',
  rootDeviceName: '/dev/xvda',
  blockDevices: [
    { deviceName: '/dev/xvda', snapshotId: 'snap-1', size: 8, type: 'gp3', encrypted: false, deleteOnTermination: true },
  ],
  layers: [],
  isPublic: false,
  launchAccounts: [],
  launchOrganisations: [],
  tags: {},
}

/** One input that names something for every action. */
const named = {
  AliasName: 'alias/golden',
  AlarmName: 'errors',
  AlarmNames: ['errors'],
  AutoScalingGroupName: 'web',
  DocumentName: 'AWS-RunShellScript',
  GroupId: 'sg-1',
  Groups: ['sg-1'],
  ImageId: imageId,
  InstanceId: 'i-1',
  InstanceIds: ['i-1', 'i-2'],
  InstanceProfileName: 'machine',
  KeyId: 'alias/golden',
  KeyName: 'ada',
  LaunchTemplateId: 'lt-1',
  Name: '/drover/a',
  Names: ['/drover/a', 'b'],
  Path: '/',
  PolicyArn: `arn:aws:iam::${account}:policy/p`,
  PolicyName: 'p',
  Resources: [imageId, 'i-1', 'snap-1', 'vol-1', 'sg-1', 'vpc-1', 'subnet-1', 'lt-1', 'eni-1', 'key-1'],
  RoleName: 'bake',
  SecurityGroupRuleIds: ['sgr-1'],
  SnapshotId: 'snap-1',
  SourceImageId: imageId,
  SourceRegion: region,
  SourceSnapshotId: 'snap-1',
  Tags: [{ Key: 'team', Value: 'web', ResourceId: 'web' }],
  TargetGroupArn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/web/0123456789abcdef`,
  TargetKeyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  VolumeId: 'vol-1',
  VpcId: 'vpc-1',
  clusterName: 'prod',
  name: 'prod',
  nodeRole: `arn:aws:iam::${account}:role/node`,
  nodegroupName: 'workers',
}

function asked(draft = new Draft(emptyState('table')), input: object = named): Asked {
  ensureDefaultNetwork(draft, place, network.cidr)
  draft.put(place, 'images', imageId, image)
  return { input: { ...input }, draft, place, account, region, network, now: 0 }
}

const inputs: Readonly<Record<string, object>> = {
  RunInstances: { ImageId: imageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
}

const actions = (Object.keys(operations) as ServiceName[]).flatMap((service) =>
  Object.keys(operations[service]).map((action) => ({ service, action })),
)

/** Whether they may be done is said elsewhere: everybody may ask who they are, and a role says who may take it. */
const elsewhere = new Set(['GetCallerIdentity', 'AssumeRole', 'AssumeRoleWithWebIdentity'])
const asks = actions.filter(({ action }) => !elsewhere.has(action))

const shapes: Readonly<Record<string, RegExp>> = {
  '*': /^\*$/,
  image: /^arn:aws:ec2:[a-z0-9-]+::image\/[\w*-]+$/,
  snapshot: /^arn:aws:ec2:[a-z0-9-]+::snapshot\/[\w*-]+$/,
  autoScalingGroup: /^arn:aws:autoscaling:[a-z0-9-]+:\d{12}:autoScalingGroup:[\w*-]+:autoScalingGroupName\/[\w*-]+$/,
  launchConfiguration: /^arn:aws:autoscaling:[a-z0-9-]+:\d{12}:launchConfiguration:[\w*-]+:launchConfigurationName\/[\w*-]+$/,
  document: /^arn:aws:ssm:[a-z0-9-]+:(\d{12})?:document\/[\w-]+$/,
  parameter: /^arn:aws:ssm:[a-z0-9-]+:\d{12}:parameter\/(\w[\w/]*)?$/,
  session: /^arn:aws:ssm:[a-z0-9-]+:\d{12}:session\/[\w*-]+$/,
  alarm: /^arn:aws:cloudwatch:[a-z0-9-]+:\d{12}:alarm:[\w*-]+$/,
  role: /^arn:aws:iam::\d{12}:role\/[\w-]+$/,
  policy: /^arn:aws:iam::\d{12}:policy\/[\w-]+$/,
  targetgroup: /^arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[\w/*-]+$/,
  key: /^arn:aws:kms:[a-z0-9-]+:\d{12}:(key\/[0-9a-f-]+|alias\/[\w-]+)$/,
  alias: /^arn:aws:kms:[a-z0-9-]+:\d{12}:alias\/[\w-]+$/,
  cluster: /^arn:aws:eks:[a-z0-9-]+:\d{12}:cluster\/[\w-]+$/,
  nodegroup: /^arn:aws:eks:[a-z0-9-]+:\d{12}:nodegroup\/[\w-]+\/[\w-]+\/[\w*-]+$/,
  'instance-profile': /^arn:aws:iam::\d{12}:instance-profile\/[\w-]+$/,
}

describe.each(asks)('$service $action', ({ service, action }) => {
  const needs = needsOf(service, action, asked(undefined, inputs[action]))
  const own = needs.filter((need) => need.action.endsWith(`:${action}`))

  test('is about the types of resources it is documented to be about, and all that are required', () => {
    const documented = typesOf(own[0]?.action ?? '')
    const types = new Set(own.map(({ resource }) => resource.type))
    const required = Object.keys(documented).filter((type) => documented[type])
    expect(required.filter((type) => !types.has(type))).toEqual([])
    if (Object.keys(documented).length === 0) expect([...types]).toEqual(['*'])
    else expect([...types].filter((type) => documented[type] === undefined)).toEqual([])
  })

  test('names them as they are documented to be named', () => {
    for (const { resource } of needs) {
      const ec2 = new RegExp(`^arn:aws:ec2:${region}:${account}:${resource.type}/[\\w*-]+$`)
      expect(resource.arn).toMatch(shapes[resource.type] ?? ec2)
    }
  })

  test('is refused when any of them is denied', () => {
    for (const need of needs) {
      const statement = { Effect: 'Deny', Action: need.action, Resource: need.resource.arn }
      expect(() => tried(service, action, statement)).toThrow('with an explicit deny in an identity-based policy')
    }
    expect(() => tried(service, action)).not.toThrow()
  })
})

test.each([...elsewhere])('%s is decided elsewhere', (action) => expect(needsOf('sts', action, asked())).toEqual([]))

/** As a role that may do everything but what the statements deny. */
function tried(service: ServiceName, action: string, ...statements: readonly object[]): void {
  const draft = new Draft(emptyState('table'))
  const name = 'asker'
  const id = roleId(account, name)
  putRole(draft, {
    account,
    name,
    path: '/',
    id,
    createdAt: 0,
    maxSessionSeconds: 3_600,
    trust: trust({ AWS: account }),
    inline: { all: policy(allowAll, ...statements) },
    attached: [],
    tags: {},
    isDeleted: false,
  })
  const session = { role: name, policies: [], tags: {}, transitiveTagKeys: [] }
  const caller: Caller = {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/x`,
    userId: `${id}:x`,
    isSession: true,
    session,
  }
  const circumstances = { region, wallNow: 0, sourceAddress: undefined }
  refuseUnauthorised({ draft, caller, circumstances, family: 'ec2' }, service, action, asked(draft, inputs[action]))
}

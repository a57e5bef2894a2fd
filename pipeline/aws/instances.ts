// Single instances: launched, looked at, ended.

import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  GetConsoleOutputCommand,
  type Instance,
  RebootInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import type { CloudAt, FleetInstance, InstanceTypeDetail, LaunchRequest, MachineInstance } from '../ports/index.ts'
import { instant, oneOf, only, optional, outcomeOf, resourceId, tagsOf, text, wholeNumber } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { everyItem, slicesOf } from './pages.ts'
import { tagFilters, tagSpecifications } from './tags.ts'

type InstanceVerbs = Pick<
  CloudAt,
  'launch' | 'describeInstances' | 'everyInstance' | 'instanceTypes' | 'terminate' | 'reboot' | 'consoleOutput'
>

export function instanceVerbs(call: Caller): InstanceVerbs {
  return {
    launch: (request) => outcomeOf(() => launch(call, request)),
    describeInstances: (query) => outcomeOf(() => describeInstances(call, query)),
    everyInstance: () => outcomeOf(() => everyInstance(call)),
    instanceTypes: (names) => outcomeOf(() => instanceTypes(call, names)),
    terminate: (ids) => outcomeOf(() => terminate(call, ids)),
    reboot: (ids) => outcomeOf(() => reboot(call, ids)),
    consoleOutput: (instanceId) => outcomeOf(() => consoleOutput(call, instanceId)),
  }
}

async function launch(call: Caller, request: LaunchRequest): Promise<MachineInstance> {
  const { userData, instanceProfile } = request
  const command = new RunInstancesCommand({
    ImageId: request.imageId,
    InstanceType: oneOfTypes(request.instanceType),
    MinCount: 1,
    MaxCount: 1,
    ClientToken: request.clientToken,
    SubnetId: request.subnetId,
    SecurityGroupIds: [...request.securityGroupIds],
    KeyName: request.keyName,
    UserData: userData === undefined ? undefined : Buffer.from(userData).toString('base64'),
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
    TagSpecifications: tagSpecifications(['instance', 'volume'], request.tags),
    ...(instanceProfile === undefined ? {} : { IamInstanceProfile: profile(instanceProfile) }),
  })
  const answer = await call(`RunInstances ${request.instanceType} of ${request.imageId}`, ({ ec2 }) => ec2.send(command))
  return machineInstance(only(answer.Instances, 'instances'))
}

/** The SDK's union of known types lags behind AWS: the service judges the name. */
function oneOfTypes(name: string): Instance['InstanceType'] {
  return name as Instance['InstanceType']
}

function profile(nameOrArn: string): { Arn: string } | { Name: string } {
  return nameOrArn.startsWith('arn:') ? { Arn: nameOrArn } : { Name: nameOrArn }
}

async function describeInstances(
  call: Caller,
  query: Parameters<CloudAt['describeInstances']>[0],
): Promise<readonly MachineInstance[]> {
  const { ids, tags = {} } = query
  // Neither IDs nor tags would mean every instance of the account.
  if (ids?.length === 0 || (ids === undefined && Object.keys(tags).length === 0)) return []
  const found: MachineInstance[] = []
  for (const InstanceIds of ids === undefined ? [undefined] : slicesOf(ids, mostAtOnce)) {
    const instances = await everyItem(async (NextToken) => {
      const input = { Filters: tagFilters(tags), NextToken, InstanceIds: InstanceIds && [...InstanceIds] }
      const request = new DescribeInstancesCommand(input)
      const answer = await call(`DescribeInstances ${ids?.join(' ') ?? ''}`.trim(), ({ ec2 }) => ec2.send(request))
      return { items: answer.Reservations?.flatMap(({ Instances }) => Instances ?? []), next: answer.NextToken }
    })
    found.push(...instances.map(machineInstance))
  }
  return found
}

/** Filtered and paged: EC2 keeps a smaller bucket for the same question without. */
async function everyInstance(call: Caller): Promise<readonly FleetInstance[]> {
  const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }]
  const instances = await everyItem(async (NextToken) => {
    const request = new DescribeInstancesCommand({ Filters, MaxResults: 1_000, NextToken })
    const answer = await call('DescribeInstances', ({ ec2 }) => ec2.send(request))
    return { items: answer.Reservations?.flatMap(({ Instances }) => Instances ?? []), next: answer.NextToken }
  })
  return instances.map((instance) => ({
    ...machineInstance(instance),
    instanceType: text(instance.InstanceType, 'type of the instance'),
    zone: instance.Placement?.AvailabilityZone ?? '',
    spot: instance.InstanceLifecycle === 'spot',
  }))
}

async function instanceTypes(call: Caller, names: readonly string[]): Promise<readonly InstanceTypeDetail[]> {
  const found: InstanceTypeDetail[] = []
  for (const slice of slicesOf(names, 100)) {
    const request = new DescribeInstanceTypesCommand({ InstanceTypes: slice.flatMap((name) => oneOfTypes(name) ?? []) })
    const answer = await call(`DescribeInstanceTypes ${slice.join(' ')}`, ({ ec2 }) => ec2.send(request))
    found.push(
      ...(answer.InstanceTypes ?? []).map((type) => ({
        name: text(type.InstanceType, 'name of the instance type'),
        vcpus: wholeNumber(type.VCpuInfo?.DefaultVCpus, 'vCPUs of the instance type'),
      })),
    )
  }
  return found
}

async function terminate(call: Caller, ids: readonly string[]): Promise<void> {
  for (const InstanceIds of slicesOf(ids, mostAtOnce)) {
    const request = new TerminateInstancesCommand({ InstanceIds: [...InstanceIds] })
    await call(`TerminateInstances ${InstanceIds.join(' ')}`, ({ ec2 }) => ec2.send(request))
  }
}

async function reboot(call: Caller, ids: readonly string[]): Promise<void> {
  for (const InstanceIds of slicesOf(ids, mostAtOnce)) {
    const request = new RebootInstancesCommand({ InstanceIds: [...InstanceIds] })
    await call(`RebootInstances ${InstanceIds.join(' ')}`, ({ ec2 }) => ec2.send(request), 'unsafe')
  }
}

async function consoleOutput(call: Caller, instanceId: string): Promise<string> {
  const ask = async (Latest: boolean) => {
    const request = new GetConsoleOutputCommand({ InstanceId: instanceId, Latest })
    return call(`GetConsoleOutput ${instanceId}`, ({ ec2 }) => ec2.send(request))
  }
  const { Output } = await ask(true).catch((error: unknown) => {
    // Only Nitro types give the latest output; the others keep what they said at boot.
    if (error instanceof CallFailed && error.failure.kind === 'unsupported') return ask(false)
    throw error
  })
  return Buffer.from(Output ?? '', 'base64').toString()
}

/** EC2 takes up to 1,000, but asks for fewer. */
const mostAtOnce = 200

const states = ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'] as const

function machineInstance(instance: Instance): MachineInstance {
  return {
    id: resourceId('i', instance.InstanceId),
    imageId: resourceId('ami', instance.ImageId),
    state: oneOf(instance.State?.Name, states, 'state of the instance'),
    ...optional('stateReason', instance.StateReason?.Message || undefined),
    ...optional('privateAddress', instance.PrivateIpAddress),
    ...optional('publicAddress', instance.PublicIpAddress),
    launchedAt: instant(instance.LaunchTime, 'launch time of the instance'),
    tags: tagsOf(instance.Tags),
  }
}

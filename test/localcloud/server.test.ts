// The cloud on its socket: keys and sessions, the operator's door, bodies too long, and what outlives the process.

import { connect } from 'node:net'
import { Readable } from 'node:stream'
import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandOutput,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  GetCommandInvocationCommand,
  GetParameterCommand,
  PutParameterCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, test } from 'vitest'
import type { LocalCloud } from '../../pipeline/localcloud/index.ts'
import { createMemoryFiles } from '../support/memory-files.ts'
import { type RunningCloud, runningCloud } from './running-cloud.ts'

const open: LocalCloud[] = []

async function start(options?: Parameters<typeof runningCloud>[0]): Promise<RunningCloud> {
  const running = await runningCloud(options)
  open.push(running.cloud)
  return running
}

afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close()
})

const configured = (
  cloud: LocalCloud,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } = cloud.credentials,
) => ({
  region: 'eu-central-1',
  endpoint: cloud.endpoint,
  // The client writes its own marks into what it is given.
  credentials: { ...credentials },
  maxAttempts: 1,
})

async function assume(cloud: LocalCloud, account: string, from = configured(cloud), DurationSeconds?: number) {
  const { Credentials } = await new STSClient(from).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${account}:role/r`,
      RoleSessionName: 'test',
      ExternalId: 'x',
      ...(DurationSeconds === undefined ? {} : { DurationSeconds }),
    }),
  )
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
}

describe('a session', () => {
  test('acts as its role in its account', async () => {
    const { cloud } = await start()
    await cloud.admin.call('add-account', { id: '222222222222' })
    const session = await assume(cloud, '222222222222')
    expect(await new STSClient(configured(cloud, session)).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '222222222222',
      Arn: 'arn:aws:sts::222222222222:assumed-role/r/test',
    })
  })

  test('cannot be had in an account nobody knows', async () => {
    const { cloud } = await start()
    await expect(assume(cloud, '999999999999')).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  test("got with another session's key lasts an hour at most", async () => {
    const { cloud } = await start()
    await cloud.admin.call('add-account', { id: '222222222222' })
    const session = await assume(cloud, '222222222222')
    await expect(assume(cloud, '222222222222', configured(cloud, session), 7_200)).rejects.toThrow(
      'exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  })

  test('ends when told to', async () => {
    const { cloud } = await start()
    await cloud.admin.call('add-account', { id: '222222222222' })
    const session = await assume(cloud, '222222222222')
    expect(await cloud.admin.call('end-sessions', { account: '222222222222' })).toEqual({ ended: 1 })
    await expect(new EC2Client(configured(cloud, session)).send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
      name: 'RequestExpired',
    })
    await expect(new STSClient(configured(cloud, session)).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'ExpiredToken',
    })
  })
})

test('a request without a signature is refused', async () => {
  const { cloud } = await start()
  const response = await fetch(cloud.endpoint, { method: 'POST', body: 'Action=DescribeImages&Version=2016-11-15' })
  expect([response.status, await response.text()]).toEqual([
    403,
    expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
  ])
  const targeted = await fetch(cloud.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSSM.GetParameter' },
    body: '{}',
  })
  expect([targeted.status, await targeted.json()]).toEqual([
    403,
    { __type: 'MissingAuthenticationToken', message: 'Request is missing Authentication Token' },
  ])
})

test('a body no honest client sends is not read to its end', async () => {
  const { cloud } = await start()
  const response = await fetch(cloud.endpoint, { method: 'POST', body: 'x'.repeat(2_000_000) })
  expect(response.status).toBe(413)
})

test('no other address than 127.0.0.1 is listened on', async () => {
  const { cloud } = await start()
  const { port } = new URL(cloud.endpoint)
  const reached = (address: string) =>
    new Promise((resolve) => {
      const socket = connect(Number(port), address, () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
  // One that listens on all of them is there at this one, too.
  expect([await reached('127.0.0.1'), await reached('127.0.0.2')]).toEqual([true, false])
})

test('a request that is cut off leaves the cloud answering', async () => {
  const { cloud } = await start()
  const { port } = new URL(cloud.endpoint)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
      socket.destroy()
      resolve()
    })
  })
  expect(await new STSClient(configured(cloud)).send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '000000000001' })
})

describe("the operator's door", () => {
  const ask = (cloud: LocalCloud, action: string, token: string, body: unknown = {}) =>
    fetch(`${cloud.endpoint}/_drover/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })

  test('wants its token', async () => {
    const { cloud } = await start()
    expect((await ask(cloud, 'status', 'wrong')).status).toBe(403)
    expect((await ask(cloud, 'status', cloud.adminToken)).status).toBe(200)
  })

  test('says what is wrong with what it is given', async () => {
    const { cloud } = await start()
    const response = await ask(cloud, 'add-account', cloud.adminToken, { id: '12', name: 'x' })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringMatching(/add-account: [\s\S]*id[\s\S]*/) })
  })

  test('is not there for machines', async () => {
    const { cloud } = await start()
    let status = 0
    const request = Object.assign(Readable.from([]), {
      method: 'POST',
      url: '/_drover/status',
      headers: { authorization: `Bearer ${cloud.adminToken}` },
    })
    const response = { writeHead: (given: number) => (status = given), end: () => undefined }
    await cloud.handle(request as never, response as never, { guestAddress: '10.0.0.4' })
    expect(status).toBe(404)
  })
})

test('what was acknowledged is there after the process is gone, and machines run again with their addresses', async () => {
  const files = createMemoryFiles()
  const storage = { files, directory: '/state' }
  const first = await start({ storage })
  const ec2 = new EC2Client(configured(first.cloud))
  const { Instances } = await ec2.send(new RunInstancesCommand({ ImageId: first.imageId, MinCount: 1, MaxCount: 1 }))
  await new SSMClient(configured(first.cloud)).send(new PutParameterCommand({ Name: '/a', Value: 'v', Type: 'String' }))
  const atThatMoment = createMemoryFiles(
    Object.fromEntries([...files.contents].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])),
  )

  const second = await start({ storage: { files: atThatMoment, directory: '/state' } })
  expect(second.cloud.credentials).toEqual(first.cloud.credentials)
  const parameter = await new SSMClient(configured(second.cloud)).send(new GetParameterCommand({ Name: '/a' }))
  expect(parameter.Parameter?.Value).toBe('v')
  const again = new EC2Client(configured(second.cloud))
  await expect
    .poll(async () => stateOf(await again.send(new DescribeInstancesCommand({}))))
    .toEqual([Instances?.[0]?.InstanceId, 'running', Instances?.[0]?.PrivateIpAddress])
})

function stateOf({ Reservations }: DescribeInstancesCommandOutput) {
  const instance = Reservations?.[0]?.Instances?.[0]
  return [instance?.InstanceId, instance?.State?.Name, instance?.PrivateIpAddress]
}

describe('SendCommand', () => {
  const shell = { DocumentName: 'AWS-RunShellScript', Parameters: { commands: ['id', 'uptime'] } }
  const launched = async ({ cloud, imageId }: RunningCloud, profile: object) => {
    const ec2 = new EC2Client(configured(cloud))
    const { Instances } = await ec2.send(new RunInstancesCommand({ ImageId: imageId, MinCount: 1, MaxCount: 1, ...profile }))
    await expect.poll(async () => stateOf(await ec2.send(new DescribeInstancesCommand({})))[1]).toBe('running')
    return Instances?.[0]?.InstanceId ?? ''
  }

  test('runs a script on a machine with the agent and a profile', async () => {
    const running = await start()
    const InstanceId = await launched(running, { IamInstanceProfile: { Name: 'web' } })
    const ssm = new SSMClient(configured(running.cloud))
    const { Command } = await ssm.send(new SendCommandCommand({ ...shell, InstanceIds: [InstanceId] }))
    const invocation = () => ssm.send(new GetCommandInvocationCommand({ CommandId: Command?.CommandId, InstanceId }))
    await expect.poll(async () => (await invocation()).Status).toBe('Success')
    expect(await invocation()).toMatchObject({ ResponseCode: 0, StandardOutputContent: 'ran id\nuptime\n' })
  })

  test('does not reach a machine without a profile', async () => {
    const running = await start()
    const InstanceId = await launched(running, {})
    const asked = new SSMClient(configured(running.cloud)).send(new SendCommandCommand({ ...shell, InstanceIds: [InstanceId] }))
    await expect(asked).rejects.toMatchObject({ name: 'InvalidInstanceId' })
  })
})

test('a fault on demand hits the calls it is for, and no more', async () => {
  const { cloud } = await start()
  await cloud.admin.call('set-faults', {
    faults: [
      {
        kind: 'refuse-action',
        action: 'DescribeInstances',
        code: 'RequestLimitExceeded',
        message: 'slow down',
        status: 503,
        times: 1,
      },
    ],
  })
  const ec2 = new EC2Client(configured(cloud))
  await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: 'RequestLimitExceeded',
    $metadata: { httpStatusCode: 503 },
  })
  expect(await ec2.send(new DescribeInstancesCommand({}))).toMatchObject({ Reservations: [] })
})

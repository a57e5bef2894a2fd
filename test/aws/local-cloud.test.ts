// The adapter over a socket: every verb once, against the local cloud with machines that are only pretended.

import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import { createSimulatedMachines, type LocalCloud, startLocalCloud } from '../../pipeline/localcloud/index.ts'
import type {
  Clock,
  Cloud,
  CloudAt,
  CloudOutcome,
  LaunchRequest,
  MachineImage,
  MachineInstance,
} from '../../pipeline/ports/index.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const home = { account: '111111111111', region: 'eu-central-1', role: 'arn:aws:iam::111111111111:role/drover-images' }
const away = { ...home, region: 'eu-west-1' }
const stage = { account: '222222222222', region: 'eu-west-1', role: 'arn:aws:iam::222222222222:role/drover-promote' }
const tags = { 'drover:bake': 'token *?' }

let local: LocalCloud
let cloud: Cloud
let clock: Clock
let at: CloudAt
let base: MachineImage

beforeAll(async () => {
  // Requests are signed and checked by wall time, which no simulation moves.
  clock = { ...createVirtualClock({ startAt: Date.now() }), wallNow: () => Date.now() }
  const random = createSeededRandom(3)
  const run = () => ({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false })
  const machines = (now: () => number) => createSimulatedMachines({ now, run })
  local = await startLocalCloud({ clock, random, drive: 'on-request', machines })
  cloud = createCloud({
    clock,
    random,
    sessionName: 'test',
    endpoint: local.endpoint,
    credentials: async () => local.credentials,
  })
  for (const id of [home.account, stage.account]) await local.admin.call('add-account', { id })
  // Only a machine with a role of its own talks to SSM.
  await local.admin.call('add-instance-profile', { account: home.account, name: 'drover-build', role: 'drover-build' })
  const seeded = {
    owner: '136693071363',
    name: 'debian-13-amd64-20261115',
    regions: ['eu-central-1' as const],
    rootDirectory: '/base',
  }
  await local.admin.call('seed-image', seeded)
  at = cloud.at(home)
  const [found] = value(await at.findImages({ owners: ['136693071363'], nameGlob: 'debian-13-*', architecture: 'x86_64' }))
  if (found === undefined) throw new Error('the base was not found')
  base = found
})

afterAll(async () => {
  await local.close()
})

it('knows who it is', async () => {
  expect(value(await at.identity())).toEqual({
    account: home.account,
    arn: expect.stringMatching(/:assumed-role\/drover-images\/drover-test$/),
  })
})

it('finds its way around the network', async () => {
  expect(value(await at.zones())).toEqual(['eu-central-1a', 'eu-central-1b', 'eu-central-1c'])
  const network = value(await at.defaultNetwork())
  expect(network.vpcId).toMatch(/^vpc-/)
  expect(network.subnetIds).toHaveLength(3)
})

it('finds what is not there in no place', async () => {
  const nothing = await Promise.all([
    at.describeImage('ami-0123456789abcdef0'),
    at.describeInstances({ ids: ['i-0123456789abcdef0'] }),
    at.describeTemplateVersion('lt-0123456789abcdef0', '1'),
    at.describeRefreshes('nobody'),
    at.parameter('/nothing'),
    cloud.at(away).describeImage(base.id),
  ])
  expect(nothing.map((outcome) => !outcome.ok && outcome.kind)).toEqual(nothing.map(() => 'not-found'))
  expect(value(await at.describeGroups(['nobody']))).toEqual([])
  expect(value(await at.alarms(['nothing']))).toEqual([])
})

describe('a machine', () => {
  let machine: MachineInstance

  it('is launched once, among what it needs', async () => {
    const { publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const sshKey = `ssh-rsa ${opensshOf(publicKey)} test`
    value(await at.importKeyPair('key', sshKey, tags))
    expect(value(await at.findKeyPairs(tags))).toEqual([{ id: expect.stringMatching(/^key-/), name: 'key' }])
    const { vpcId, subnetIds } = value(await at.defaultNetwork())
    const ingress = [{ port: 22, cidr: '10.0.0.0/8' }]
    const { id } = value(await at.createSecurityGroup({ name: 'access', description: 'd', vpcId, ingress, tags }))
    expect(value(await at.findSecurityGroups(tags))).toEqual([{ id, name: 'access' }])
    const request: LaunchRequest = {
      imageId: base.id,
      instanceType: 't3.large',
      ...(subnetIds[0] === undefined ? {} : { subnetId: subnetIds[0] }),
      securityGroupIds: [id],
      keyName: 'key',
      instanceProfile: 'drover-build',
      userData: '#cloud-config',
      tags,
      clientToken: 'launch-1',
    }
    machine = value(await at.launch(request))
    expect(value(await at.launch(request)).id).toBe(machine.id)
    expect(machine).toMatchObject({ imageId: base.id, tags: expect.objectContaining(tags) })
    expect(value(await at.findVolumes(tags))).toHaveLength(1)
  })

  it('comes up, runs a script and says so', async () => {
    await until(async () => value(await at.describeInstances({ tags })).every(({ state }) => state === 'running'))
    expect(value(await at.consoleOutput(machine.id))).toBe(`simulated machine ${machine.id}\n`)
    const command = { instanceIds: [machine.id], script: 'exit 3', timeoutSeconds: 60, comment: 'a test' }
    await until(async () => (await at.sendCommand(command)).ok)
    const { commandId } = value(await at.sendCommand(command))
    await until(async () => value(await at.commandInvocations(commandId)).every(({ exitCode }) => exitCode !== undefined))
    expect(value(await at.commandInvocations(commandId))).toEqual([
      { instanceId: machine.id, status: 'Failed', exitCode: 3, stdout: 'out\n', stderr: 'err\n' },
    ])
    value(await at.tag([machine.id], { more: 'tags' }))
    value(await at.reboot([machine.id]))
    expect(value(await at.describeInstances({ ids: [machine.id], tags: { more: 'tags' } }))).toHaveLength(1)
  })

  it('goes, and what it needed after it', async () => {
    const [group] = value(await at.findSecurityGroups(tags))
    expect(await at.deleteSecurityGroup(group?.id ?? '')).toMatchObject({
      ok: false,
      kind: 'conflict',
      code: 'DependencyViolation',
    })
    value(await at.terminate([machine.id]))
    await until(async () => value(await at.describeInstances({ ids: [machine.id] })).every(({ state }) => state === 'terminated'))
    value(await at.deleteSecurityGroup(group?.id ?? ''))
    value(await at.deleteKeyPair('key'))
    expect(value(await at.findSecurityGroups(tags))).toEqual([])
    expect(value(await at.findKeyPairs(tags))).toEqual([])
    expect(value(await at.findVolumes(tags))).toEqual([])
  })
})

it('copies an image once, shares it with a stage, and discards it', async () => {
  const request = {
    sourceImageId: base.id,
    sourceRegion: home.region,
    name: 'web-2026.47.1',
    description: 'a copy',
    tags: { 'drover:purpose': 'copy' },
    clientToken: 'copy-1',
  }
  const { imageId } = value(await cloud.at(away).copyImage(request))
  expect(value(await cloud.at(away).copyImage(request))).toEqual({ imageId })
  await until(async () => value(await cloud.at(away).describeImage(imageId)).state === 'available')
  const copy = value(await cloud.at(away).describeImage(imageId))
  expect(copy).toMatchObject({
    sourceImageId: base.id,
    sourceRegion: home.region,
    ownerAccount: home.account,
    tags: request.tags,
  })
  expect(await cloud.at(stage).describeImage(imageId)).toMatchObject({ ok: false })
  value(await cloud.at(away).shareImage(copy, [stage.account]))
  expect(value(await cloud.at(away).launchPermissions(imageId))).toEqual([stage.account])
  expect(value(await cloud.at(stage).describeImage(imageId)).id).toBe(imageId)
  value(await cloud.at(away).discardImage(copy))
  expect(await cloud.at(away).describeImage(imageId)).toMatchObject({ ok: false, kind: 'not-found' })
})

it('reads parameters and alarms of its own account', async () => {
  const environment = value(await cloud.environmentFor(stage))
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    AWS_SESSION_TOKEN: sessionToken = '',
  } = environment
  const client = { region: stage.region, endpoint: local.endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } }
  await new SSMClient(client).send(new PutParameterCommand({ Name: '/web/key', Value: 'secret', Type: 'SecureString' }))
  const alarm = {
    AlarmName: 'web-5xx',
    Namespace: 'n',
    MetricName: 'm',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
  } as const
  await new CloudWatchClient(client).send(new PutMetricAlarmCommand(alarm))
  await new CloudWatchClient(client).send(
    new SetAlarmStateCommand({ AlarmName: 'web-5xx', StateValue: 'ALARM', StateReason: 'too many' }),
  )
  expect(value(await cloud.at(stage).parameter('/web/key'))).toBe('secret')
  expect(value(await cloud.at(stage).alarms(['web-5xx']))).toEqual([{ name: 'web-5xx', state: 'ALARM', reason: 'too many' }])
  expect(await at.parameter('/web/key')).toMatchObject({ ok: false, kind: 'not-found' })
})

it('waits out throttling, and renews a session that AWS has ended', async () => {
  const refusal = {
    kind: 'refuse-action',
    action: 'DescribeAvailabilityZones',
    code: 'RequestLimitExceeded',
    message: 'slow down',
    status: 503,
  } as const
  await local.admin.call('set-faults', { faults: [{ ...refusal, times: 3 }] })
  expect(value(await at.zones())).toHaveLength(3)
  expect((await local.admin.call('end-sessions', { account: home.account })).ended).toBeGreaterThan(0)
  expect(value(await at.zones())).toHaveLength(3)
})

function value<Value>(outcome: CloudOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 50; looks++) {
    if (await isSo()) return
    await clock.pause(5_000)
  }
  throw new Error('it never came to be')
}

/** The key in OpenSSH's own encoding: its type, exponent and modulus, each with its length before it. */
function opensshOf(pem: string): string {
  const { e = '', n = '' } = createPublicKey(pem).export({ format: 'jwk' })
  const number = (text: string) => {
    const bytes = Buffer.from(text, 'base64url')
    return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
  }
  const parts = [Buffer.from('ssh-rsa'), number(e), number(n)]
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part])).toString('base64')
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(part.byteLength)
  return length
}

// What a release would meet in three accounts and twenty groups of different shapes, as a person reads it.

import { AutoScalingClient, CreateOrUpdateTagsCommand, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCloud, createWorldBuilder } from '../../pipeline/aws/index.ts'
import { checkReach } from '../../pipeline/bake/index.ts'
import { describeAccountPlan } from '../../pipeline/cli/account-plan.ts'
import { createSimulatedMachines, type LocalCloud, startLocalCloud } from '../../pipeline/localcloud/index.ts'
import type { Cloud, Place } from '../../pipeline/ports/index.ts'
import { planCopies } from '../../pipeline/promote/index.ts'
import { checkKeys } from '../../pipeline/rights/index.ts'
import { type GroupOutlook, planStages } from '../../pipeline/roll/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { aPolicy, aRollPolicy, aSoakPolicy, aStage, aTarget, httpTest, minuteMs } from '../support/factories.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { spied } from './local-world.ts'

const services = ['web', 'api', 'search', 'mail', 'pay']
const watched = aSoakPolicy({ tests: [httpTest] })
const slow = aRollPolicy({ checkpointPercentages: [20, 100], checkpointDelayMs: 30 * minuteMs })
const policy = aPolicy({
  stages: [
    aStage('dev', { waves: [{ name: 'all', groups: services.map((name) => aTarget(`eu-central-1/${name}`)) }] }),
    aStage('staging', {
      soak: watched,
      waves: [{ name: 'all', groups: services.map((name) => aTarget(`eu-central-1/${name}`)) }],
    }),
    aStage('prod', {
      soak: watched,
      waves: [
        { name: 'disaster-recovery', groups: services.map((name) => aTarget(`eu-west-1/${name}`)) },
        { name: 'main', groups: services.map((name) => aTarget(`eu-central-1/${name}`, { roll: slow })) },
      ],
    }),
  ],
})

let local: LocalCloud
let cloud: Cloud
let clock: VirtualClock
let groups: readonly GroupOutlook[]
const asked = new Set<string>()

beforeAll(async () => {
  clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  const random = createSeededRandom(5)
  local = await startLocalCloud({ clock, random, drive: 'on-request', machines: (now) => createSimulatedMachines({ now }) })
  const credentials = async () => local.credentials
  const options = { clock, random, sessionName: 'test', endpoint: local.endpoint, credentials }
  cloud = createCloud(options)
  const regions: [string, ...string[]] = ['eu-central-1', 'eu-west-1']
  const seeded = { name: 'debian-13-amd64-1', regions: regions as never, rootDirectory: '/base' }
  const { images } = await local.admin.call('seed-image', { ...seeded, owner: '136693071363' })
  await local.admin.call('add-account', { id: policy.home.account })
  const baked = await local.admin.call('seed-image', { ...seeded, owner: policy.home.account, name: 'web-2026.47.1' })
  await cloud.at(policy.home).tag([baked.images['eu-central-1'] ?? ''], { 'drover:family': 'web' })
  const [dev, staging] = policy.stages.map(({ account }) => account)
  const key = { account: policy.home.account, name: 'alias/drover', accounts: [dev ?? '', staging ?? ''] }
  for (const region of regions) await local.admin.call('add-kms-key', { ...key, region })
  const builder = createWorldBuilder(options)
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO06jg0n62/QPeYl5KwDWQCwFsR6p/Nro3kovTA8lrZ5 test'
  for (const { name: stage, account, role, waves } of policy.stages) {
    await local.admin.call('add-account', { id: account })
    await local.admin.call('add-instance-profile', { account, name: 'machine', role: 'machine' })
    for (const { name, region } of waves.flatMap((wave) => wave.groups)) {
      if (stage === 'staging' && name === 'pay') continue
      const place: Place = { account, region, ...(role === undefined ? {} : { role }) }
      await builder.ensureKeyPair(place, 'operator', publicKey)
      const size = stage === 'prod' ? 4 : name === 'mail' ? 1 : 2
      await builder.ensureGroup(place, {
        name,
        imageId: images[region] ?? '',
        instanceType: 't3.small',
        instanceProfile: 'machine',
        keyName: 'operator',
        minSize: 1,
        maxSize: size * 2,
        desiredCapacity: size,
        openPorts: [22],
      })
    }
  }
  await tag('staging', 'eu-central-1', 'search', 'aws:cloudformation:stack-name', 'shop')
  await tag('prod', 'eu-central-1', 'pay', 'drover:roll', 'never')
  await tag('prod', 'eu-central-1', 'api', 'kubernetes.io/cluster/shop', 'owned')
  await tag('prod', 'eu-west-1', 'web', 'ManagedBy', 'terraform')
  const suspended = { AutoScalingGroupName: 'mail', ScalingProcesses: ['Launch'] }
  await (await clientOf('prod', 'eu-west-1')).send(new SuspendProcessesCommand(suspended))
  await clock.pause(5 * minuteMs)
  groups = await planStages(
    spied(cloud, async (verb) => void asked.add(verb)),
    policy,
  )
})

afterAll(() => local.close())

test('twenty groups in three accounts and two regions', async () => {
  expect(groups).toHaveLength(20)
  const copies = await planCopies(cloud, 'web', policy)
  const images = { reach: 'public', subnetId: 'subnet-00000000000000000' } as const
  const plan = {
    family: 'web',
    lane: 'weekly',
    groups,
    keys: await checkKeys(cloud, policy),
    reach: await checkReach({
      images,
      cloud: cloud.at(policy.home),
      exec: createExec(),
      isRehearsal: false,
      sessionPlugin: 'session-manager-plugin',
    }),
    copies: copies.ok ? copies.value : undefined,
    copiesUnread: copies.ok ? undefined : copies.message,
    holds: ['group eu-central-1/web by Ben: incident 4711'],
    calendar: ['prod: no window is open; it opens 2026-11-23T08:00:00.000Z'],
  }
  const text = describeAccountPlan(plan, clock.now()).join('\n')
  await expect(`${text}\n`).toMatchFileSnapshot('golden/plan.twenty-groups.txt')
})

test('nothing is asked but questions', () => {
  const groupQuestions = ['describeGroups', 'describeRefreshes', 'describeTemplateVersion', 'lifecycleHooks']
  const questions = ['alarms', 'describeImage', 'everyInstance', 'instanceTypes', 'quota', 'subnets', ...groupQuestions]
  expect([...asked].toSorted()).toEqual(questions.toSorted())
})

test('how old a machine is, of a group where that is limited', async () => {
  const [dev] = policy.stages
  const [target] = dev?.waves[0]?.groups ?? []
  if (!dev || !target) throw new Error('there is no first group')
  const limited = { ...dev, waves: [{ name: 'all', groups: [{ ...target, maxAgeMs: 7 * 24 * 60 * minuteMs }] }] }
  const [found] = await planStages(cloud, { stages: [limited] })
  const oldest = Date.parse(found?.age?.oldestLaunchAt ?? '')
  const plan = { family: 'web', lane: 'weekly', groups: found ? [found] : [] }
  const none = { refusals: [], unasked: [] }
  const nothing = { keys: none, reach: none, copies: undefined, copiesUnread: undefined, holds: [], calendar: [] }
  const lines = describeAccountPlan({ ...plan, ...nothing }, oldest + 9 * 24 * 60 * minuteMs)
  const at = lines.findIndex((line) => /MACHINES +OLDEST +IMAGE/.test(line))
  expect(lines[at + 1]).toContain(' 9d of 7d ')
})

test('a group that could not be read is told as that', async () => {
  const strange = aStage('prod', { account: '999999999999', role: 'arn:aws:iam::999999999999:role/drover-promote' })
  const [found] = await planStages(cloud, { stages: [strange] })
  expect(found).toMatchObject({ cost: undefined, refusals: [{ hint: expect.stringContaining('nothing is known') }] })
})

async function tag(stage: string, region: string, group: string, Key: string, Value: string): Promise<void> {
  const named = { ResourceId: group, ResourceType: 'auto-scaling-group', PropagateAtLaunch: false }
  await (await clientOf(stage, region)).send(new CreateOrUpdateTagsCommand({ Tags: [{ ...named, Key, Value }] }))
}

async function clientOf(stage: string, region: string): Promise<AutoScalingClient> {
  const { account = '', role } = policy.stages.find(({ name }) => name === stage) ?? {}
  const environment = await cloud.environmentFor({ account, region, ...(role ? { role } : {}) })
  if (!environment.ok) throw new Error(environment.message)
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = environment.value
  const sessionToken = environment.value.AWS_SESSION_TOKEN ?? ''
  return new AutoScalingClient({ region, endpoint: local.endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } })
}

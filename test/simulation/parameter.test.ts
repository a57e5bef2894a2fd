// Releases whose groups are rolled by a parameter, over the whole way: conductor, decisions and adapter on the local cloud, in virtual time.

import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateVersionCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { advance, openUndo, type UndoWish } from '../../pipeline/conductor/index.ts'
import { type Policy, type Release, releasesOf } from '../../pipeline/release/index.ts'
import type { TestConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aSoakPolicy, aStage, aTarget, httpTest, minuteMs } from '../support/factories.ts'
import { appendEvent, createMemoryLedger } from '../support/memory-ledger.ts'
import { administrator } from '../support/rights.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { aConductorOn } from './conductor.ts'
import { type SimulatedCloud, simulateCloud } from './local-cloud.ts'

const parameter = '/acme/web/image'
const soak = aSoakPolicy({ durationMs: 10 * minuteMs, tests: [httpTest] })
const shared = [aTarget('eu-west-1/web', { parameter }), aTarget('eu-west-1/web-b', { parameter })]
const prod = aStage('prod', { soak, waves: [{ name: 'all', groups: [...shared, aTarget('eu-central-1/web')] }] })
const policy = aPolicy({ stages: [aStage('dev', { soak }), prod] })

let cloud: SimulatedCloud
let conductor: TestConductor
let ssm: SSMClient

beforeEach(async () => {
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  cloud = await simulateCloud(policy, clock, createSeededRandom(1), { throttled: 0, reset: 0, broken: 0, lost: 0 })
  conductor = aConductorOn(cloud, { ledger: createMemoryLedger(), clock, answerStatus: () => 200 })
  const credentials = await administrator(cloud.local, prod.account)
  const client = { region: 'eu-west-1', endpoint: cloud.local.endpoint, credentials }
  ssm = new SSMClient(client)
  const [ec2, groups] = [new EC2Client(client), new AutoScalingClient(client)]
  for (const { name } of shared) await nameParameter(name, ec2, groups)
  for (const one of [ec2, groups]) one.destroy()
})

afterEach(async () => {
  ssm.destroy()
  await cloud.close()
})

/** As its owner would: a parameter with the image that runs, and a template that names it. */
async function nameParameter(group: string, ec2: EC2Client, groups: AutoScalingClient): Promise<void> {
  const at = cloud.cloud.at({
    account: prod.account,
    region: 'eu-west-1',
    ...(prod.role === undefined ? {} : { role: prod.role }),
  })
  const found = await at.describeGroups([group])
  const source = found.ok ? found.value[0]?.launchSource : undefined
  if (source === undefined || !('templateId' in source)) throw new Error(`${group} has no template`)
  const template = await at.describeTemplateVersion(source.templateId, source.version)
  const Value = template.ok ? template.value.imageId : undefined
  await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', DataType: 'aws:ec2:image', Value, Overwrite: true }))
  const { LaunchTemplateVersion } = await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: source.templateId,
      SourceVersion: source.version,
      LaunchTemplateData: { ImageId: `resolve:ssm:${parameter}` },
    }),
  )
  const LaunchTemplate = { LaunchTemplateId: source.templateId, Version: String(LaunchTemplateVersion?.VersionNumber) }
  await groups.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, LaunchTemplate }))
}

async function held(): Promise<string | undefined> {
  return (await ssm.send(new GetParameterCommand({ Name: parameter }))).Parameter?.Value
}

async function open(id: string, { lane = 'weekly', stages = policy.stages }: Partial<Pick<Policy, 'lane' | 'stages'>> = {}) {
  const opening = { ...anOpening({ policy: { ...policy, lane, stages } }), lane, reason: 'test' }
  await appendEvent(conductor.ledger, id, opening, conductor.clock.now())
}

async function released(id: string): Promise<Release> {
  await open(id)
  expect((await advance(conductor, id, { watch: true })).kind).toBe('done')
  return theRelease(id)
}

/** Until both groups of the parameter are being rolled: then its runner is killed. */
async function untilRolling(id: string): Promise<void> {
  const death = new AbortController()
  const rolling = new Set<string>()
  const onProgress: TestConductor['onProgress'] = (progress) => {
    conductor.onProgress(progress)
    if (progress.kind !== 'recorded' || progress.record.release !== id) return
    const { event } = progress.record
    if (event.type === 'roll.started' && event.group.region === 'eu-west-1') rolling.add(event.group.group)
    if (rolling.size === 2) death.abort(new Error('killed'))
  }
  await expect(advance({ ...conductor, onProgress, signal: death.signal }, id, { watch: true })).rejects.toThrow('killed')
}

function theRelease(id: string): Release {
  const found = releasesOf(conductor.ledger.records).find((release) => release.id === id)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}

/** Image IDs of prod's running machines in the region, without repeats. */
async function inProduction(): Promise<readonly string[]> {
  const { instances } = await cloud.status()
  const ours = instances.filter(
    ({ state, account, region }) => state === 'running' && account === prod.account && region === 'eu-west-1',
  )
  return [...new Set(ours.map(({ imageId }) => imageId))]
}

const copyOf = ({ copies }: Release) => copies.find(({ region }) => region === 'eu-west-1')?.imageId

const undoOf = (scope: Partial<UndoWish['scope']>) =>
  openUndo(conductor, { scope: { family: 'web', ...scope }, to: undefined, reason: 'checkout fails', rehearsal: false })

test('a release reaches production, and an undo of one group takes back all that its parameter serves', async () => {
  const first = copyOf(await released('web-2026.47.1'))
  expect([await held(), await inProduction()]).toEqual([first, [first]])
  const second = copyOf(await released('web-2026.48.1'))
  expect([await held(), await inProduction()]).toEqual([second, [second]])
  const undone = await undoOf({ group: 'eu-west-1/web' })
  expect((await advance(conductor, undone.id, { watch: true })).kind).toBe('done')
  expect(
    theRelease(undone.id)
      .rolls.map(({ key, step }) => [key.group, step.state])
      .sort(),
  ).toEqual([
    ['web', 'finished'],
    ['web-b', 'finished'],
  ])
  expect([await held(), await inProduction()]).toEqual([first, [first]])
}, 120_000)

test('an emergency release takes over groups of a parameter in the middle, and knows what they ran before', async () => {
  const first = copyOf(await released('web-2026.47.1'))
  await open('web-2026.48.1')
  await untilRolling('web-2026.48.1')
  await open('web-2026.48.2', { lane: 'emergency' })
  expect((await advance(conductor, 'web-2026.48.2', { watch: true })).kind).toBe('done')
  expect(theRelease('web-2026.48.1').ending).toMatchObject({ kind: 'superseded', by: 'web-2026.48.2' })
  const emergency = theRelease('web-2026.48.2')
  const rolls = emergency.rolls.filter(({ key }) => key.stage === 'prod' && key.region === 'eu-west-1')
  expect(rolls.map(({ previous, step }) => [previous?.imageId, step.state])).toEqual([
    [first, 'finished'],
    [first, 'finished'],
  ])
  expect([await held(), await inProduction()]).toEqual([copyOf(emergency), [copyOf(emergency)]])
}, 120_000)

test('an undo during a roll leaves parameter and machines on what was there before', async () => {
  const first = copyOf(await released('web-2026.47.1'))
  await open('web-2026.48.1')
  await untilRolling('web-2026.48.1')
  const undone = await undoOf({})
  expect((await advance(conductor, undone.id, { watch: true })).kind).toBe('done')
  expect([await held(), await inProduction()]).toEqual([first, [first]])
}, 120_000)

test('an image that fails in one group of a parameter leaves none of them on it', async () => {
  const before = await inProduction()
  cloud.breakBakedImage()
  await open('web-2026.47.1', { stages: [prod] })
  await advance(conductor, 'web-2026.47.1', { watch: true })
  expect(theRelease('web-2026.47.1').ending?.kind).toBe('failed')
  expect([[await held()], await inProduction()]).toEqual([before, before])
}, 120_000)

// Waves by tag and by percentage, as drover.yaml says them: the order that decisions hold, and a whole release over a simulated cloud.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AutoScalingClient, CreateOrUpdateTagsCommand } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from 'vitest'
import { advance, openRelease } from '../../pipeline/conductor/index.ts'
import { loadConfig } from '../../pipeline/config/index.ts'
import type { Cloud } from '../../pipeline/ports/index.ts'
import { type Policy, placeByTag, type StagePolicy } from '../../pipeline/release/index.ts'
import { createPlacing } from '../../pipeline/roll/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import type { TestConductor } from '../support/conductor-context.ts'
import { createMemoryLedger } from '../support/memory-ledger.ts'
import { aWishUnder } from '../support/release-wish.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { aConductorOn } from './conductor.ts'
import { askLocally, requestHandler } from './in-process-wire.ts'
import { type SimulatedCloud, simulateCloud } from './local-cloud.ts'

const waves = `
        - { wave: canary, tag: { tier: canary } }
        - { wave: disaster-recovery, groups: [eu-west-1/web-a, eu-west-1/web-b] }
        - { wave: main, groups: [eu-central-1/web-a, eu-central-1/web-b] }
    tests:
      dev: &tests [http: { name: page, port: 80, path: /, expect: 200, timeout: 5s }]
      prod: *tests
`

/** The weekly policy of a small configuration whose lane walks production's waves in this way. */
async function policyWith(way: string): Promise<Policy> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-waves-'))
  await cp(join(import.meta.dirname, '../config/good'), folder, { recursive: true })
  const file = join(folder, 'drover.yaml')
  const text = await readFile(file, 'utf8')
  const [head = ''] = text.split(/\n {8}- \{ wave: canary/)
  await writeFile(file, head.replace('soak: { dev: 4h, prod: 1h }', `$&\n    waves: { prod: ${way} }`) + waves)
  const loaded = await loadConfig(createFiles(), file, async () => ({ problems: [], reached: [] }))
  await rm(folder, { recursive: true })
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'))
  const policy = loaded.config.families[0]?.policies.weekly
  if (!policy) throw new Error('there is no family')
  return policy
}

const namesIn = (stage: StagePolicy | undefined) =>
  stage?.waves.map(({ name, groups }) => [name, groups.map((target) => `${target.region}/${target.name}`)])

describe('a stage whose canaries are chosen by tag', () => {
  test.each([
    [
      'one-by-one',
      [
        ['canary', ['eu-central-1/web-b']],
        ['disaster-recovery', ['eu-west-1/web-a', 'eu-west-1/web-b']],
        ['main', ['eu-central-1/web-a']],
      ],
    ],
    [
      'first-then-rest',
      [
        ['canary', ['eu-central-1/web-b']],
        ['disaster-recovery+main', ['eu-west-1/web-a', 'eu-west-1/web-b', 'eu-central-1/web-a']],
      ],
    ],
    [
      'together',
      [['disaster-recovery+main', ['eu-west-1/web-a', 'eu-west-1/web-b', 'eu-central-1/web-a', 'eu-central-1/web-b']]],
    ],
    [
      '[1%, 50%, 60%, 100%]',
      [
        ['canary', ['eu-central-1/web-b']],
        ['1%', ['eu-west-1/web-a']],
        ['50%', ['eu-west-1/web-b']],
        ['60%', ['eu-central-1/web-a']],
      ],
    ],
  ])('is walked %s', async (way, expected) => {
    const prod = (await policyWith(way)).stages.at(-1) as StagePolicy
    const tags = { 'eu-central-1/web-b': { tier: 'canary' }, 'eu-west-1/web-a': { tier: 'other' } }
    expect(namesIn(placeByTag(prod, ({ region, name }) => tags[`${region}/${name}` as keyof typeof tags] ?? {}))).toEqual(
      expected,
    )
  })

  test('is rolled in that order, a wave only when the one before it has succeeded', { timeout: 120_000 }, async () => {
    const policy = await policyWith('[50%, 100%]')
    const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
    const cloud = await simulateCloud(policy, clock, createSeededRandom(1), { throttled: 0, reset: 0, broken: 0, lost: 0 })
    const conductor = aConductorOn(cloud, { ledger: createMemoryLedger(), clock, answerStatus: () => 200 })
    const { release } = await openRelease(conductor, aWishUnder(policy))
    // Nobody has looked at production's groups yet: it is how they are tagged when its turn comes that counts.
    await tagAsCanary(cloud, policy)
    expect((await advance(conductor, release.id, { watch: true })).kind).toBe('done')
    const placed = conductor.ledger.records.flatMap(({ event }) => (event.type === 'stage.placed' ? [event] : []))
    expect(placed.map(({ stage, waves: [first] }) => [stage, first?.name])).toEqual([['prod', 'canary']])
    const order = conductor.ledger.records.flatMap(({ event }) => {
      if (event.type !== 'roll.intended' && event.type !== 'roll.finished') return []
      const { stage, region, group } = event.group
      return stage === 'prod' ? [`${event.type.replace('roll.', '')} ${region}/${group}`] : []
    })
    const wave = (...groups: readonly string[]) => [
      ...groups.map((group) => `intended ${group}`),
      ...groups.map((group) => `finished ${group}`),
    ]
    const inWaves = [order.slice(0, 2), order.slice(2, 6), order.slice(6)].map((part) => part.toSorted())
    expect(inWaves).toEqual(
      [wave('eu-central-1/web-b'), wave('eu-west-1/web-a', 'eu-west-1/web-b'), wave('eu-central-1/web-a')].map((part) =>
        part.toSorted(),
      ),
    )
    await cloud.close()
  })

  test('whose tags cannot be read waits, and is tried again while everything else goes on', { timeout: 120_000 }, async () => {
    const policy = await policyWith('one-by-one')
    const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
    const cloud = await simulateCloud(policy, clock, createSeededRandom(1), { throttled: 0, reset: 0, broken: 0, lost: 0 })
    const conductor = aConductorOn(cloud, { ledger: createMemoryLedger(), clock, answerStatus: () => 200 })
    const { release } = await openRelease(conductor, aWishUnder(policy))
    let isDenied = true
    const closed: Cloud = {
      ...cloud.cloud,
      at: (place) => ({
        ...cloud.cloud.at(place),
        describeGroups: async () => ({
          ok: false,
          kind: 'denied',
          code: 'AccessDenied',
          message: 'AccessDenied: DescribeAutoScalingGroups',
        }),
      }),
    }
    const placing: TestConductor['performers']['place-groups'] = async (request) =>
      (isDenied ? createPlacing({ cloud: closed }) : conductor.performers['place-groups'])(request)
    const denied = { ...conductor, performers: { ...conductor.performers, 'place-groups': placing } }
    const failed = () => conductor.ledger.records.some(({ event }) => event.type === 'placing.failed')
    let outcome = await advance(denied, release.id, { watch: false })
    while (!failed() && outcome.kind === 'not-yet') {
      await clock.idleUntil(outcome.until ?? clock.now() + 60_000, new AbortController().signal)
      outcome = await advance(denied, release.id, { watch: false })
    }
    expect(outcome).toMatchObject({
      kind: 'not-yet',
      until: expect.any(Number),
      reason: expect.stringContaining('AccessDenied: DescribeAutoScalingGroups'),
    })
    isDenied = false
    expect((await advance(denied, release.id, { watch: true })).kind).toBe('done')
    await cloud.close()
  })
})

async function tagAsCanary({ cloud, local }: SimulatedCloud, { stages }: Policy): Promise<void> {
  const { account = '', role } = stages.at(-1) ?? {}
  const region = 'eu-central-1'
  const environment = await cloud.environmentFor({ account, region, ...(role ? { role } : {}) })
  if (!environment.ok) throw new Error(environment.message)
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = environment.value
  const { AWS_SESSION_TOKEN: sessionToken = '' } = environment.value
  const handler = requestHandler((request) => askLocally(local, request))
  const client = new AutoScalingClient({
    region,
    endpoint: local.endpoint,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    ...(handler && { requestHandler: handler }),
  })
  const tag = { ResourceId: 'web-b', ResourceType: 'auto-scaling-group', PropagateAtLaunch: false }
  await client.send(new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, Key: 'tier', Value: 'canary' }] }))
}

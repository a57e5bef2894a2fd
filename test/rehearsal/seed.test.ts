// The world before the first release, made in the in-process local cloud by the real adapter, from the example's own files.

import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCloud, createWorldBuilder } from '../../pipeline/aws/index.ts'
import { type Config, loadConfig } from '../../pipeline/config/index.ts'
import { createSimulatedMachines, type LocalCloud, startLocalCloud } from '../../pipeline/localcloud/index.ts'
import type { Cloud, CloudAt, CloudOutcome, Place } from '../../pipeline/ports/index.ts'
import { parseWorld, seed, type World } from '../../pipeline/rehearsal/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'

const example = new URL('../../docs/examples/acme/', import.meta.url).pathname
const world = parseWorld(await readFile(`${example}local-cloud.yaml`, 'utf8'), 'local-cloud.yaml')
const loaded = await loadConfig(createFiles(), `${example}drover.yaml`, async () => ({ problems: [], reached: [] }))
if (!loaded.ok) throw new Error('the example is good')
const config: Config = loaded.config
const operatorKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO06jg0n62/QPeYl5KwDWQCwFsR6p/Nro3kovTA8lrZ5 operator'

const places = Object.fromEntries(
  (config.families[0]?.policies.weekly.stages ?? []).map(({ name, account, role }) => [
    name,
    (region: string): Place => ({ account, region, ...(role ? { role } : {}) }),
  ]),
)

let local: LocalCloud
let cloud: Cloud
let clock: VirtualClock
let images: Readonly<Record<string, string>>
let lines: string[]

beforeEach(async () => {
  lines = []
  // Requests are signed and checked by wall time, which no simulation moves.
  clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  const random = createSeededRandom(11)
  local = await startLocalCloud({ clock, random, drive: 'on-request', machines: (now) => createSimulatedMachines({ now }) })
  images = (
    await local.admin.call('seed-image', {
      owner: '136693071363',
      name: 'debian-13-amd64-1',
      regions: ['eu-central-1', 'eu-west-1'],
      rootDirectory: '/base',
    })
  ).images
  cloud = createCloud({
    clock,
    random,
    sessionName: 'test',
    endpoint: local.endpoint,
    credentials: async () => local.credentials,
  })
})
afterEach(() => local.close())

function fill(over: Partial<World> = {}, organisationArn?: string): Promise<void> {
  const random = createSeededRandom(12)
  const { endpoint } = local
  return seed({
    config: organisationArn === undefined ? config : { ...config, images: { ...config.images, organisationArn } },
    world: { ...world, ...over },
    builder: createWorldBuilder({ clock, random, sessionName: 'world', endpoint, credentials: async () => local.credentials }),
    cloud: {
      addAccount: async (id, organisation) =>
        void (await local.admin.call('add-account', { id, ...(organisation === undefined ? {} : { organisation }) })),
      addInstanceProfile: async (account, name) =>
        void (await local.admin.call('add-instance-profile', { account, name, role: name })),
      addKmsKey: async ({ account, region }, name, accounts) =>
        void (await local.admin.call('add-kms-key', { account, region, name, accounts: [...accounts] })),
    },
    operatorKey,
    random,
    baseImageIn: (region) => images[region] ?? '',
    log: (line) => void lines.push(line),
  })
}

function value<Value>(outcome: CloudOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}

function at(stage: string, region: string): CloudAt {
  const place = places[stage]?.(region)
  if (place === undefined) throw new Error(`no stage ${stage}`)
  return cloud.at(place)
}

describe('the example’s world', () => {
  test('has every group at its size, on the vendor’s image, from version 1 of a template of its own', async () => {
    await fill()
    expect(lines).toEqual([
      'dev eu-central-1/web: 1 machine on the base image',
      'staging eu-central-1/web: 1 machine on the base image',
      'prod eu-west-1/web-canary: 1 machine on the base image',
      'prod eu-west-1/web: 2 machines on the base image',
      'prod eu-central-1/web: 3 machines on the base image',
    ])
    const prod = at('prod', 'eu-west-1')
    const [web] = value(await prod.describeGroups(['web']))
    expect(web).toMatchObject({ minSize: 1, desiredCapacity: 2, maxSize: 4, launchSource: { kind: 'template', version: '1' } })
    expect(web?.zones.length).toBeGreaterThan(1)
    const template = web?.launchSource.kind === 'template' ? web.launchSource.templateId : ''
    expect(value(await prod.describeTemplateVersion(template, '1')).imageId).toBe(images['eu-west-1'])
  })

  test('has its alarms, OK, where the configuration watches them', async () => {
    await fill()
    for (const region of ['eu-central-1', 'eu-west-1']) {
      const [alarm] = value(await at('prod', region).alarms(['web-5xx']))
      expect(alarm).toMatchObject({ name: 'web-5xx', state: 'OK' })
    }
  })

  test('has its parameters in every account and region that runs machines, each secret another', async () => {
    await fill()
    const everywhere = [at('dev', 'eu-central-1'), at('prod', 'eu-west-1'), at('prod', 'eu-central-1'), cloud.at(config.images)]
    const secrets = []
    for (const place of everywhere) {
      expect(value(await place.parameter('/acme/agents/log-collector'))).toBe('log-collector.acme.internal')
      secrets.push(value(await place.parameter('/acme/agents/enrolment-token')))
    }
    expect(new Set(secrets).size).toBe(everywhere.length)
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{48}$/)
  })

  test('has the keys the configuration names: a copy under one is made', async () => {
    await fill()
    for (const region of ['eu-central-1', 'eu-west-1'] as const) {
      const place = cloud.at({ ...config.images, region })
      const kmsKeyId = config.images.kmsKeyIds[region] ?? ''
      const source = { sourceImageId: images[region] ?? '', sourceRegion: region, name: 'copy', description: '', tags: {} }
      const { imageId } = value(await place.copyImage({ ...source, kmsKeyId, clientToken: 'token' }))
      clock.advance(60_000)
      expect(value(await place.describeImage(imageId)).state).toBe('available')
    }
  })

  test('has accounts of the organisation that images are shared with, and of none otherwise', async () => {
    const organisation = 'arn:aws:organizations::111111111111:organization/o-0123456789'
    const home = cloud.at(config.images)
    const seen = async (organisationArn?: string) => {
      await fill({}, organisationArn)
      const source = { sourceImageId: images['eu-central-1'] ?? '', sourceRegion: 'eu-central-1', description: '', tags: {} }
      const kmsKeyId = config.images.kmsKeyIds['eu-central-1'] ?? ''
      const { imageId } = value(await home.copyImage({ ...source, name: 'copy', kmsKeyId, clientToken: 'token' }))
      clock.advance(60_000)
      value(await home.shareImage(value(await home.describeImage(imageId)), [organisation]))
      return (await at('dev', 'eu-central-1').describeImage(imageId)).ok
    }
    expect(await seen()).toBe(false)
    expect(await seen(organisation)).toBe(true)
  })

  test('comes up', async () => {
    await fill()
    for (let minute = 0; minute < 10; minute++) {
      clock.advance(60_000)
      await local.catchUp()
    }
    const { groups } = await local.admin.call('status', {})
    expect(groups.map(({ desired, inService }) => inService - desired)).toEqual([0, 0, 0, 0, 0])
  })
})

describe('filled again', () => {
  const stateOf = async () => value(await at('prod', 'eu-west-1').describeGroups(['web', 'web-canary']))

  test('nothing is made twice', async () => {
    await fill()
    const before = await stateOf()
    await fill()
    expect(await stateOf()).toEqual(before)
  })

  test.each(['AuthorizeSecurityGroupIngress', 'CreateLaunchTemplate', 'CreateAutoScalingGroup', 'SetAlarmState'])(
    'after it ended before %s',
    async (action) => {
      const fault = {
        kind: 'refuse-action',
        action,
        code: 'UnauthorizedOperation',
        message: 'cut off',
        status: 403,
        times: 1,
      } as const
      await local.admin.call('set-faults', { faults: [fault] })
      await expect(fill()).rejects.toThrow('cut off')
      await fill()
      expect((await stateOf()).map(({ name }) => name).sort()).toEqual(['web', 'web-canary'])
      const dev = value(await at('dev', 'eu-central-1').describeGroups(['web']))
      expect(dev).toHaveLength(1)
    },
  )
})

describe('a world that does not fit the configuration', () => {
  const size = { min: 1, desired: 1, max: 2 }

  test('lacks groups that are rolled: each is named, and nothing is made', async () => {
    const { prod = {} } = world.groups
    const lacking = { staging: {}, prod: { ...prod } }
    await expect(fill({ groups: lacking })).rejects.toMatchObject({
      problems: [
        { code: 'config-missing-key', message: "the rehearsal's world has no group eu-central-1/web in stage dev" },
        { code: 'config-missing-key', message: "the rehearsal's world has no group eu-central-1/web in stage staging" },
      ],
    })
    expect((await local.admin.call('status', {})).groups).toEqual([])
  })

  test('has a group that nobody rolls', async () => {
    const { dev = {} } = world.groups
    const more = { ...world.groups, dev: { ...dev, 'eu-central-1/wbe': size } }
    await expect(fill({ groups: more })).rejects.toMatchObject({
      problems: [
        {
          code: 'config-conflict',
          message: "the rehearsal's world has a group eu-central-1/wbe in stage dev that no family rolls",
        },
      ],
    })
  })
})

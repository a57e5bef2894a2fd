// Groups whose template names a parameter as its image, against the local cloud: rolled, taken back and left by the parameter's value.

import {
  CreateAutoScalingGroupCommand,
  DescribeInstanceRefreshesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateVersionCommand } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Cloud } from '../../pipeline/ports/index.ts'
import type { GroupTarget, ReleaseEvent, StagePolicy, Yielding } from '../../pipeline/release/index.ts'
import { createRoll, createUndoRoll, planRoll, planStages } from '../../pipeline/roll/index.ts'
import { acmeRights } from '../rights/acme.ts'
import { aFamily } from '../support/config.ts'
import { aPolicy, aTarget } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { hold, without } from '../support/rights.ts'
import { type HeldParameter, openParameter } from './held-parameter.ts'
import { inService, key, openWorld, stage as plainStage, spied, value, type World } from './local-world.ts'

const name = '/acme/web/wave-1/image'
const target: GroupTarget = { ...aTarget('eu-west-1/web'), parameter: name }
const blue: GroupTarget = { ...aTarget('eu-west-1/blue'), parameter: name }
const stageOf = (...groups: readonly GroupTarget[]): StagePolicy => ({ ...plainStage, waves: [{ name: 'all', groups }] })

let world: World
let parameter: HeldParameter

beforeEach(async () => {
  world = await openWorld()
  parameter = await openParameter(world, name)
  await parameter.put(world.images.old)
  const { LaunchTemplateVersion } = await world.clients.ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName: 'web',
      SourceVersion: '1',
      LaunchTemplateData: { ImageId: `resolve:ssm:${name}` },
    }),
  )
  const LaunchTemplate = { LaunchTemplateName: 'web', Version: String(LaunchTemplateVersion?.VersionNumber) }
  await world.clients.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', LaunchTemplate }))
})

afterEach(async () => {
  parameter.close()
  await world.local.close()
})

interface Wish {
  readonly cloud?: Cloud
  readonly events?: ReleaseEvent[]
  readonly over?: Partial<GroupTarget>
  readonly stage?: StagePolicy
  readonly yieldTo?: Yielding
}

async function roll(imageId: string, wish: Wish = {}): Promise<{ readonly events: ReleaseEvent[]; readonly lines: string[] }> {
  const { cloud = world.cloud, events = [], over = {}, stage = stageOf(target), yieldTo } = wish
  const asked = { ...target, ...over }
  const lines: string[] = []
  const action = {
    kind: 'roll' as const,
    key: { ...key, group: asked.name },
    target: asked,
    stage,
    imageId,
    ...(yieldTo === undefined ? {} : { yieldTo }),
  }
  events.push(...(await createRoll({ cloud, callHook: noHooks })(world.request(action, events, lines))))
  return { events, lines }
}

const dies = (verb: string, when: 'before' | 'after') => {
  let left = 1
  return spied(world.cloud, async (called, moment) => {
    if (called !== verb || moment !== when || left-- <= 0) return
    throw new Error('the runner died')
  })
}

const lastOf = ({ events }: { readonly events: readonly ReleaseEvent[] }) => events.at(-1)

async function imagesOf(group: string): Promise<readonly string[]> {
  const found = value(await world.at.describeInstances({ tags: { 'aws:autoscaling:groupName': group } }))
  return found.filter(({ state }) => state === 'running').map(({ imageId }) => imageId)
}

describe('a group rolled by its parameter', () => {
  test('gets the new image by one write and one refresh that says everything, and keeps its template', async () => {
    const { old, new: newer } = world.images
    const before = (await world.group()).launchSource
    const { events } = await roll(newer)
    expect(events).toMatchObject([
      { type: 'roll.intended', imageId: newer, previous: { version: 2, imageId: old } },
      { type: 'roll.started', template: { version: 2 }, parameterVersion: 2 },
      { type: 'roll.finished', replaced: 2 },
    ])
    expect(await parameter.held()).toEqual([newer, 2])
    expect(await imagesOf('web')).toEqual([newer, newer])
    expect((await world.group()).launchSource).toEqual(before)
    const { InstanceRefreshes } = await world.clients.autoScaling.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: 'web' }),
    )
    expect(InstanceRefreshes).toMatchObject([{ Preferences: { SkipMatching: false, AutoRollback: false } }])
    expect(InstanceRefreshes?.[0]).not.toHaveProperty('DesiredConfiguration')
  })

  test('is taken back after it by the old value and a refresh of its own', async () => {
    const { old, new: newer } = world.images
    const { events } = await roll(newer)
    const previous = { templateId: 'unused', version: 2 }
    const intended = events[0]
    if (intended?.type === 'roll.intended') Object.assign(previous, intended.previous)
    const request = world.request({ kind: 'undo-roll', key, target, stage: stageOf(target), previous }, events, [])
    expect(await createUndoRoll({ cloud: world.cloud, callHook: noHooks })(request)).toMatchObject([{ type: 'undo.finished' }])
    expect(await parameter.held()).toEqual([old, 3])
    expect(await imagesOf('web')).toEqual([old, old])
    expect(await world.refreshes()).toEqual(['Successful', 'Successful'])
  })

  test('goes back by itself when its machines fail, for AWS cannot roll it back', async () => {
    const { old, silent } = world.images
    const end = lastOf(await roll(silent, { over: { roll: { ...target.roll, deadlineMs: 20 * 60_000 } } }))
    expect(end).toMatchObject({ type: 'roll.failed', undone: true })
    expect((await parameter.held())[0]).toBe(old)
    expect(await imagesOf('web')).toEqual([old, old])
    expect(inService(await world.group())).toBe(2)
    expect(await world.refreshes()).not.toContain('RollbackSuccessful')
  })

  test('goes back when somebody writes the parameter under it, and does not write it again', async () => {
    const { old, new: newer, erring } = world.images
    let looks = 0
    const cloud = spied(world.cloud, async (verb, when) => {
      if (verb === 'scalingActivities' && when === 'before' && ++looks === 3) await parameter.put(erring)
    })
    const end = lastOf(await roll(newer, { cloud }))
    expect(end).toMatchObject({
      type: 'roll.failed',
      undone: true,
      cause: `the parameter ${name} was set to ${erring} meanwhile`,
    })
    expect((await parameter.held())[0]).toBe(old)
    expect(await imagesOf('web')).toEqual([old, old])
  })

  test('is left to a release that takes it over: the old value at once, no machine replaced twice', async () => {
    const { old, new: newer, erring } = world.images
    const events: ReleaseEvent[] = []
    const died = spied(world.cloud, async (verb, when) => {
      if (verb === 'scalingActivities' && when === 'after' && events.length > 1) throw new Error('the runner died')
    })
    await expect(roll(newer, { cloud: died, events })).rejects.toThrow('the runner died')
    const end = lastOf(await roll(newer, { events, yieldTo: { release: 'web-2026.48.2', goesBack: false } }))
    expect(end).toMatchObject({ type: 'roll.failed', cause: 'web-2026.48.2 takes the group over' })
    expect(await parameter.held()).toEqual([old, 3])
    expect(await world.refreshes()).toEqual(['Cancelled'])
    const successor = await roll(erring)
    expect(successor.events[0]).toMatchObject({ previous: { imageId: old } })
    expect(lastOf(successor)).toMatchObject({ type: 'roll.finished' })
    expect(await world.refreshes()).toEqual(['Successful', 'Cancelled'])
  })

  test('goes back at once when its release is revoked', async () => {
    const { old, new: newer } = world.images
    const events: ReleaseEvent[] = []
    const died = spied(world.cloud, async (verb, when) => {
      if (verb === 'scalingActivities' && when === 'after' && events.length > 1) throw new Error('the runner died')
    })
    await expect(roll(newer, { cloud: died, events })).rejects.toThrow('the runner died')
    await world.clock.pause(60_000)
    const end = lastOf(await roll(newer, { events, yieldTo: { release: 'the revocation of web-2026.48.1', goesBack: true } }))
    expect(end).toMatchObject({ type: 'roll.failed', undone: true })
    expect((await parameter.held())[0]).toBe(old)
    expect(await imagesOf('web')).toEqual([old, old])
  })

  test.each([
    ['putImageParameter', 'before'],
    ['putImageParameter', 'after'],
    ['startRefresh', 'before'],
    ['startRefresh', 'after'],
  ] as const)('is carried on by another runner when the first dies: %s, %s', async (verb, when) => {
    const events: ReleaseEvent[] = []
    await expect(roll(world.images.new, { cloud: dies(verb, when), events })).rejects.toThrow('the runner died')
    expect(lastOf(await roll(world.images.new, { events }))).toMatchObject({ type: 'roll.finished', replaced: 2 })
    expect(events[1]).toMatchObject({ type: 'roll.started', parameterVersion: 2 })
    expect(await parameter.held()).toEqual([world.images.new, 2])
    expect(await world.refreshes()).toEqual(['Successful'])
  })

  test('a runner that dies on the way back is followed by one that knows where it stands', async () => {
    const { old, new: newer, erring } = world.images
    const events: ReleaseEvent[] = []
    let starts = 0
    let isWritten = false
    const cloud = spied(world.cloud, async (verb, when) => {
      if (verb === 'startRefresh' && when === 'after' && ++starts === 2) throw new Error('the runner died')
      if (verb !== 'scalingActivities' || isWritten || !(await imagesOf('web')).includes(newer)) return
      isWritten = true
      await parameter.put(erring)
    })
    await expect(roll(newer, { cloud, events })).rejects.toThrow('the runner died')
    expect(lastOf(await roll(newer, { events }))).toMatchObject({ type: 'roll.failed', undone: true })
    expect(await imagesOf('web')).toEqual([old, old])
    expect(await world.refreshes()).toEqual(['Successful', 'Cancelled'])
  })

  test('fails without a refresh when AWS does not take the image after all', async () => {
    const cloud: Cloud = {
      ...world.cloud,
      at: (place) => {
        const real = world.cloud.at(place)
        return { ...real, putImageParameter: (parameter) => real.putImageParameter(parameter, 'ami-00000000000000bad') }
      },
    }
    const end = lastOf(await roll(world.images.new, { cloud }))
    expect(end).toMatchObject({ type: 'roll.failed', undone: true, cause: expect.stringContaining('AWS did not take') })
    expect(await parameter.held()).toEqual([world.images.old, 1])
    expect(await world.refreshes()).toEqual([])
  })
})

test.each([
  ['nothing', 'roll.finished'],
  ['ssm:GetParameter', 'roll.failed'],
  ['ssm:PutParameter', 'roll.failed'],
])('with the rights that are printed, but for %s, a roll ends as %s', async (missing, type) => {
  const weekly = aPolicy({ stages: [stageOf(target)] })
  const { roles } = acmeRights({ families: [aFamily({ policies: { weekly, emergency: weekly } })] })
  const arn = plainStage.role ?? ''
  const policies = roles.find((role) => role.arn === arn)?.policies ?? []
  await hold(world.local, arn, without(policies, missing))
  expect(lastOf(await roll(world.images.new))).toMatchObject({ type })
})

describe('groups that share a parameter', () => {
  async function makeBlue(tags: readonly { readonly Key: string; readonly Value: string }[] = []): Promise<void> {
    const { subnetIds } = value(await world.at.defaultNetwork())
    await world.clients.autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'blue',
        MinSize: 1,
        MaxSize: 4,
        DesiredCapacity: 2,
        LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' },
        VPCZoneIdentifier: subnetIds.join(','),
        Tags: tags.map((tag) => ({ ...tag, PropagateAtLaunch: false })),
      }),
    )
    for (let looks = 0; looks < 50 && (await imagesOf('blue')).length < 2; looks++) await world.clock.pause(5_000)
    await world.clock.pause(60_000)
  }

  test('begin only when all of them may: the parameter is not written for one alone', async () => {
    await makeBlue([{ Key: 'drover:roll', Value: 'never' }])
    expect(lastOf(await roll(world.images.new, { stage: stageOf(target, blue) }))).toMatchObject({
      type: 'roll.refused',
      cause: `blue, which ${name} serves too, cannot be rolled: blue is tagged drover:roll = never`,
    })
    expect(await parameter.held()).toEqual([world.images.old, 1])
  })

  test('go to the new image each by its own refresh, and know the same image to go back to', async () => {
    await makeBlue()
    const stage = stageOf(target, blue)
    const events: ReleaseEvent[] = []
    await roll(world.images.new, { stage, events })
    await roll(world.images.new, { stage, events, over: blue })
    expect(events.filter(({ type }) => type === 'roll.intended')).toMatchObject([
      { group: { group: 'web' }, previous: { imageId: world.images.old } },
      { group: { group: 'blue' }, previous: { imageId: world.images.old } },
    ])
    expect(await imagesOf('blue')).toEqual([world.images.new, world.images.new])
    expect(await parameter.held()).toEqual([world.images.new, 2])
  })
})

describe('a roll by a parameter is refused', () => {
  const refusals = async (over: Partial<GroupTarget> = {}) => {
    const asked = { ...target, ...over }
    const plan = await planRoll(world.cloud, {
      kind: 'roll',
      key,
      target: asked,
      stage: stageOf(asked),
      imageId: world.images.new,
    })
    return value(plan).refusals.map(({ cause }) => cause)
  }

  test('not, when template and parameter are as they must be, and its owner is no worry', async () => {
    expect(await refusals()).toEqual([])
    const [outlook] = await planStages(world.cloud, { stages: [stageOf(target)] })
    expect(outlook).toMatchObject({ image: { id: world.images.old }, owner: undefined, refusals: [] })
  })

  test('where the template names another parameter, or the strategy is the default one', async () => {
    await parameter.put(world.images.old, { Name: '/acme/other' })
    expect(await refusals({ parameter: '/acme/other' })).toEqual([
      `the template of web names its image as resolve:ssm:${name}, so that writing /acme/other would not move it`,
    ])
    const { parameter: _, ...byTemplate } = target
    const plan = planRoll(world.cloud, { kind: 'roll', key, target: byTemplate, stage: plainStage, imageId: world.images.new })
    expect(value(await plan).refusals).toMatchObject([{ cause: expect.stringContaining('by an alias') }])
  })

  test('where the parameter is not there, or holds any text', async () => {
    const named = async (parameter: string) => {
      await world.clients.ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateName: 'web',
          SourceVersion: '1',
          LaunchTemplateData: { ImageId: `resolve:ssm:${parameter}` },
        }),
      )
      const versions = value(await world.at.listTemplateVersions(templateId()))
      const LaunchTemplate = { LaunchTemplateName: 'web', Version: String(versions[0]?.version) }
      await world.clients.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', LaunchTemplate }))
      return refusals({ parameter })
    }
    const source = (await world.group()).launchSource
    const templateId = () => ('templateId' in source ? source.templateId : '')
    expect(await named('/acme/none')).toEqual(['there is no parameter /acme/none in the account and region of web'])
    await parameter.put(world.images.old, { Name: '/acme/text', DataType: 'text' })
    expect(await named('/acme/text')).toEqual(['the parameter /acme/text is text, so that AWS would take anything for an image'])
  })
})

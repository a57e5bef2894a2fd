// Two groups for each of which there is room, and not for both: what is rolled side by side is judged together.

import { CreateAutoScalingGroupCommand, CreateOrUpdateTagsCommand } from '@aws-sdk/client-auto-scaling'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GroupTarget, ReleaseEvent } from '../../pipeline/release/index.ts'
import { createRoll, planStages } from '../../pipeline/roll/index.ts'
import { aTarget } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { inService, key, openWorld, spied, stage, value, type World } from './local-world.ts'

const web = aTarget('eu-west-1/web')
const api = aTarget('eu-west-1/api')
const together = [web, api]

let world: World

beforeEach(async () => {
  world = await openWorld()
  const { subnetIds } = await world.group()
  await world.clients.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'api',
      MinSize: 1,
      MaxSize: 4,
      DesiredCapacity: 2,
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
      VPCZoneIdentifier: subnetIds.join(','),
    }),
  )
  for (let looks = 0; looks < 50; looks++) {
    const [found] = value(await world.at.describeGroups(['api']))
    if (found !== undefined && inService(found) === 2) return
    await world.clock.pause(5_000)
  }
  throw new Error('the second group did not come up')
})

afterEach(() => world.local.close())

/** Eight vCPUs are in use, and either group wants four more while it is rolled. */
async function quotaIs(limit: number): Promise<void> {
  await world.local.admin.call('set-faults', { faults: [{ kind: 'vcpu-quota', account: stage.account, limit }] })
}

async function tagByHand(ResourceId: string): Promise<void> {
  const Tags = [
    { ResourceId, ResourceType: 'auto-scaling-group', Key: 'drover:roll', Value: 'by-hand', PropagateAtLaunch: false },
  ]
  await world.clients.autoScaling.send(new CreateOrUpdateTagsCommand({ Tags }))
}

async function roll(target: GroupTarget, beside?: readonly GroupTarget[], cloud = world.cloud): Promise<readonly ReleaseEvent[]> {
  const events: ReleaseEvent[] = []
  const named = { key: { ...key, group: target.name }, target, stage, imageId: world.images.new }
  const action = { kind: 'roll' as const, ...named, ...(beside && { together: beside }) }
  events.push(...(await createRoll({ cloud, callHook: noHooks })(world.request(action, events, []))))
  return events
}

const tooMuch = (own: string, other: string) =>
  `the roll of ${own} wants 2 machines more of 2 vCPUs each, what is rolled beside it (${other}) wants 4 vCPUs, and 8 of the account's 15 vCPUs are in use`

describe('in `drover plan`', () => {
  const refusals = async (waves: readonly (readonly GroupTarget[])[]) => {
    const placed = waves.map((groups, at) => ({ name: `wave-${at}`, groups }))
    const outlooks = await planStages(world.cloud, { stages: [{ ...stage, waves: placed }] })
    return outlooks.map((outlook) => outlook.refusals.map(({ cause }) => cause))
  }

  it('both are refused in one wave, and neither in waves of their own', async () => {
    await quotaIs(15)
    expect(await refusals([together])).toEqual([[tooMuch('web', 'api')], [tooMuch('api', 'web')]])
    expect(await refusals([[web], [api]])).toEqual([[], []])
    await quotaIs(16)
    expect(await refusals([together])).toEqual([[], []])
  })

  it('one that waits for a person is not counted by the others', async () => {
    await quotaIs(15)
    await tagByHand('api')
    expect(await refusals([together])).toEqual([[], [tooMuch('api', 'web')]])
  })
})

describe('in a roll', () => {
  it('both are refused before anything moves, and either goes alone', async () => {
    await quotaIs(15)
    const refused = (cause: string) => [
      expect.objectContaining({ type: 'roll.refused', cause, hint: expect.stringContaining('waves of their own') }),
    ]
    expect(await roll(web, together)).toEqual(refused(tooMuch('web', 'api')))
    expect(await roll(api, together)).toEqual(refused(tooMuch('api', 'web')))
    expect(await world.refreshes()).toEqual([])
    expect((await roll(web)).at(-1)).toMatchObject({ type: 'roll.finished' })
  })

  it('what a group under way has launched is in use, and not asked for again', async () => {
    const dying = spied(world.cloud, async (verb, when) => {
      const { instances } = await world.group()
      if (verb === 'scalingActivities' && when === 'after' && instances.length > 2) throw new Error('the runner died')
    })
    await expect(roll(web, together, dying)).rejects.toThrow('the runner died')
    await quotaIs(16)
    expect((await roll(api, together)).at(-1)).toMatchObject({ type: 'roll.finished' })
  })
})

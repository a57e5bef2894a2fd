// Whatever becomes of a roll, its group ends as large as it was: what was launched ahead is ended, and no size is left raised.

import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling'
import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cloud, CloudAt, RefreshPreferences } from '../../pipeline/ports/index.ts'
import type { ReleaseEvent, RollPolicy } from '../../pipeline/release/index.ts'
import { createRoll, createUndoRoll } from '../../pipeline/roll/index.ts'
import { aTarget, minuteMs } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { inService, key, openWorld, spied, stage, token, value, type World } from './local-world.ts'

let world: World

beforeEach(async () => {
  world = await openWorld()
})

afterEach(async () => {
  await world.local.close()
})

/** Of the group, and its machines once those that were on their way in or out have got there. */
async function sizes(): Promise<readonly number[]> {
  for (let looks = 0; looks < 60; looks++) {
    const group = await world.group()
    if (group.instances.length === group.desiredCapacity && inService(group) === group.desiredCapacity) break
    await world.clock.pause(minuteMs / 2)
  }
  const { minSize, desiredCapacity, maxSize, instances } = await world.group()
  return [minSize, desiredCapacity, maxSize, instances.length]
}

async function alarmIs(StateValue: 'OK' | 'ALARM'): Promise<void> {
  const alarm = { AlarmName: 'web-5xx', Namespace: 'AWS/ApplicationELB', MetricName: 'HTTPCode_Target_5XX_Count' }
  const threshold = { Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' } as const
  const { cloudWatch } = world.clients
  await cloudWatch.send(new PutMetricAlarmCommand({ ...alarm, ...threshold, Statistic: 'Sum' }))
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'web-5xx', StateValue, StateReason: 'a test says so' }))
}

async function begin(image: string, events: ReleaseEvent[]): Promise<void> {
  const dying = spied(world.cloud, async (verb, when) => {
    const { instances } = await world.group()
    if (verb === 'scalingActivities' && when === 'after' && instances.length > 2) throw new Error('the runner died')
  })
  await expect(world.roll(dying, image, {}, events)).rejects.toThrow('the runner died')
}

async function takenOver(image: string, goesBack: boolean, events: ReleaseEvent[]): Promise<void> {
  const yieldTo = { release: 'web-2026.47.2', goesBack }
  const action = { kind: 'roll', key, target: aTarget('eu-west-1/web'), stage, imageId: image, yieldTo } as const
  events.push(...(await createRoll({ ...world, callHook: noHooks })(world.request(action, events, []))))
}

describe('a group of 1, 2 and 4 machines is as large as it was after a roll', () => {
  const before = [1, 2, 4, 2]

  it.each(['new', 'silent', 'dying'] as const)('onto an image that is %s', async (image) => {
    const { events } = await world.roll(world.cloud, world.images[image])
    expect(events.at(-1)).toMatchObject(image === 'new' ? { type: 'roll.finished' } : { type: 'roll.failed', undone: true })
    expect(await sizes()).toEqual(before)
  })

  it('that came too late', async () => {
    const { events } = await world.roll(world.cloud, world.images.new, { deadlineMs: minuteMs })
    expect(events.at(-1)).toMatchObject({ type: 'roll.failed', cause: expect.stringMatching(/^not done after 1m/) })
    expect(await sizes()).toEqual(before)
  })

  it('that somebody cancelled with machines launched ahead', async () => {
    let cancelled = false
    const disturbed = spied(world.cloud, async (verb, when) => {
      if (cancelled || verb !== 'describeRefreshes' || when !== 'before' || (await world.group()).instances.length <= 2) return
      cancelled = true
      value(await world.at.cancelRefresh('web', { waitForStarting: false }))
    })
    const { events } = await world.roll(disturbed, world.images.new)
    expect(cancelled).toBe(true)
    expect(events.at(-1)).toMatchObject({ type: 'roll.failed' })
    expect(await sizes()).toEqual(before)
  })

  it.each([true, false])('that another release took over with machines launched ahead, going back: %s', async (goesBack) => {
    const events: ReleaseEvent[] = []
    await begin(world.images.new, events)
    expect((await world.group()).instances.length).toBeGreaterThan(2)
    await takenOver(world.images.new, goesBack, events)
    expect(events.at(-1)).toMatchObject({ type: 'roll.failed', cause: 'web-2026.47.2 takes the group over' })
    expect(await sizes()).toEqual(before)
  })

  it('whose runner died and another finished, and after its undoing', async () => {
    const events: ReleaseEvent[] = []
    await begin(world.images.new, events)
    await world.roll(world.cloud, world.images.new, {}, events)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished' })
    expect(await sizes()).toEqual(before)
    const previous = events.find((event) => event.type === 'roll.intended')?.previous
    if (previous === undefined) throw new Error('the roll left no intent')
    const action = { kind: 'undo-roll', key, target: aTarget('eu-west-1/web'), stage, previous } as const
    events.push({ type: 'undo.intended', group: key, token })
    const [undone] = await createUndoRoll({ ...world, callHook: noHooks })(world.request(action, events, []))
    expect(undone).toMatchObject({ type: 'undo.finished' })
    expect(await sizes()).toEqual(before)
  })
})

it.each([
  [3, 'new'],
  [1, 'new'],
  [3, 'silent'],
] as const)(
  'keeps what an autoscaler made of the group in the middle of a roll: %i machines, image %s',
  async (DesiredCapacity, image) => {
    let isScaled = false
    const scaling = spied(world.cloud, async (verb, when) => {
      if (isScaled || verb !== 'scalingActivities' || when !== 'after') return
      isScaled = true
      await world.clients.autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity }))
    })
    const { events } = await world.roll(scaling, world.images[image])
    expect(isScaled).toBe(true)
    expect(events.at(-1)).toMatchObject(image === 'new' ? { type: 'roll.finished' } : { type: 'roll.failed', undone: true })
    expect(await sizes()).toEqual([1, DesiredCapacity, 4, DesiredCapacity])
    expect([...new Set(await world.runningImages())]).toEqual([world.images[image === 'new' ? 'new' : 'old']])
  },
)

describe('what AWS does by itself while no runner is there', () => {
  /** The same cloud; what refreshes are started with is kept. */
  function listening(started: RefreshPreferences[]): Cloud {
    const at = (place: Parameters<Cloud['at']>[0]): CloudAt => {
      const real = world.cloud.at(place)
      return {
        ...real,
        startRefresh: (group, desired, preferences) => {
          started.push(preferences)
          return real.startRefresh(group, desired, preferences)
        },
      }
    }
    return { ...world.cloud, at }
  }

  it('is said in so many words when the refresh starts: alarms, rollback, bake time, checkpoints, what is set aside', async () => {
    const started: RefreshPreferences[] = []
    await alarmIs('OK')
    const checkpoints = { checkpointPercentages: [50, 100], checkpointDelayMs: minuteMs }
    const policy: Partial<RollPolicy> = { ...checkpoints, bakeTimeMs: 5 * minuteMs, alarms: ['web-5xx'] }
    const { events } = await world.roll(listening(started), world.images.new, policy)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished' })
    expect(started).toEqual([
      {
        minHealthyPercentage: 100,
        maxHealthyPercentage: 200,
        instanceWarmupSeconds: 120,
        skipMatching: true,
        autoRollback: true,
        bakeTimeSeconds: 300,
        protectedInstances: 'Wait',
        standbyInstances: 'Wait',
        checkpointPercentages: [50, 100],
        checkpointDelaySeconds: 60,
        alarms: ['web-5xx'],
      },
    ])
  })

  it('undoes a roll whose alarm goes off while its runner is away, and the next runner only finds it so', async () => {
    await alarmIs('OK')
    const events: ReleaseEvent[] = []
    const dying = spied(world.cloud, async (verb, when) => {
      const hasStarted = events.at(-1)?.type === 'roll.started'
      if (hasStarted && verb === 'scalingActivities' && when === 'after') throw new Error('the runner died')
    })
    const policy = { alarms: ['web-5xx'], bakeTimeMs: 30 * minuteMs }
    await expect(world.roll(dying, world.images.new, policy, events)).rejects.toThrow('the runner died')
    await alarmIs('ALARM')
    await world.clock.pause(60 * minuteMs)
    expect(await world.refreshes()).toEqual(['RollbackSuccessful'])
    await world.roll(world.cloud, world.images.new, policy, events)
    expect(events.at(-1)).toMatchObject({ type: 'roll.failed', undone: true })
    expect(await world.runningImages()).toEqual([world.images.old, world.images.old])
    expect(await sizes()).toEqual([1, 2, 4, 2])
  })
})

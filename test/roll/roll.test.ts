import { describe, expect, it } from 'vitest'
import type { Cloud, CloudAt } from '../../pipeline/ports/index.ts'
import type { Action, PerformerRequest, Release, ReleaseEvent } from '../../pipeline/release/index.ts'
import { createRoll, createUndoRoll, planRoll } from '../../pipeline/roll/index.ts'
import { aRelease, aSoakPolicy, aStage, aTarget, machineTest } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { aGroup, anImage, newImage, oldImage, templateId, templateSource } from './groups.ts'
import { aSmallCloud, RunnerDied, type SmallCloud } from './small-cloud.ts'

const token = 'f'.repeat(32)
const target = aTarget('eu-west-1/web')
const key = { stage: 'prod', region: 'eu-west-1', group: 'web' }
const stage = aStage('prod', { soak: aSoakPolicy({ tests: [machineTest] }) })
const action = { kind: 'roll', key, target, stage, imageId: newImage } as const
const intended: ReleaseEvent = {
  type: 'roll.intended',
  group: key,
  imageId: newImage,
  previous: { templateId, version: 7, imageId: oldImage },
  token,
}
const started: ReleaseEvent = { type: 'roll.started', group: key, template: { templateId, version: 8 }, refreshId: 'refresh-1' }
const finished: ReleaseEvent = { type: 'roll.finished', group: key, refreshId: 'refresh-1', replaced: 2 }

interface Watched {
  readonly events: readonly ReleaseEvent[]
  readonly lines: readonly string[]
}

interface Run {
  readonly clock?: VirtualClock
  readonly record?: (events: ReleaseEvent[], event: ReleaseEvent) => Promise<void>
}

async function append(events: ReleaseEvent[], event: ReleaseEvent): Promise<void> {
  events.push(event)
}

/** Runs until an outcome is in the ledger, starting again whenever the runner dies. */
async function perform(world: SmallCloud, { clock = createVirtualClock(), record = append }: Run = {}): Promise<Watched> {
  const events: ReleaseEvent[] = []
  const lines: string[] = []
  for (;;) {
    try {
      const request = requestOf(action, aRelease(events, { startAt: clock.now() }), events, lines, clock)
      events.push(
        ...(await createRoll({ ...world, callHook: noHooks })({ ...request, record: (event) => record(events, event) })),
      )
      return { events, lines }
    } catch (error) {
      if (!(error instanceof RunnerDied)) throw error
    }
  }
}

function requestOf<Kind extends Action['kind']>(
  anAction: Extract<Action, { kind: Kind }>,
  release: Release,
  events: ReleaseEvent[],
  lines: string[],
  clock: VirtualClock,
  signal = new AbortController().signal,
): PerformerRequest<Kind> {
  return {
    release,
    action: anAction,
    token,
    resumed: events.length > 0,
    runner: 'ada@example',
    clock,
    signal,
    log: (line) => void lines.push(line),
    record: async (event) => void events.push(event),
    evidenceDirectory: '/evidence',
  }
}

describe('a roll', () => {
  it('leaves its intent, its refresh and its end in the ledger, and says how far it is', async () => {
    const world = aSmallCloud()
    const { events, lines } = await perform(world)
    expect(events).toEqual([intended, started, finished])
    expect(world.versions[0]).toMatchObject({ version: 8, imageId: newImage, description: `drover web-2026.47.1 ${token}` })
    expect(world.group.launchSource).toMatchObject({ version: '8' })
    expect(lines).toEqual(['eu-west-1/web: 0 %, 2 to go, 2 of 2 in service'])
  })

  it('is refused before anything is touched', async () => {
    const world = aSmallCloud({ group: aGroup({ suspendedProcesses: ['Launch'] }), images: [anImage({ id: oldImage })] })
    const { events } = await perform(world)
    expect(events).toEqual([
      {
        type: 'roll.refused',
        group: key,
        cause: `web has Launch suspended, without which a roll hangs or leaves machines out of service; ${newImage} cannot be seen from the group's account and region`,
        hint: 'Resume: aws autoscaling resume-processes --auto-scaling-group-name web --scaling-processes Launch; Check that it is shared with the account and copied to the region',
      },
    ])
    expect(world.calls).not.toContain('createTemplateVersion')
  })

  it('of an image that does not come up is rolled back within minutes, and the group is as it was', async () => {
    const world = aSmallCloud({ broken: [newImage] })
    const clock = createVirtualClock()
    const startAt = clock.now()
    const { events } = await perform(world, { clock })
    expect(events.at(-1)).toEqual({
      type: 'roll.failed',
      group: key,
      cause:
        "new instances end while they start: Client.InternalError: Client error on launch (the group's Auto Scaling service-linked role needs a grant on the image's KMS key)",
      undone: true,
    })
    expect(world.refreshes).toMatchObject([{ status: 'RollbackSuccessful' }])
    expect(world.group.launchSource).toMatchObject({ version: '7' })
    expect(clock.now() - startAt).toBeLessThan(5 * 60_000)
  })

  it('that AWS cannot roll back is at least stopped', async () => {
    const world = aSmallCloud({ broken: [newImage], irreversible: true })
    const { events, lines } = await perform(world)
    expect(events.at(-1)).toMatchObject({ type: 'roll.failed', undone: true })
    expect(world.refreshes).toMatchObject([{ status: 'Cancelled' }])
    expect(lines).toContain('eu-west-1/web: it ended in IrreversibleInstanceRefresh')
  })

  it('takes the refresh as its own when the answer to the start was lost', async () => {
    const world = aSmallCloud()
    world.disturb(1, 'loses the answer', 'startRefresh')
    expect((await perform(world)).events).toEqual([intended, started, finished])
    expect(world.refreshes).toHaveLength(1)
  })

  it('goes on when the group cannot be seen for a while', async () => {
    const world = aSmallCloud()
    world.disturb(12, 'loses the answer', 'scalingActivities')
    const { events, lines } = await perform(world)
    expect(events.at(-1)).toEqual(finished)
    expect(lines).toContain('eu-west-1/web: it ended in TimeoutError')
  })

  /** Whoever may look is refused for that long, once the refresh runs. */
  function refusing(world: SmallCloud, clock: VirtualClock, forMs: number): SmallCloud {
    const at = world.cloud.at({ account: '444444444444', region: 'eu-west-1' })
    let startedAt: number | undefined
    const refused = {
      ok: false,
      kind: 'denied',
      code: 'AccessDenied',
      message: 'DescribeInstanceRefreshes: not authorized',
    } as const
    const startRefresh: CloudAt['startRefresh'] = async (...given) => {
      startedAt = clock.now()
      return at.startRefresh(...given)
    }
    const describeRefreshes: CloudAt['describeRefreshes'] = async (group) =>
      startedAt !== undefined && clock.now() < startedAt + forMs ? refused : at.describeRefreshes(group)
    const own: Partial<CloudAt> = { startRefresh, describeRefreshes }
    const watched = new Proxy(at, { get: (target, verb) => Reflect.get(verb in own ? own : target, verb) })
    return { ...world, cloud: { ...world.cloud, at: () => watched } }
  }

  it('goes on once the rights to look at a refresh that runs are given back', async () => {
    const clock = createVirtualClock()
    const { events, lines } = await perform(refusing(aSmallCloud(), clock, 60 * 60_000), { clock })
    expect(events.at(-1)).toEqual(finished)
    expect(lines).toContain('eu-west-1/web: DescribeInstanceRefreshes: not authorized')
  })

  it('gives up only at the deadline of what it may not look at any more', async () => {
    const clock = createVirtualClock()
    const begunAt = clock.now()
    const { events } = await perform(refusing(aSmallCloud(), clock, 24 * 60 * 60_000), { clock })
    const cause = 'the group cannot be seen: DescribeInstanceRefreshes: not authorized'
    expect(events.at(-1)).toEqual({ type: 'roll.failed', group: key, cause, undone: false })
    expect(clock.now() - begunAt).toBeGreaterThanOrEqual(target.roll.deadlineMs)
  })

  it('lets go when the user interrupts, and leaves the refresh to AWS', async () => {
    const world = aSmallCloud()
    const interrupt = new AbortController()
    const events: ReleaseEvent[] = []
    const request = requestOf(action, aRelease(), events, [], createVirtualClock(), interrupt.signal)
    const rolling = createRoll({ ...world, callHook: noHooks })({
      ...request,
      log: () => interrupt.abort(new Error('interrupted')),
    })
    await expect(rolling).rejects.toThrow('interrupted')
    expect(events).toEqual([intended, started])
    expect(world.refreshes).toMatchObject([{ status: 'InProgress' }])
  })
})

describe('a roll whose runner dies', () => {
  const undisturbed = aSmallCloud()
  it.each(['dies before', 'dies after'] as const)(
    '%s any of its calls is finished by the next one: no second version, no second refresh',
    async (how) => {
      await perform(undisturbed)
      const total = undisturbed.calls.length
      expect(total).toBeGreaterThan(15)
      for (let number = 1; number <= total; number++) {
        const world = aSmallCloud()
        world.disturb(number, how)
        const { events } = await perform(world)
        expect(events, `died at call ${number}`).toEqual([intended, started, finished])
        expect(world.versions, `died at call ${number}`).toHaveLength(2)
        expect(world.refreshes, `died at call ${number}`).toHaveLength(1)
      }
    },
  )

  it.each(['roll.intended', 'roll.started'])('around writing %s is finished by the next one', async (type) => {
    for (const moment of ['before', 'after']) {
      let died = false
      const record = async (events: ReleaseEvent[], event: ReleaseEvent) => {
        const dies = event.type === type && !died
        if (dies) died = true
        if (!dies || moment === 'after') events.push(event)
        if (dies) throw new RunnerDied()
      }
      const world = aSmallCloud()
      expect((await perform(world, { record })).events, `died ${moment} it`).toEqual([intended, started, finished])
      expect(world.versions).toHaveLength(2)
      expect(world.refreshes).toHaveLength(1)
    }
  })

  it('on the way back is still undone once, by the next one', async () => {
    const measure = aSmallCloud({ broken: [newImage] })
    await perform(measure)
    for (let number = 1; number <= measure.calls.length; number++) {
      const world = aSmallCloud({ broken: [newImage] })
      world.disturb(number, 'dies after')
      const { events } = await perform(world)
      expect(events.at(-1), `died at call ${number}`).toMatchObject({ type: 'roll.failed', undone: true })
      expect(
        world.calls.filter((verb) => verb === 'rollbackRefresh'),
        `died at call ${number}`,
      ).toHaveLength(1)
    }
  })
})

describe('undoing a finished roll', () => {
  const undo = { kind: 'undo-roll', key, target, stage, previous: { templateId, version: 7 } } as const

  async function rolled(): Promise<{ world: SmallCloud; events: ReleaseEvent[] }> {
    const world = aSmallCloud()
    return { world, events: [...(await perform(world)).events, { type: 'undo.intended', group: key, token }] }
  }

  const performUndo = (cloud: { readonly cloud: Cloud }, events: ReleaseEvent[], lines: string[] = []) =>
    createUndoRoll({ ...cloud, callHook: noHooks })(requestOf(undo, aRelease(events), events, lines, createVirtualClock()))

  it('is a refresh of its own, back to the recorded version', async () => {
    const { world, events } = await rolled()
    expect(await performUndo(world, events)).toEqual([{ type: 'undo.finished', group: key, refreshId: 'refresh-2' }])
    expect(world.group.launchSource).toMatchObject({ version: '7' })
    expect(world.versions).toHaveLength(2)
  })

  it('is finished by the next runner when its own dies at any call', async () => {
    const measure = await rolled()
    const before = measure.world.calls.length
    await performUndo(measure.world, measure.events)
    for (let number = before + 1; number <= measure.world.calls.length; number++) {
      const { world, events } = await rolled()
      world.disturb(number, 'dies after')
      await expect(performUndo(world, events)).rejects.toThrow(RunnerDied)
      expect(await performUndo(world, events), `died at call ${number}`).toEqual([
        { type: 'undo.finished', group: key, refreshId: 'refresh-2' },
      ])
    }
  })

  it('leaves a group alone that has been moved on since', async () => {
    const { events } = await rolled()
    const world = aSmallCloud({ group: aGroup({ launchSource: { ...templateSource, version: '9' } }) })
    const cause = `the group has been moved on by others, to version 9 of ${templateId}`
    expect(await performUndo(world, events)).toEqual([{ type: 'undo.failed', group: key, cause }])
    expect(world.refreshes).toEqual([])
  })

  it('fails when the version it goes back to is gone', async () => {
    const { world, events } = await rolled()
    const gone = { ...undo, previous: { templateId, version: 3 } }
    const request = requestOf(gone, aRelease(events), events, [], createVirtualClock())
    expect(await createUndoRoll({ ...world, callHook: noHooks })(request)).toEqual([
      {
        type: 'undo.failed',
        group: key,
        cause: `version 3 of ${templateId}, which the group ran before, cannot be read: there is no ${templateId} 3`,
      },
    ])
  })
})

it('plans with the roll’s own preflight and touches nothing', async () => {
  const world = aSmallCloud({ group: aGroup({ suspendedProcesses: ['Launch'] }) })
  expect(await planRoll(world.cloud, action)).toMatchObject({
    ok: true,
    value: {
      group: key,
      imageId: newImage,
      from: { templateId, version: 7, imageId: oldImage },
      toReplace: 2,
      refusals: [{ cause: expect.stringContaining('has Launch suspended') }],
    },
  })
  expect(world.versions).toHaveLength(1)
})

it('waits for a person where the group is tagged by-hand, and rolls it on their word', async () => {
  const world = aSmallCloud({ group: aGroup({ tags: { 'drover:roll': 'by-hand' } }) })
  const first = await perform(world)
  expect(first.events).toEqual([{ type: 'roll.awaits-hand', group: key }])
  expect(world.refreshes).toEqual([])
  const events: ReleaseEvent[] = [...first.events, { type: 'roll.ordered', group: key, by: 'Ben' }]
  const request = requestOf(action, aRelease(events), events, [], createVirtualClock())
  events.push(...(await createRoll({ ...world, callHook: noHooks })({ ...request, record: (event) => append(events, event) })))
  expect(events.at(-1)?.type).toBe('roll.finished')
})

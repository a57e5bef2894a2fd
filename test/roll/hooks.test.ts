// Hooks before and after a group's roll, with real programs and a real webhook, against the local cloud.

import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSecrets, createWebhookCaller } from '../../pipeline/notify/index.ts'
import type { Cloud } from '../../pipeline/ports/index.ts'
import type { HookPolicy, ReleaseEvent, StagePolicy } from '../../pipeline/release/index.ts'
import { type CallHook, createHookCaller, createRoll, createUndoRoll } from '../../pipeline/roll/index.ts'
import { createExec, createHttpClient } from '../../pipeline/system/index.ts'
import { aTarget } from '../support/factories.ts'
import { type LoopbackService, startService } from '../support/loopback-service.ts'
import { key, openWorld, spied, stage, token, type World } from './local-world.ts'

let world: World
let folder: string
let service: LoopbackService
let replies: number[]
let callHook: CallHook

beforeEach(async () => {
  world = await openWorld()
  folder = await mkdtemp(join(tmpdir(), 'hooks-'))
  replies = []
  service = await startService(() => ({ status: replies.shift() ?? 204 }))
  const secrets = createSecrets({ environment: { HOOK_KEY: 'hunter2' }, at: world.at })
  const callWebhook = createWebhookCaller({ http: createHttpClient(), secrets, clock: world.clock })
  callHook = createHookCaller({ exec: createExec(), callWebhook })
})

afterEach(async () => {
  await Promise.all([world.local.close(), service.close(), rm(folder, { recursive: true })])
})

/** A program that says what it was told, and ends as asked. */
function says(name: string, exit = 0): HookPolicy {
  const told = '"$DROVER_MOVE $DROVER_GROUP $DROVER_IMAGE outcome=$DROVER_OUTCOME"'
  const script = `echo ${name} ${told} >> ${folder}/said; echo "${name} says no" >&2; exit ${exit}`
  return { kind: 'program', name, argv: ['sh', '-c', script], timeoutMs: 10_000 }
}

async function said(): Promise<readonly string[]> {
  const written = await readFile(`${folder}/said`, 'utf8').catch(() => '')
  return written.split('\n').filter(Boolean)
}

function hooked(before: readonly HookPolicy[], after: readonly HookPolicy[]): StagePolicy {
  return { ...stage, hooks: { before, after } }
}

interface Wishes {
  readonly image?: string
  readonly cloud?: Cloud
  readonly yieldTo?: { readonly release: string; readonly goesBack: boolean }
  /** The runner dies when it is to record this. */
  readonly diesAt?: ReleaseEvent['type']
}

/** Adds what the roll leaves to the events. */
async function roll(within: StagePolicy, events: ReleaseEvent[], wishes: Wishes = {}): Promise<void> {
  const { image = world.images.new, cloud = world.cloud, yieldTo, diesAt } = wishes
  const target = aTarget('eu-west-1/web')
  const action = { kind: 'roll', key, target, stage: within, imageId: image, ...(yieldTo && { yieldTo }) } as const
  const request = world.request(action, events, [])
  const record = async (event: ReleaseEvent) => {
    if (event.type === diesAt) throw new Error('the runner died')
    events.push(event)
  }
  events.push(...(await createRoll({ cloud, callHook })({ ...request, record })))
}

function typesOf(events: readonly ReleaseEvent[]): readonly string[] {
  return events.map((event) => (event.type === 'hook.finished' ? `${event.when} ${event.hook} ${event.ok}` : event.type))
}

describe('hooks', () => {
  it('run before the refresh is started and after it has ended, and are told what it is about', async () => {
    const refreshesThen: number[] = []
    const cloud = spied(world.cloud, async (verb, when) => {
      if (verb === 'startRefresh' && when === 'before') refreshesThen.push((await said()).length)
    })
    const events: ReleaseEvent[] = []
    await roll(hooked([says('silence')], [says('listen')]), events, { cloud })
    expect(refreshesThen).toEqual([1])
    expect(typesOf(events)).toEqual([
      'roll.intended',
      'before silence true',
      'roll.started',
      'after listen true',
      'roll.finished',
    ])
    const { new: image } = world.images
    expect(await said()).toEqual([`silence roll web ${image} outcome=`, `listen roll web ${image} outcome=finished`])
  })

  it('that are webhooks are signed, and asked once more when the receiver is being restarted', async () => {
    replies = [503]
    const hook: HookPolicy = {
      kind: 'webhook',
      name: 'balancer',
      url: `${service.origin}/hook`,
      secret: { kind: 'environment', name: 'HOOK_KEY' },
      timeoutMs: 5_000,
    }
    const events: ReleaseEvent[] = []
    await roll(hooked([hook], [hook]), events)
    expect(typesOf(events)).toContain('before balancer true')
    const [first, second, third] = service.asked
    expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id'])
    expect(third?.headers['webhook-id']).not.toBe(second?.headers['webhook-id'])
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = second?.headers ?? {}
    const expected = createHmac('sha256', 'hunter2').update(`${id}.${at}.${second?.body}`).digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(JSON.parse(second?.body ?? '')).toEqual({
      version: 1,
      hook: 'balancer',
      release: 'web-2026.47.1',
      family: 'web',
      stage: 'prod',
      group: 'web',
      region: 'eu-west-1',
      account: '444444444444',
      image: world.images.new,
      during: 'roll',
      when: 'before',
      outcome: null,
    })
  })

  it('that fail before a roll refuse it with their last line; what follows still runs', async () => {
    const events: ReleaseEvent[] = []
    await roll(hooked([says('silence', 3), says('never')], [says('listen')]), events)
    expect(typesOf(events)).toEqual(['roll.intended', 'before silence false', 'after listen true', 'roll.refused'])
    expect(events.at(-1)).toMatchObject({
      cause: expect.stringMatching(/^the hook "silence" before it failed: .*silence says no/),
    })
    expect((await said()).at(-1)).toMatch(/^listen .* outcome=refused$/)
    expect(await world.refreshes()).toEqual([])
  })

  it('after a roll that failed are told so', async () => {
    const events: ReleaseEvent[] = []
    await roll(hooked([], [says('listen')]), events, { image: world.images.silent })
    expect(typesOf(events).slice(-2)).toEqual(['after listen true', 'roll.failed'])
    expect((await said()).at(-1)).toMatch(/^listen .* outcome=undone$/)
  })

  it('after a roll that fail themselves undo nothing, and keep no other from running', async () => {
    const events: ReleaseEvent[] = []
    await roll(hooked([], [says('listen', 1), says('count')]), events)
    expect(typesOf(events).slice(-3)).toEqual(['after listen false', 'after count true', 'roll.finished'])
  })

  it('run once whichever runner finishes the roll', async () => {
    const within = hooked([says('silence')], [says('listen'), says('count')])
    const events: ReleaseEvent[] = []
    await expect(roll(within, events, { diesAt: 'roll.started' })).rejects.toThrow('the runner died')
    await roll(within, events)
    const firstWords = (await said()).map((line) => line.split(' ')[0])
    expect(firstWords).toEqual(['silence', 'listen', 'count'])
    // One that died between two of them: what is recorded is not run again.
    const half = events.filter((event) => event.type !== 'roll.finished').slice(0, -1)
    await roll(within, half)
    expect((await said()).map((line) => line.split(' ')[0])).toEqual(['silence', 'listen', 'count', 'count'])
  })

  it('after a roll that another release takes over run, those before it do not', async () => {
    const within = hooked([says('silence')], [says('listen')])
    const events: ReleaseEvent[] = []
    await expect(roll(within, events, { diesAt: 'hook.finished' })).rejects.toThrow('the runner died')
    await roll(within, events, { yieldTo: { release: 'web-2026.47.2', goesBack: false } })
    expect(events.at(-1)).toMatchObject({ type: 'roll.failed', undone: true })
    expect((await said()).map((line) => line.replace(/ami-\w+ /, ''))).toEqual([
      'silence roll web outcome=',
      'listen roll web outcome=taken-over',
    ])
  })

  it('run around an undoing too, and one that fails before it does not keep bad machines', async () => {
    const events: ReleaseEvent[] = []
    await roll(stage, events)
    const previous = events.find((event) => event.type === 'roll.intended')?.previous
    if (previous === undefined) throw new Error('the roll left no intent')
    const within = hooked([says('silence', 1)], [says('listen')])
    const action = { kind: 'undo-roll', key, target: aTarget('eu-west-1/web'), stage: within, previous } as const
    const undoing: ReleaseEvent[] = [...events, { type: 'undo.intended', group: key, token }]
    const [undone] = await createUndoRoll({ ...world, callHook })(world.request(action, undoing, []))
    expect(undone).toMatchObject({ type: 'undo.finished' })
    const { old } = world.images
    expect(await said()).toEqual([`silence undo web ${old} outcome=`, `listen undo web ${old} outcome=finished`])
    expect(await world.runningImages()).toEqual([old, old])
  })
})

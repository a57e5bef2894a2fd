// Undoing and superseding for real: several releases of a family over one simulated cloud, in virtual time.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { advance, openUndo, type UndoWish } from '../../pipeline/conductor/index.ts'
import { type Lane, type Policy, type Release, releasesOf } from '../../pipeline/release/index.ts'
import type { TestConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aSoakPolicy, aStage, aTarget, httpTest, minuteMs } from '../support/factories.ts'
import { appendEvent, createMemoryLedger } from '../support/memory-ledger.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { aConductorOn } from './conductor.ts'
import { type SimulatedCloud, simulateCloud } from './local-cloud.ts'

const soak = aSoakPolicy({ durationMs: 10 * minuteMs, tests: [httpTest] })
const policy = aPolicy({
  stages: [
    aStage('dev', { soak }),
    aStage('prod', { soak, waves: [{ name: 'all', groups: [aTarget('eu-west-1/web'), aTarget('eu-central-1/web')] }] }),
  ],
})

let cloud: SimulatedCloud
let conductor: TestConductor

beforeEach(() => prepare(policy))
afterEach(() => cloud.close())

async function prepare(over: Policy): Promise<void> {
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  cloud = await simulateCloud(over, clock, createSeededRandom(1), { throttled: 0, reset: 0, broken: 0, lost: 0 })
  conductor = aConductorOn(cloud, { ledger: createMemoryLedger(), clock, answerStatus: () => 200 })
}

async function open(id: string, lane: Lane = 'weekly', over: Policy = policy): Promise<void> {
  const opening = { ...anOpening({ policy: { ...over, lane } }), lane, reason: 'test' }
  await appendEvent(conductor.ledger, id, opening, conductor.clock.now())
}

async function released(id: string, over: Policy = policy): Promise<Release> {
  await open(id, 'weekly', over)
  expect((await advance(conductor, id, { watch: true })).kind).toBe('done')
  return theRelease(id)
}

function theRelease(id: string): Release {
  const found = releasesOf(conductor.ledger.records).find((release) => release.id === id)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}

function imagesOf({ bake, copies }: Release): ReadonlySet<string> {
  const baked = bake.state === 'finished' ? bake.result.images.map(({ imageId }) => imageId) : []
  return new Set([...baked, ...copies.flatMap(({ imageId }) => imageId ?? [])])
}

/** How many of the running machines of these accounts are on each of the releases; `other` on neither. */
async function machinesOn(...releases: readonly Release[]): Promise<Readonly<Record<string, number>>> {
  const running = (await cloud.status()).instances.filter(({ state }) => state === 'running')
  const names = running.map(({ imageId }) => releases.find((one) => imagesOf(one).has(imageId))?.id ?? 'other')
  return Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]))
}

const undo = (wish: Partial<UndoWish> = {}) =>
  openUndo(conductor, { scope: { family: 'web' }, to: undefined, reason: 'checkout fails', rehearsal: false, ...wish })

describe('an undo', { timeout: 120_000 }, () => {
  test('takes every group back to the release before, and bakes nothing', async () => {
    const first = await released('web-2026.47.1')
    const second = await released('web-2026.48.1')
    expect(await machinesOn(first, second)).toEqual({ 'web-2026.48.1': 9 })
    const copies = cloud.answered.get('CopyImage')
    const undone = await undo()
    expect(await advance(conductor, undone.id, { watch: true })).toMatchObject({ kind: 'done' })
    expect(await machinesOn(first, second)).toEqual({ 'web-2026.47.1': 9 })
    expect(cloud.answered.get('CopyImage')).toBe(copies)
    expect([...cloud.fewestInService.values()]).toEqual([3, 3, 3])
  })

  test('of one group leaves the others alone', async () => {
    const first = await released('web-2026.47.1')
    const second = await released('web-2026.48.1')
    const undone = await undo({ scope: { family: 'web', stage: 'prod', group: 'eu-west-1/web' } })
    expect((await advance(conductor, undone.id, { watch: true })).kind).toBe('done')
    expect(await machinesOn(first, second)).toEqual({ 'web-2026.47.1': 3, 'web-2026.48.1': 6 })
  })

  test('of one group, and then of everything, ends on the same release', async () => {
    const first = await released('web-2026.46.1')
    const second = await released('web-2026.47.1')
    await released('web-2026.48.1')
    const one = await undo({ scope: { family: 'web', stage: 'prod', group: 'eu-west-1/web' } })
    expect((await advance(conductor, one.id, { watch: true })).kind).toBe('done')
    const all = await undo()
    expect((await advance(conductor, all.id, { watch: true })).kind).toBe('done')
    expect(all.returnsTo?.release).toBe('web-2026.47.1')
    expect(await machinesOn(first, second)).toEqual({ 'web-2026.47.1': 9 })
  })

  test('during a roll stops it where it is, and goes back at once', async () => {
    const first = await released('web-2026.47.1')
    await open('web-2026.48.1')
    await untilRolling('web-2026.48.1', 'prod')
    const undone = await undo()
    expect((await advance(conductor, undone.id, { watch: true })).kind).toBe('done')
    const second = theRelease('web-2026.48.1')
    expect(second.ending).toMatchObject({ kind: 'superseded', by: undone.id })
    const ends = second.rolls.filter(({ key }) => key.stage === 'prod').map(({ step }) => step)
    const over = { state: 'failed', cause: `${undone.id} takes the group over` }
    expect(ends).toMatchObject([over, over])
    expect(await machinesOn(first, second)).toEqual({ 'web-2026.47.1': 9 })
    expect([...cloud.fewestInService.values()]).toEqual([3, 3, 3])
  })

  test('goes back further when it is told to, and never to what has not reached production', async () => {
    const first = await released('web-2026.46.1')
    await released('web-2026.47.1')
    await open('web-2026.48.1')
    await untilRolling('web-2026.48.1', 'prod')
    await expect(undo({ to: 'web-2026.48.1' })).rejects.toThrow(
      'web-2026.48.1 is no release of web that could be gone back to [not-found]\n    those that reached production are web-2026.46.1, web-2026.47.1',
    )
    const undone = await undo({ to: 'web-2026.46.1' })
    expect((await advance(conductor, undone.id, { watch: true })).kind).toBe('done')
    expect(await machinesOn(first)).toEqual({ 'web-2026.46.1': 9 })
  })
})

describe('an undo of groups that were rolled in waves, without room for all of them at once', { timeout: 120_000 }, () => {
  const names = ['canary', 'half', 'rest'] as const
  const waves = names.map((name) => ({ name, groups: [aTarget(`eu-central-1/${name}`)] }))
  const inWaves = { ...policy, stages: [aStage('dev', { soak }), aStage('prod', { soak, waves })] }
  const account = inWaves.stages[1]?.account ?? ''

  /** Nine machines of two vCPUs each are there, and the roll of one group wants three more. */
  const quotaIs = (limit: number) => cloud.local.admin.call('set-faults', { faults: [{ kind: 'vcpu-quota', account, limit }] })

  const inProduction = ({ rolls }: Release) => rolls.filter(({ key }) => key.stage === 'prod')

  beforeEach(async () => {
    await cloud.close()
    await prepare(inWaves)
    await quotaIs(18 + 6)
  })

  test('takes back one after the other, and all of them', async () => {
    const first = await released('web-2026.47.1', inWaves)
    await released('web-2026.48.1', inWaves)
    const undone = await undo()
    expect(await advance(conductor, undone.id, { watch: true })).toMatchObject({ kind: 'done' })
    expect(await machinesOn(first)).toEqual({ 'web-2026.47.1': 12 })
    const ends = inProduction(theRelease(undone.id)).flatMap(({ step }) => (step.state === 'finished' ? [step] : []))
    const inOrder = ends.toSorted((one, other) => one.begun.at - other.begun.at)
    expect(inOrder.slice(1).every(({ begun }, index) => begun.at >= (inOrder[index]?.ended.at ?? 0))).toBe(true)
  })

  test('takes back two at a time where there is room for two', async () => {
    const first = await released('web-2026.47.1', inWaves)
    await released('web-2026.48.1', inWaves)
    await quotaIs(18 + 12)
    const undone = await undo()
    expect((await advance(conductor, undone.id, { watch: true })).kind).toBe('done')
    expect(await machinesOn(first)).toEqual({ 'web-2026.47.1': 12 })
    const rolls = inProduction(theRelease(undone.id))
    expect(rolls.map(({ room }) => room !== undefined)).toEqual([false, false, true])
  })

  test('that finds no room at all waits for it, tells people once, and goes on when there is some', async () => {
    const first = await released('web-2026.47.1', inWaves)
    await released('web-2026.48.1', inWaves)
    await quotaIs(18)
    const undone = await undo()
    expect(await advance(conductor, undone.id, { watch: false })).toMatchObject({
      kind: 'not-yet',
      reason: expect.stringContaining("18 of the account's 18 vCPUs are in use"),
      until: expect.any(Number),
    })
    expect(conductor.told.filter(({ headline }) => headline.includes('no room'))).toHaveLength(1)
    await quotaIs(18 + 6)
    expect(await untilDone(undone.id, { watch: false })).toBe('done')
    expect(await machinesOn(first)).toEqual({ 'web-2026.47.1': 12 })
  })

  test('that finds none for hours gives it up, and is told as refused', async () => {
    await released('web-2026.47.1', inWaves)
    await released('web-2026.48.1', inWaves)
    await quotaIs(18)
    const undone = await undo()
    const begunAt = conductor.clock.now()
    expect((await advance(conductor, undone.id, { watch: true })).kind).toBe('refused')
    expect(conductor.clock.now() - begunAt).toBeGreaterThan(4 * 60 * minuteMs)
  })

  test('leaves none of those that wait behind because another could not go', async () => {
    const first = await released('web-2026.47.1', inWaves)
    const second = await released('web-2026.48.1', inWaves)
    const undone = await undo()
    const roll: TestConductor['performers']['roll'] = async (request) =>
      request.action.key.group === 'canary'
        ? [{ type: 'roll.refused', group: request.action.key, cause: 'its template is gone', hint: 'Make one' }]
        : conductor.performers.roll(request)
    const failing = { ...conductor, performers: { ...conductor.performers, roll } }
    expect((await advance(failing, undone.id, { watch: true })).kind).toBe('refused')
    expect(await machinesOn(first, second)).toEqual({ 'web-2026.47.1': 6, 'web-2026.48.1': 6 })
  })
})

describe('an emergency release', { timeout: 120_000 }, () => {
  test('takes over the groups of a roll under way without waiting for it', async () => {
    const first = await released('web-2026.47.1')
    await open('web-2026.48.1')
    await untilRolling('web-2026.48.1', 'prod')
    await open('web-2026.48.2', 'emergency')
    const done = await advance(conductor, 'web-2026.48.2', { watch: true })
    expect(done.kind).toBe('done')
    const [weekly, emergency] = [theRelease('web-2026.48.1'), theRelease('web-2026.48.2')]
    expect(weekly.ending).toMatchObject({ kind: 'superseded', by: 'web-2026.48.2' })
    expect(weekly.rolls.filter(({ key }) => key.stage === 'prod').map(({ step }) => step.state)).toEqual(['failed', 'failed'])
    expect(await machinesOn(first, weekly, emergency)).toEqual({ 'web-2026.48.2': 9 })
    expect([...cloud.fewestInService.values()]).toEqual([3, 3, 3])
  })

  async function anUndoUnderWay(stage: 'dev' | 'prod') {
    const first = await released('web-2026.47.1')
    const second = await released('web-2026.48.1')
    const { id } = await undo({ scope: { family: 'web', ...(stage === 'dev' && { stage }) } })
    await untilRolling(id, stage, stage === 'dev' ? 1 : 2)
    return { first, second, id }
  }

  test('that comes to nothing leaves no undo half way', async () => {
    const { first, second, id } = await anUndoUnderWay('prod')
    await open('web-2026.48.9', 'emergency')
    const bake: TestConductor['performers']['bake'] = async ({ clock, signal }) => {
      await clock.pause(90 * minuteMs, signal)
      return [{ type: 'bake.failed', cause: 'the mirror is down' }]
    }
    const failing = { ...conductor, performers: { ...conductor.performers, bake } }
    expect((await advance(failing, 'web-2026.48.9', { watch: true })).kind).toBe('failed')
    expect(theRelease(id).ending?.kind).toBe('finished')
    expect(await machinesOn(first, second)).toEqual({ 'web-2026.47.1': 9 })
  })

  test('lets an undo bring production back while it is baked, and takes the group that it comes to first', async () => {
    const { first, second, id } = await anUndoUnderWay('prod')
    await open('web-2026.48.9', 'emergency')
    expect(await untilDone('web-2026.48.9', { watch: true })).toBe('done')
    expect(await machinesOn(first, second, theRelease('web-2026.48.9'))).toEqual({ 'web-2026.48.9': 9 })
    const { rolls, ending } = theRelease(id)
    expect(rolls.map(({ key, step }) => [key.stage, step.state])).toEqual([
      ['prod', 'finished'],
      ['prod', 'finished'],
    ])
    expect(ending).toMatchObject({ kind: 'superseded', by: 'web-2026.48.9' })
  })

  test.each([true, false])(
    'has a group left to it in the middle of an undo once it is to roll that (watched: %s)',
    async (watch) => {
      const { first, second, id } = await anUndoUnderWay('dev')
      await open('web-2026.48.9', 'emergency')
      expect(await untilDone('web-2026.48.9', { watch })).toBe('done')
      const { rolls, ending } = theRelease(id)
      expect(rolls.map(({ step }) => step)).toMatchObject([{ state: 'failed', cause: 'web-2026.48.9 takes the group over' }])
      expect(ending).toMatchObject({ kind: 'superseded', by: 'web-2026.48.9' })
      expect(await machinesOn(first, second, theRelease('web-2026.48.9'))).toEqual({ 'web-2026.48.9': 9 })
      expect([...cloud.fewestInService.values()]).toEqual([3, 3, 3])
    },
  )
})

/** As a schedule does it, for as long as it takes. */
async function untilDone(id: string, options: { readonly watch: boolean }): Promise<string> {
  for (let turns = 0; turns < 100; turns++) {
    const outcome = await advance(conductor, id, options)
    if (outcome.kind !== 'not-yet') return outcome.kind
    await conductor.clock.pause(minuteMs)
  }
  return 'not-yet'
}

/** As far as the first look at that stage's running refreshes: then its runner is killed. */
async function untilRolling(id: string, stage: string, groups = 2): Promise<void> {
  const death = new AbortController()
  const unwatch = conductor.onProgress
  const rolling = new Set<string>()
  const onProgress: typeof unwatch = (progress) => {
    unwatch(progress)
    if (progress.kind !== 'recorded' || progress.record.release !== id) return
    const { event } = progress.record
    if (event.type === 'roll.started' && event.group.stage === stage) rolling.add(event.group.region)
    if (rolling.size === groups) death.abort(new Error('killed'))
  }
  await expect(advance({ ...conductor, onProgress, signal: death.signal }, id, { watch: true })).rejects.toThrow('killed')
}

// Machines that grow too old are replaced on the image they run: releases and renewals over one simulated cloud, in virtual time.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { renew } from '../../pipeline/cli/renewals.ts'
import { advance, liftHold, openRelease, placeHold, restoreRelease, revokeRelease } from '../../pipeline/conductor/index.ts'
import { type Policy, type Release, type ReleaseEvent, releasesOf } from '../../pipeline/release/index.ts'
import type { TestConductor } from '../support/conductor-context.ts'
import { aConfigOrigin, anOpening, aPolicy, aSoakPolicy, aStage, aTarget, httpTest, minuteMs } from '../support/factories.ts'
import { appendEvent, createMemoryLedger } from '../support/memory-ledger.ts'
import { aWishUnder } from '../support/release-wish.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { aConductorOn } from './conductor.ts'
import { type SimulatedCloud, simulateCloud } from './local-cloud.ts'

const dayMs = 86_400_000
const soak = aSoakPolicy({ durationMs: 10 * minuteMs, tests: [httpTest] })
const young = { stage: 'prod', region: 'eu-central-1', group: 'web' }
const policy = aPolicy({
  stages: [
    aStage('dev', { soak }),
    aStage('prod', {
      soak,
      approval: 'required',
      waves: [
        { name: 'first', groups: [aTarget('eu-west-1/web', { maxAgeMs: 7 * dayMs })] },
        { name: 'second', groups: [aTarget('eu-central-1/web', { maxAgeMs: 30 * dayMs })] },
      ],
    }),
  ],
})
const released = 'web-2026.47.1'

let cloud: SimulatedCloud
let clock: VirtualClock
let conductor: TestConductor

beforeEach(async () => {
  // Requests are signed by the wall clock, which no simulation moves; the runner's own is the cloud's.
  clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  cloud = await simulateCloud(policy, clock, createSeededRandom(1), { throttled: 0, reset: 0, broken: 0, lost: 0 })
  const own = { ...clock, wallNow: () => clock.now() }
  conductor = aConductorOn(cloud, { ledger: createMemoryLedger(), clock: own, answerStatus: () => 200 })
  await append(released, anOpening({ policy: withoutApproval(policy) }))
  expect((await advance(conductor, released, { watch: true })).kind).toBe('done')
})
afterEach(() => cloud.close())

function withoutApproval({ stages, ...rest }: Policy): Policy {
  return { ...rest, stages: stages.map((stage) => ({ ...stage, approval: 'none' })) }
}

async function append(id: string, event: ReleaseEvent): Promise<void> {
  await appendEvent(conductor.ledger, id, event, clock.now())
}

const renewing = (over: { readonly policy?: Policy; readonly unasked?: boolean; readonly context?: TestConductor } = {}) => {
  const { context = conductor, unasked = true } = over
  const wired = {
    context,
    cloud: cloud.cloud,
    rehearsal: false,
    needWholeLedger: async () => undefined,
    readOrigin: async () => ({ origin: aConfigOrigin, problem: undefined }),
  }
  const weekly = over.policy ?? policy
  return renew(wired, { name: 'web', policies: { weekly, emergency: weekly } }, unasked)
}

async function mustRenew(...given: Parameters<typeof renewing>): Promise<Release> {
  const renewal = await renewing(...given)
  if (!renewal) throw new Error('nothing was renewed')
  return renewal
}

const releases = () => releasesOf(conductor.ledger.records)
const theRelease = (id: string) => releases().find((one) => one.id === id) as Release

/** Instance IDs of the group's running machines, and the versions they and the group launch from. */
async function groupNow({ stage, region, group }: typeof young) {
  const { account, role } = policy.stages.find(({ name }) => name === stage) as Policy['stages'][number]
  const found = await cloud.cloud.at({ account, region, ...(role === undefined ? {} : { role }) }).describeGroups([group])
  const [state] = found.ok ? found.value : []
  if (!state) throw new Error('there is no such group')
  const { instances, launchSource } = state
  return { ids: instances.map(({ id }) => id).toSorted(), launchSource }
}

const old = { stage: 'prod', region: 'eu-west-1', group: 'web' }

describe('a group past its limit', { timeout: 120_000 }, () => {
  test('is renewed once, on the image and the version it runs, and one within its limit is left alone', async () => {
    expect(await renewing()).toBe(undefined)
    const asked = cloud.answered.get('DescribeInstances')
    clock.advance(8 * dayMs)
    const [oldBefore, youngBefore] = [await groupNow(old), await groupNow(young)]
    const renewal = await mustRenew()
    expect(renewal).toMatchObject({ lane: 'renewal', renews: { release: released, groups: [{ group: old }] } })
    expect(renewal.reason).toBe('machines of eu-west-1/web in prod up to 8 days old, limit 7d')
    // AWS is asked of the one group only that the ledger does not say to be young.
    expect(cloud.answered.get('DescribeInstances')).toBe((asked ?? 0) + 1)
    expect(await advance(conductor, renewal.id, { watch: true })).toMatchObject({ kind: 'done' })
    const [oldAfter, youngAfter] = [await groupNow(old), await groupNow(young)]
    expect(oldAfter.launchSource).toEqual(oldBefore.launchSource)
    expect(oldAfter.ids.filter((id) => oldBefore.ids.includes(id))).toEqual([])
    expect(youngAfter).toEqual(youngBefore)
    expect([...cloud.fewestInService.values()]).toEqual([3, 3, 3])
    expect(theRelease(renewal.id).soaks.map(({ stage, tests }) => [stage, tests.map(({ ok }) => ok)])).toEqual([['prod', [true]]])
    expect(await renewing()).toBe(undefined)
    clock.advance(8 * dayMs)
    expect((await mustRenew()).id).not.toBe(renewal.id)
  })

  test('waits for an open release of the family, which renews it anyway, and is not renewed on a revoked one', async () => {
    clock.advance(8 * dayMs)
    const { length } = conductor.ledger.records
    await append('web-2026.48.1', anOpening({ policy }))
    expect(await renewing()).toBe(undefined)
    expect(conductor.ledger.records.length).toBe(length + 1)
    await append('web-2026.48.1', { type: 'release.failed', cause: 'test' })
    await revokeRelease(conductor, { releaseId: released, by: 'ada', reason: 'test' })
    expect(await renewing()).toBe(undefined)
    await restoreRelease(conductor, { releaseId: released, by: 'ada', reason: 'test' })
    expect(await mustRenew()).toMatchObject({ renews: { release: released } })
  })

  test('is held and frozen like any other', async () => {
    clock.advance(8 * dayMs)
    const scope = { group: 'eu-west-1/web' }
    await placeHold(conductor, { scope, by: 'ada', reason: 'sale' })
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    const tomorrow = new Date(clock.now() + dayMs).toISOString().slice(0, 10)
    const freeze = { from: today, to: tomorrow, timeZone: 'UTC', reason: 'year-end' }
    const calendar = { overridden: false, windows: [], freezes: [freeze] }
    const frozen = { ...policy, stages: policy.stages.map((stage) => ({ ...stage, calendar })) }
    const { id } = await mustRenew({ policy: frozen })
    const starts = cloud.answered.get('StartInstanceRefresh')
    expect(await advance(conductor, id, { watch: false })).toMatchObject({
      kind: 'not-yet',
      reason: expect.stringContaining('year-end'),
    })
    clock.advance(2 * dayMs)
    expect(await advance(conductor, id, { watch: false })).toMatchObject({
      kind: 'not-yet',
      reason: 'ada holds eu-west-1/web in prod: sale',
    })
    expect(cloud.answered.get('StartInstanceRefresh')).toBe(starts)
    await liftHold(conductor, { scope, by: 'ada', reason: 'sold' })
    expect(await advance(conductor, id, { watch: true })).toMatchObject({ kind: 'done' })
  })

  test.each(['roll.intended', 'roll.started'] as const)('is not renewed twice by a runner that dies after %s', async (last) => {
    clock.advance(8 * dayMs)
    const before = await groupNow(old)
    const starts = cloud.answered.get('StartInstanceRefresh') ?? 0
    const { id } = await mustRenew()
    await dying(id, last, starts)
    expect(await renewing()).toBe(undefined)
    expect(await advance({ ...conductor, runner: 'eve@example' }, id, { watch: true })).toMatchObject({ kind: 'done' })
    const after = await groupNow(old)
    expect(after.ids.filter((one) => before.ids.includes(one))).toEqual([])
    expect(cloud.answered.get('StartInstanceRefresh')).toBe(starts + 1)
  })

  test('is taken over by a new release in the middle of its renewal', async () => {
    clock.advance(8 * dayMs)
    const { id } = await mustRenew()
    await dying(id, 'roll.started', 0)
    const { release } = await openRelease(conductor, aWishUnder(policy))
    expect(theRelease(id).ending).toMatchObject({ kind: 'superseded', by: release.id })
    await advance(conductor, release.id, { watch: false })
    expect(theRelease(id).rolls[0]?.step).toMatchObject({ state: 'failed', cause: `${release.id} takes the group over` })
    expect((await groupNow(old)).ids).toHaveLength(3)
    expect([...cloud.fewestInService.values()]).toEqual([3, 3, 3])
  })

  test('keeps its old machines when new ones do not come up, and is not tried again every hour', async () => {
    clock.advance(8 * dayMs)
    cloud.breakBakedImage()
    const before = await groupNow(old)
    const { id } = await mustRenew()
    expect(await advance(conductor, id, { watch: true })).toMatchObject({ kind: 'failed' })
    expect((await groupNow(old)).launchSource).toEqual(before.launchSource)
    expect(cloud.answered.get('RollbackInstanceRefresh')).toBe(undefined)
    expect(await renewing()).toBe(undefined)
    expect(await renewing({ unasked: false })).toMatchObject({ lane: 'renewal' })
  })
})

/** Kills the runner once it has recorded that, or, for an intent, once AWS has started the refresh that it does not know of. */
async function dying(id: string, last: 'roll.intended' | 'roll.started', starts: number): Promise<void> {
  const death = new AbortController()
  const { onProgress: tell, ledger } = conductor
  const onProgress: typeof tell = (progress) => {
    tell(progress)
    if (progress.kind === 'recorded' && progress.record.event.type === last && last === 'roll.started')
      death.abort(new Error('killed'))
  }
  const append: typeof ledger.append = async (head, draft) => {
    if (last === 'roll.intended' && draft.event.type === 'roll.started') {
      expect(cloud.answered.get('StartInstanceRefresh')).toBe(starts + 1)
      death.abort(new Error('killed'))
      death.signal.throwIfAborted()
    }
    return ledger.append(head, draft)
  }
  const mortal = { ...conductor, ledger: { ...ledger, append }, onProgress, signal: death.signal }
  await expect(advance(mortal, id, { watch: true })).rejects.toThrow('killed')
}

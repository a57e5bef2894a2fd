// A drill walks the emergency lane in the first stage, stands in nobody's way that matters, and leaves its time.

import { describe, expect, test } from 'vitest'
import { advance, openRelease, type ReleaseWish, statusOf } from '../../pipeline/conductor/index.ts'
import { lastDrillOf, releasesOf } from '../../pipeline/release/index.ts'
import { aConductor, type TestConductor } from '../support/conductor-context.ts'
import { aWish } from '../support/release-wish.ts'

const open = (context: TestConductor, over: Partial<ReleaseWish>) =>
  openRelease(context, aWish({ lane: 'emergency', reason: 'test', ...over }))

const endings = (context: TestConductor) => releasesOf(context.ledger.records).map(({ ending }) => ending?.kind ?? 'open')

describe('a drill', () => {
  test('goes through the whole chain to the first stage and no further, and its time stands in the ledger', async () => {
    const context = aConductor()
    const { release } = await open(context, { drill: true })
    expect(await advance(context, release.id, { watch: true })).toMatchObject({ kind: 'done' })
    const steps = new Set(context.world.acts.map(({ step }) => step.split(' ')[0]))
    expect([...steps]).toEqual(['bake', 'verify', 'share', 'roll', 'tests'])
    expect(releasesOf(context.ledger.records)[0]?.rolls.map(({ key }) => key.stage)).toEqual(['dev'])
    expect(lastDrillOf(releasesOf(context.ledger.records), 'web')?.tookMs).toBeGreaterThan(0)
    expect(context.told.map(({ level, headline }) => `${level}: ${headline}`)).toEqual([
      expect.stringMatching(/^info: the drill web-2026\.47\.1 reached dev, .* after it was opened$/),
    ])
  })

  test.each(['weekly', 'emergency'] as const)('is refused beside an open %s release, and ends it not', async (lane) => {
    const context = aConductor()
    await open(context, { lane })
    await expect(open(context, { drill: true })).rejects.toThrow(/is not over/)
    expect(endings(context)).toEqual(['open'])
  })

  test('is taken up where it was left, also by an advance, and supersedes nothing', async () => {
    const context = aConductor()
    const first = await open(context, { drill: true })
    expect(await open(context, { drill: true })).toEqual({ release: first.release, resumed: true })
  })

  test('makes way for an emergency, and is not taken for one', async () => {
    const context = aConductor()
    await open(context, { drill: true })
    const { release, resumed } = await open(context, {})
    expect({ resumed, drill: release.drill }).toEqual({ resumed: false, drill: false })
    expect(endings(context)).toEqual(['superseded', 'open'])
  })

  test('lets a weekly release wait until it is over', async () => {
    const context = aConductor()
    await open(context, { drill: true })
    await expect(open(context, { lane: 'weekly' })).rejects.toThrow(/the drill web-2026\.47\.1 of web is not over/)
  })

  test('shows in the status as the emergency release of one stage that it is', async () => {
    const context = aConductor()
    await open(context, { drill: true })
    const observer = { runner: 'ada@example', wallNow: context.clock.wallNow() }
    const [status] = statusOf(context.ledger.records, observer, context.clock.now()).releases
    expect(status?.release).toMatchObject({ lane: 'emergency', drill: true, policy: { stages: [{ name: 'dev' }] } })
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRehearsalClock, createSystemClock } from '../../pipeline/system/index.ts'

const hourMs = 3_600_000

describe('the rehearsal clock', () => {
  it('skips a soak of hours but keeps wall time', async () => {
    const clock = createRehearsalClock()
    const [now, wallNow] = [clock.now(), clock.wallNow()]
    await clock.idleUntil(now + 20 * hourMs)
    expect(clock.now()).toBeGreaterThanOrEqual(now + 20 * hourMs)
    expect(clock.wallNow()).toBeLessThan(wallNow + hourMs)
  })

  it('runs on from where an interrupted rehearsal was, and never starts behind the wall clock', () => {
    const ahead = Date.now() + 5 * hourMs
    expect(createRehearsalClock({ startAt: ahead }).now()).toBeGreaterThanOrEqual(ahead)
    expect(createRehearsalClock({ startAt: 0 }).now()).toBeGreaterThanOrEqual(Date.now() - 1_000)
  })

  it('never goes backwards, whatever it is asked to wait for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -10 * hourMs, max: 10 * hourMs }), { maxLength: 20 }), async (waitsMs) => {
        const clock = createRehearsalClock()
        for (const waitMs of waitsMs) {
          const before = clock.now()
          await clock.idleUntil(before + waitMs)
          expect(clock.now()).toBeGreaterThanOrEqual(Math.max(before, before + waitMs))
        }
      }),
    )
  })

  it('pauses for real, though not for long', async () => {
    const clock = createRehearsalClock()
    const before = clock.wallNow()
    await clock.pause(15_000)
    const pausedMs = clock.wallNow() - before
    expect(pausedMs).toBeGreaterThanOrEqual(990)
    expect(clock.now() - before).toBeLessThan(15_000)
  })
})

describe.each([
  ['system', createSystemClock()],
  ['rehearsal', createRehearsalClock()],
])('an aborted wait on the %s clock', (_name, clock) => {
  it('rejects', async () => {
    await expect(clock.pause(60_000, AbortSignal.abort())).rejects.toThrow()
    await expect(clock.idleUntil(clock.now() + 60_000, AbortSignal.abort())).rejects.toThrow()
  })
})

describe('the system clock', () => {
  it('waits until the instant, and not at all for one that has passed', async () => {
    const clock = createSystemClock()
    const instantMs = clock.now() + 50
    await clock.idleUntil(instantMs)
    expect(clock.now()).toBeGreaterThanOrEqual(instantMs)
    await clock.idleUntil(0)
  })

  it('can be interrupted in the middle of a wait', async () => {
    const clock = createSystemClock()
    const giveUp = new AbortController()
    const waiting = clock.idleUntil(clock.now() + hourMs, giveUp.signal)
    giveUp.abort()
    await expect(waiting).rejects.toThrow('aborted')
  })
})

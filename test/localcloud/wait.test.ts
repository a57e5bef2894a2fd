// A wait that others cut short, by a clock whose timers a test ends.

import { expect, test } from 'vitest'
import { Wait } from '../../pipeline/localcloud/wait.ts'
import type { Clock } from '../../pipeline/ports/index.ts'

function scripted() {
  const timers: { readonly ms: number; readonly end: () => void; isCalledOff: boolean }[] = []
  let now = 0
  const clock: Clock = {
    now: () => now,
    wallNow: () => now,
    idleUntil: async () => undefined,
    pause: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = { ms, end: resolve, isCalledOff: false }
        timers.push(timer)
        signal?.addEventListener('abort', () => {
          timer.isCalledOff = true
          reject(signal.reason)
        })
      }),
  }
  const wait = new Wait(clock)
  return { wait, timers, passes: (ms: number) => (now += ms) }
}

test('it ends with its time', async () => {
  const { wait, timers } = scripted()
  const paused = wait.pause(1_000)
  timers[0]?.end()
  await paused
  expect(timers.map(({ ms }) => ms)).toEqual([1_000])
})

test('one that is cut short leaves its timer to the next, which it ends', async () => {
  const { wait, timers, passes } = scripted()
  const first = wait.pause(1_000)
  passes(10)
  wait.cutShort()
  await first
  const second = wait.pause(1_000)
  timers[0]?.end()
  await second
  expect(timers).toHaveLength(1)
})

test('a sooner one calls the timer off that was left, and takes its own', async () => {
  const { wait, timers } = scripted()
  const first = wait.pause(1_000)
  wait.cutShort()
  await first
  const second = wait.pause(5)
  await Promise.resolve()
  timers[1]?.end()
  await second
  expect(timers.map(({ ms, isCalledOff }) => [ms, isCalledOff])).toEqual([
    [1_000, true],
    [5, false],
  ])
})

test('closing ends it, and leaves no timer', async () => {
  const { wait, timers } = scripted()
  const paused = wait.pause(1_000)
  wait.close()
  await paused
  expect(timers[0]?.isCalledOff).toBe(true)
})

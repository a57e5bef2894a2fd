// A region or an account that fails for hours: tried again alone, ever more seldom, while everything else goes on.

import { expect, test } from 'vitest'
import { type Action, decide, type ReleaseEvent, replay, tokenOf } from '../../pipeline/release/index.ts'
import {
  anOpening,
  aPolicy,
  aSoakPolicy,
  aStage,
  aTarget,
  hourMs,
  minuteMs,
  recordsOf,
  someFacts,
  testStart,
} from '../support/factories.ts'
import { failureOf, intentEventOf, successOf } from '../support/outcomes.ts'

/** Walks a release in virtual time; each line is minutes since its opening and what was done or waited for. */
function walk(opening: ReturnType<typeof anOpening>, fails: (action: Action, minutes: number) => boolean): readonly string[] {
  const events: ReleaseEvent[] = [opening]
  const times = [testStart]
  const lines: string[] = []
  let now = testStart
  const add = (added: readonly ReleaseEvent[]) => {
    events.push(...added)
    times.push(...added.map(() => now))
  }
  for (let rounds = 0; rounds < 300; rounds++) {
    const at = (index: number) => new Date(times[index] ?? now).toISOString()
    const release = replay(recordsOf(events).map((record, index) => ({ ...record, at: at(index), wallAt: at(index) })))
    const decision = decide(release, someFacts, now)
    if (decision.kind === 'done') return lines
    const minutes = (now - testStart) / minuteMs
    if (decision.kind === 'wait') {
      lines.push(`${minutes} wait: ${decision.reason}`)
      now = decision.until ?? expect.fail(`nobody knows how long: ${decision.reason}`)
      continue
    }
    for (const action of decision.actions) {
      const token = tokenOf(release, action)
      const isBad = fails(action, minutes)
      const cause = action.kind === 'fail' ? `: ${action.cause}` : ''
      lines.push(`${minutes} ${action.kind}${isBad ? ' failed' : ''}${cause}`)
      const intent = intentEventOf(action, token)
      add([...(intent ? [intent] : []), ...(isBad ? failureOf(action, token) : successOf(action, token))])
    }
  }
  return expect.fail('it never ends')
}

const quiet = aSoakPolicy({ durationMs: 20 * hourMs, tests: [], testEveryMs: 0 })
const prod = aStage('prod', { waves: [{ name: 'all', groups: [aTarget('eu-west-1/web')] }], soak: aSoakPolicy() })
const devAndProd = anOpening({ policy: aPolicy({ stages: [aStage('dev', { soak: quiet }), prod] }) })
const timesOf = (lines: readonly string[], what: string) =>
  lines.filter((line) => line.endsWith(` ${what}`)).map((line) => Number.parseFloat(line))

test('a copy that fails all night is tried again ever more seldom, dev soaks on, and it ends nothing once it goes well', () => {
  const lines = walk(devAndProd, ({ kind }, minutes) => kind === 'copy' && minutes < 15 * 60)
  expect(timesOf(lines, 'copy failed')).toEqual([0, 1, 3, 7, 15, 31, 63, ...[...Array(13).keys()].map((hour) => 123 + 60 * hour)])
  expect(timesOf(lines, 'copy')).toEqual([903])
  expect(timesOf(lines, 'finish-soak')).toEqual([1200, 1260])
  expect(lines.at(-1)).toBe('1260 finish')
})

test('it ends the release only when the stage that needs it is next', () => {
  const lines = walk(devAndProd, ({ kind }) => kind === 'copy')
  expect(timesOf(lines, 'roll')).toEqual([0])
  expect(timesOf(lines, 'finish-soak')).toEqual([1200])
  expect(lines.at(-1)).toMatch(/^1200 fail: the copy to eu-west-1, which prod needs, failed 25 times in 19h/)
})

test('a stage that lacks it from the start waits for hours before it gives up, and says what for', () => {
  const lines = walk(anOpening({ policy: aPolicy({ stages: [prod] }) }), ({ kind }) => kind === 'copy')
  expect(lines).toContain('3 wait: the copy to eu-west-1, which failed 3 times in 3m and is tried again: the key is disabled')
  expect(lines.at(-1)).toBe('243 fail: the copy to eu-west-1, which prod needs, failed 10 times in 4h3m: the key is disabled')
})

test('a share that fails is tried again alone; the one beside it is not shared twice', () => {
  const groups = [aTarget('eu-west-1/web'), aTarget('eu-central-1/web')]
  const both = anOpening({ policy: aPolicy({ stages: [{ ...prod, waves: [{ name: 'all', groups }] }] }) })
  const isWest = (action: Action) => action.kind === 'share' && action.region === 'eu-west-1'
  const lines = walk(both, (action, minutes) => isWest(action) && minutes < 60)
  expect(timesOf(lines, 'share')).toEqual([0, 63])
  expect(timesOf(lines, 'share failed')).toEqual([0, 1, 3, 7, 15, 31])
  expect(timesOf(lines, 'roll')).toEqual([63, 63])
  const never = walk(both, isWest)
  expect(timesOf(never, 'roll')).toEqual([])
  expect(never.at(-1)).toMatch(/^243 fail: sharing ami-\w+ with 444444444444 failed 10 times in 4h3m: denied$/)
})

test('tags that cannot be read end nothing before they have been asked for for hours, and then the release with their cause', () => {
  const tagged = aStage('prod', {
    waves: [
      { name: 'canary', groups: [], tags: { tier: 'canary' } },
      { name: 'all', groups: [aTarget('eu-central-1/web')] },
    ],
    soak: aSoakPolicy(),
  })
  const opening = anOpening({ policy: aPolicy({ stages: [tagged] }) })
  const mended = walk(opening, ({ kind }, minutes) => kind === 'place-groups' && minutes < 60)
  expect(timesOf(mended, 'place-groups failed')).toEqual([0, 1, 3, 7, 15, 31])
  expect(mended.filter((line) => line.includes(' wait: '))[0]).toContain("the tags of prod's groups, which failed once")
  expect(mended.at(-1)).toMatch(/finish$/)
  const lost = walk(opening, ({ kind }) => kind === 'place-groups')
  expect(lost.at(-1)).toMatch(/fail: the look at the tags of prod's groups, .* failed \d+ times in \d+h.*: denied$/)
})

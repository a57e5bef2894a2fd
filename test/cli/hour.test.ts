// The emergency hour in words: what begins and ends when, what decides it, and why one that can't keep it is not opened.

import { describe, expect, test } from 'vitest'
import { describeHour, type Hour, startsInTime } from '../../pipeline/cli/hour.ts'
import { createNarrator } from '../../pipeline/cli/terminal.ts'
import { estimatesFrom, leversOf, type Policy, type ProjectionInput, project } from '../../pipeline/release/index.ts'
import { aPolicy, aSoakPolicy, aStage, minuteMs, testStart } from '../support/factories.ts'

function anHour(over: Partial<Policy> = {}, release?: string): Hour {
  const soak = aSoakPolicy({ durationMs: 10 * minuteMs })
  const input: ProjectionInput = {
    policy: {
      ...aPolicy(),
      lane: 'emergency',
      withinMs: 60 * minuteMs,
      stages: [aStage('dev', { soak }), aStage('prod')],
      ...over,
    },
    architectures: ['x86_64'],
    openedAt: testStart,
    now: testStart,
    estimates: estimatesFrom([], 'emergency'),
    machines: new Map([['eu-central-1/web in dev', 3]]),
  }
  return { family: 'web', release, projection: project(input), levers: leversOf(input) }
}

test('one that can be in time: a table of its steps, and no more', async () => {
  await expect(`${describeHour(anHour()).join('\n')}\n`).toMatchFileSnapshot('golden/hour/in-time.txt')
})

test('one that waits for a person: not before, and what for', async () => {
  const prod = aStage('prod', { approval: 'required' })
  const lines = describeHour(anHour({ stages: [prod], withinMs: 30 * minuteMs }))
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/hour/late-and-unknown.txt')
})

describe('one that cannot be in time', () => {
  const late = { withinMs: 40 * minuteMs }
  const said = (hour: Hour, evenIfLate: boolean) => {
    const lines: string[] = []
    const starts = startsInTime(hour, evenIfLate, (line) => void lines.push(line))
    return { starts, last: lines.slice(-2) }
  }

  test('is not opened, and it is said what would buy most', () => {
    expect(said(anHour(late), false)).toEqual({
      starts: false,
      last: [
        '  most would be bought by the soak in dev (10m): 10m',
        'not opened: it cannot be in production in time. Change the lane, or say --even-if-late',
      ],
    })
  })

  test('is, when somebody says so', () => {
    expect(said(anHour(late), true)).toMatchObject({ starts: true, last: [{}, 'opened all the same: --even-if-late'] })
  })

  test('goes on where it is open already', () => {
    expect(said(anHour(late, 'web-2026.47.1'), false).starts).toBe(true)
  })

  test('whatever the lane allows: then it is said that no limit of it would help', () => {
    const soak = aSoakPolicy({ durationMs: 0 })
    const stages = [aStage('prod', { soak, waves: [] })]
    expect(describeHour(anHour({ stages, withinMs: minuteMs })).at(-1)).toBe(
      '  no limit of the lane would buy anything: it is the bake, the verification and the copies that take so long',
    )
  })
})

test('while it is advanced, a line says where it stands, and by how much that has moved', () => {
  const lines: string[] = []
  const narrate = createNarrator({ note: (line) => void lines.push(line) }, () => 0)
  const { projection } = anHour()
  for (const movedMs of [undefined, 90_000, -120_000]) {
    narrate({ kind: 'projected', release: 'web-2026.47.1', projection, movedMs })
  }
  const line = '00:00  ◷ web-2026.47.1 is in production 45m after its opening, at 2026-11-22T06:45Z, 15m before its limit of 1h'
  expect(lines).toEqual([line, `${line} (1m30s later than it was)`, `${line} (2m earlier than it was)`])
})

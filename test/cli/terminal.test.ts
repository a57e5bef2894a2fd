// What a person sees: nothing a machine wrote can steer the terminal, and no more than a moment passes in silence.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createNarrator, printable, table, took } from '../../pipeline/cli/terminal.ts'
import type { Progress } from '../../pipeline/conductor/index.ts'

describe('printable', () => {
  test.each([
    ['an escape sequence', '\u001b[2J\u001b]0;owned\u0007 done', '?[2J?]0;owned? done'],
    ['a carriage return', 'ok\rrefused', 'ok?refused'],
    ['a C1 control', 'a\u009b31mb', 'a?31mb'],
    ['tabs, line ends and letters of any language', 'a\tb\nПривет ✔', 'a\tb\nПривет ✔'],
  ])('%s', (_, text, shown) => expect(printable(text)).toBe(shown))

  test('holds no control character, whatever comes, and an end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5_000 }), (text) => {
        const shown = printable(text)
        expect(shown.length).toBeLessThanOrEqual(2_000)
        for (const character of shown) expect(character).not.toMatch(/[^\P{Cc}\t\n]/u)
      }),
    )
  })
})

test('a table pads to the widest cell and leaves no blank at a line’s end', () => {
  expect(
    table([
      ['GROUP', 'STATE', ''],
      ['web-canary', 'on it', ''],
      ['web', 'rolling', 'x'],
    ]),
  ).toEqual(['GROUP       STATE', 'web-canary  on it', 'web         rolling  x'])
  expect(table([])).toEqual([])
})

test.each([
  [90_000, 90_000, '1m30s'],
  [90_000, 90_400, '1m30s'],
  [14_400_000, 300, '4h (really 0s)'],
])('%i ms that took %i ms: %s', (clockMs, wallMs, words) => expect(took(clockMs, wallMs)).toBe(words))

describe('the narrator', () => {
  const release = 'web-2026.47.1'
  function narrate(steps: readonly { readonly after?: number; readonly progress: Progress }[]): readonly string[] {
    let now = 1_000_000
    const lines: string[] = []
    const narrator = createNarrator({ note: (line) => void lines.push(line) }, () => now)
    for (const { after = 0, progress } of steps) {
      now += after
      narrator(progress)
    }
    return lines
  }

  test('names the release once there are two', () => {
    const begun = (of: string): { readonly progress: Progress } => ({
      progress: { kind: 'step-started', release: of, step: 'bake', resumed: false },
    })
    const lines = narrate([begun(release), begun('api-2026.47.1'), begun(release)])
    expect(lines).toEqual(['00:00  ▸ bake', '00:00  api-2026.47.1  ▸ bake', `00:00  ${release}  ▸ bake`])
  })

  test('tells a step from beginning to end, with the time since it began to tell', () => {
    const lines = narrate([
      { progress: { kind: 'step-started', release, step: 'bake', resumed: false } },
      { after: 1_000, progress: { kind: 'log', release, step: 'bake', line: '\u001b[32mpacker\u001b[0m' } },
      {
        after: 61_000,
        progress: {
          kind: 'step-ended',
          release,
          step: 'bake',
          outcome: 'passed',
          tookMs: 62_000,
          tookWallMs: 62_000,
          cause: '',
        },
      },
      { progress: { kind: 'step-started', release, step: 'verify', resumed: true } },
      {
        progress: {
          kind: 'step-ended',
          release,
          step: 'verify',
          outcome: 'failed',
          tookMs: 0,
          tookWallMs: 0,
          cause: 'no\u0007 room',
        },
      },
      { progress: { kind: 'waiting', release, until: Date.UTC(2026, 10, 22, 10), reason: 'soak in dev' } },
    ])
    expect(lines).toEqual([
      '00:00  ▸ bake',
      '00:01      ?[32mpacker?[0m',
      '01:02  ✔ bake  1m2s',
      '01:02  ▸ verify (taken up again)',
      '01:02  ✖ verify  0s  no? room',
      '01:02  ◦ waiting until 2026-11-22T10:00:00.000Z: soak in dev',
    ])
  })

  test('a heartbeat is heard only where all else was silent', () => {
    const beat: Progress = { kind: 'heartbeat', release, steps: [{ step: 'bake', forWallMs: 9_700 }] }
    const lines = narrate([
      { progress: { kind: 'log', release, step: 'bake', line: 'hello' } },
      { after: 4_000, progress: beat },
      { after: 1_000, progress: beat },
      { after: 1_000, progress: { ...beat, steps: [] } },
      { after: 5_000, progress: { ...beat, steps: [] } },
    ])
    expect(lines).toEqual(['00:00      hello', '00:05    … bake 10s', '00:11    … working'])
  })
})

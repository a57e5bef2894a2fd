// What an advance came to: one exit code, the gravest where there are several, and words for a person.

import { expect, test } from 'vitest'
import type { Output } from '../../pipeline/cli/command.ts'
import { exitCodeOf, tell, worst } from '../../pipeline/cli/outcome.ts'
import type { AdvanceOutcome } from '../../pipeline/conductor/index.ts'
import type { ExitCode } from '../../pipeline/kernel/index.ts'
import { anOpening, aRelease, aReturnTarget, hourMs, testStart } from '../support/factories.ts'

const release = aRelease()
const finished = aRelease([{ type: 'release.finished', openToProductionMs: 25 * hourMs, openToProductionWallMs: 60_000 }])

const drilled = aRelease([{ type: 'release.finished', openToProductionMs: hourMs, openToProductionWallMs: 60_000 }], {
  opening: anOpening({ drill: true }),
})

const returned = aRelease([{ type: 'release.finished', openToProductionMs: 600_000, openToProductionWallMs: 60_000 }], {
  opening: anOpening({ lane: 'undo', returnsTo: aReturnTarget }),
})

const outcomes: readonly [AdvanceOutcome, ExitCode, readonly string[]][] = [
  [{ kind: 'done', release: finished }, 0, ['web-2026.47.1 (weekly) is in production, 1d1h after it was opened']],
  [
    { kind: 'done', release: returned },
    0,
    ['web-2026.47.1 (undo): what was asked of web is back on web-2026.46.1, 10m after it was opened'],
  ],
  [{ kind: 'done', release: drilled }, 0, ['web-2026.47.1 (drill) reached dev, 1h after it was opened']],
  [
    { kind: 'not-yet', release, until: testStart, reason: 'dev soaks' },
    4,
    ['web-2026.47.1: not yet: not before 2026-11-22T06:00:00.000Z; dev soaks'],
  ],
  [
    { kind: 'not-yet', release, until: undefined, reason: 'prod waits for a person' },
    4,
    ['web-2026.47.1: not yet: prod waits for a person'],
  ],
  [{ kind: 'failed', release, cause: 'the disk\u001b is full' }, 1, ['web-2026.47.1 failed: the disk? is full']],
  [{ kind: 'refused', release, reasons: ['a', 'b'] }, 3, ['web-2026.47.1 was refused:', '  - a', '  - b']],
]

function told(outcome: AdvanceOutcome, json: boolean): { readonly lines: string[]; readonly documents: unknown[] } {
  const lines: string[] = []
  const documents: unknown[] = []
  const output: Output = {
    print: (line) => void lines.push(line),
    printJson: (value) => void documents.push(value),
    note: (line) => expect.unreachable(line),
  }
  tell(output, outcome, json)
  return { lines, documents }
}

test.each(outcomes)('$kind', (outcome, code, lines) => {
  expect(exitCodeOf(outcome)).toBe(code)
  expect(told(outcome, false)).toEqual({ lines, documents: [] })
})

test.each(outcomes)('$kind as JSON is one document that names the release', (outcome) => {
  const { lines, documents } = told(outcome, true)
  expect(lines).toEqual([])
  expect(documents).toHaveLength(1)
  const { release: _release, ...rest } = outcome
  expect(documents[0]).toEqual({ release: 'web-2026.47.1', family: 'web', lane: outcome.release.lane, ...rest })
})

test.each<[readonly ExitCode[], ExitCode]>([
  [[], 0],
  [[0, 0], 0],
  [[0, 4], 4],
  [[4, 3, 0], 3],
  [[3, 1, 4], 1],
  [[1, 70, 2], 70],
  [[1, 70, 130], 130],
])('the worst of %j is %i', (codes, code) => expect(worst(codes)).toBe(code))

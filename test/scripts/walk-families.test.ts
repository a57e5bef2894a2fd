// Families one after the other: one that fails lets the next have its turn, an interruption does not.

import { expect, test } from 'vitest'
import { type ExitCode, exitCode, ProblemError } from '../../pipeline/index.ts'
import { oneAfterTheOther } from '../../scripts/ci/walk-families.ts'

const families = ['web', 'batch', 'nodes']

async function walked(walkOne: (family: string, interrupt: () => void) => ExitCode) {
  const interruption = new AbortController()
  const turns: string[] = []
  const lines: string[] = []
  const code = await oneAfterTheOther(
    families,
    interruption.signal,
    (line) => void lines.push(line),
    async (family) => {
      turns.push(family)
      return walkOne(family, () => interruption.abort(new Error('SIGTERM')))
    },
  )
  return { code, turns, lines }
}

test('what is wrong with one is told, and keeps no other from its turn', async () => {
  const result = await walked((family) => {
    if (family === 'batch') throw new ProblemError({ code: 'not-found', message: 'no base', hint: 'name one' })
    return exitCode.notYet
  })
  expect(result).toMatchObject({ code: exitCode.problem, turns: families })
  expect(result.lines).toHaveLength(1)
  expect(result.lines[0]).toMatch(/^batch: .*no base/s)
})

test('an interruption in the middle of one leaves the others as they are', async () => {
  const result = await walked((family, interrupt) => {
    if (family === 'web') return exitCode.done
    interrupt()
    throw new Error('Packer was told to end')
  })
  expect(result).toEqual({ code: exitCode.interrupted, turns: ['web', 'batch'], lines: ['batch: Packer was told to end'] })
})

test('so does one that comes as a family ends, however that did', async () => {
  const result = await walked((_, interrupt) => {
    interrupt()
    return exitCode.done
  })
  expect(result).toEqual({ code: exitCode.interrupted, turns: ['web'], lines: [] })
})

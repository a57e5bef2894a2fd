// Long steps outside a release (building the base, starting the cloud): announced, kept alive on the screen, timed.

import { formatDuration } from '../kernel/index.ts'
import type { Output } from './command.ts'

const silenceMs = 5_000

/** Runs the work under a name; a line at least every few seconds says that it is still going on. */
export async function step<Value>(
  output: Output,
  name: string,
  work: (say: (line: string) => void) => Promise<Value>,
): Promise<Value> {
  const begunAt = performance.now()
  const elapsed = (): string => formatDuration(Math.round((performance.now() - begunAt) / 1_000) * 1_000)
  let saidAt = begunAt
  const say = (line: string): void => {
    saidAt = performance.now()
    output.note(line)
  }
  say(`▸ ${name}`)
  const alive = setInterval(() => {
    if (performance.now() - saidAt >= silenceMs - 100) say(`  … ${name} ${elapsed()}`)
  }, silenceMs)
  try {
    const value = await work((line) => say(`    ${line}`))
    say(`✔ ${name}  ${elapsed()}`)
    return value
  } catch (error) {
    say(`✖ ${name}  ${elapsed()}`)
    throw error
  } finally {
    clearInterval(alive)
  }
}

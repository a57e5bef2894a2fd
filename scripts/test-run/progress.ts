// A sign of life while tests run: what is running, and for how long, when nothing else was said.

import type { Reporter, TestCase, Vitest } from 'vitest/node'

const intervalMs = 8_000

/** Prints only where the default reporter has no live window; remembers what vitest tells its reporters once. */
export class ProgressReporter implements Reporter {
  unhandledErrors = 0
  private readonly running = new Map<string, { readonly test: TestCase; readonly since: number }>()
  private finished = 0
  private timer: NodeJS.Timeout | undefined

  onInit(vitest: Vitest): void {
    // scripts/run-tests sends it; a cancelled run skips what has not begun, aborts the tests' signals and waits for their clean-up.
    process.once('SIGUSR2', () => void vitest.cancelCurrentRun('keyboard-input'))
    if (!process.stdout.isTTY) this.timer = setInterval(() => this.print(), intervalMs).unref()
  }

  onTestCaseReady(test: TestCase): void {
    this.running.set(test.id, { test, since: Date.now() })
  }

  onTestCaseResult(test: TestCase): void {
    this.running.delete(test.id)
    this.finished += 1
  }

  onTestRunEnd(_modules: unknown, unhandledErrors: readonly unknown[]): void {
    this.unhandledErrors = unhandledErrors.length
    clearInterval(this.timer)
  }

  private print(): void {
    // A result may come before the word that its test is ready, when a worker sends both at once.
    const unended = [...this.running.values()].filter(({ test }) => test.result().state === 'pending')
    const longest = unended.sort((a, b) => a.since - b.since).slice(0, 3)
    const now = longest.map(({ test, since }) => `${test.fullName} (${Math.round((Date.now() - since) / 1_000)} s)`)
    process.stdout.write(` … ${this.finished} done; ${now.length > 0 ? `running: ${now.join(', ')}` : 'preparing'}\n`)
  }
}

// The `program` test: a program of the user's, run by the runner, exits 0.

import type { TestPolicy } from '../release/index.ts'
import type { TestRun, TestVerdict } from './test-run.ts'

type ProgramTest = Extract<TestPolicy, { readonly kind: 'program' }>

/** It finds out what to test from its environment; lists are separated by spaces and in the same order. */
export async function testByProgram(test: ProgramTest, run: TestRun): Promise<TestVerdict> {
  const machines = run.regions.flatMap((region) => region.machines)
  const outcome = await run.exec.run({
    argv: test.argv,
    env: {
      DROVER_RELEASE: run.release.id,
      DROVER_FAMILY: run.release.family,
      DROVER_STAGE: run.stage.name,
      DROVER_ROUND: run.round,
      DROVER_INSTANCES: machines.map(({ id }) => id).join(' '),
      DROVER_ADDRESSES: machines.map(({ address }) => address).join(' '),
    },
    timeoutMs: test.timeoutMs,
    signal: run.signal,
  })
  run.signal.throwIfAborted()
  return { ok: outcome.ok, detail: outcome.message }
}

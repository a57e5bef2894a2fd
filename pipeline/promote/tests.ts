// Runs a round of a stage's tests and looks at its alarms: every one of them leaves a result.

import { alarmsTestName, type Performer, type ReleaseEvent, type TestPolicy } from '../release/index.ts'
import { checkAlarms } from './alarms.ts'
import { nodesBehind } from './behind.ts'
import { testCluster } from './cluster-test.ts'
import { testForDrift } from './drift-test.ts'
import { testForFindings } from './findings-test.ts'
import { testByHttp } from './http-test.ts'
import { testOnMachines } from './machine-test.ts'
import { patiently } from './patience.ts'
import { testByProgram } from './program-test.ts'
import { machinesOf } from './stage-machines.ts'
import type { TestPorts, TestRun, TestVerdict } from './test-run.ts'

type Tester<Kind extends TestPolicy['kind']> = (
  test: Extract<TestPolicy, { readonly kind: Kind }>,
  run: TestRun,
) => Promise<TestVerdict>

const testers: { readonly [Kind in TestPolicy['kind']]: Tester<Kind> } = {
  http: testByHttp,
  machine: testOnMachines,
  program: testByProgram,
  drift: testForDrift,
  findings: testForFindings,
  cluster: testCluster,
}

/** One result for each test and one for the alarms, also when the stage's machines could not be found. */
export function createTests(ports: TestPorts): Performer<'test'> {
  return async ({ release, action, clock, signal, log }) => {
    const { stage, round } = action
    const { tests, alarms } = stage.soak
    const found = await patiently(() => machinesOf(ports.cloud, stage), { clock, signal })
    if (found.ok) for (const line of nodesBehind(release, stage, found.value)) log(line)
    const run = { ...ports, clock, signal, release, stage, round }
    const results: ReleaseEvent[] = []
    const add = async (test: string, judge: (run: TestRun) => Promise<TestVerdict>): Promise<void> => {
      const { ok, detail, drift }: TestVerdict = found.ok
        ? await judge({ ...run, regions: found.value })
        : { ok: false, detail: found.message }
      log(ok && detail === '' ? `${test}: passed` : `${test}: ${detail}`)
      results.push({ type: 'test.finished', stage: stage.name, round, test, ok, detail, ...(drift && { drift }) })
    }
    for (const test of tests) await add(test.name, (run) => runTest(test, run))
    if (alarms.length > 0) await add(alarmsTestName, (run) => checkAlarms(alarms, run))
    return results
  }
}

function runTest<Kind extends TestPolicy['kind']>(
  test: Extract<TestPolicy, { readonly kind: Kind }>,
  run: TestRun,
): Promise<TestVerdict> {
  const tester: Tester<Kind> = testers[test.kind as Kind]
  return tester(test, run)
}

// The `drift` test: after the soak, a machine of each region still meets the rules that the release met when it was verified.

import type { MachineDrift, TestPolicy } from '../release/index.ts'
import { describeEnd, runOnMachines } from './machine-test.ts'
import type { RegionMachines, StageMachine } from './stage-machines.ts'
import type { DriftQuestion, TestRun, TestVerdict } from './test-run.ts'

type DriftTest = Extract<TestPolicy, { readonly kind: 'drift' }>

/** Asked once, when the machines have lived; the other rounds have nothing to compare. One machine a region is a sample, not a proof. */
export async function testForDrift(test: DriftTest, run: TestRun): Promise<TestVerdict> {
  if (run.round !== 'end') return { ok: true, detail: 'asked when the soak ends' }
  const question = await run.drift(run.release, run.clock.wallNow())
  if (!question.ok) return { ok: false, detail: question.message }
  const drift: MachineDrift[] = []
  for (const region of run.regions) {
    const machine = region.machines[0]
    if (machine === undefined) continue
    const asked = await ask(test, question.value, region, machine, run)
    if ('fault' in asked) return { ok: false, detail: `${asked.fault} (${region.region})`, drift }
    drift.push({ region: region.region, group: machine.group, machine: machine.id, rules: asked.rules })
  }
  const found = drift.find(({ rules }) => rules.some((rule) => !test.allow.includes(rule)))
  if (found === undefined) return { ok: true, detail: '', drift }
  const rules = found.rules.filter((rule) => !test.allow.includes(rule))
  const detail = `${found.machine} in ${found.region} no longer meets ${rules.join(', ')}, which its image met when it was verified`
  return { ok: false, detail, drift }
}

async function ask(
  test: DriftTest,
  question: DriftQuestion,
  { at }: RegionMachines,
  machine: StageMachine,
  run: TestRun,
): Promise<{ readonly rules: readonly string[] } | { readonly fault: string }> {
  let printed = ''
  for (const script of question.scripts) {
    const ended = await runOnMachines(at, [machine.id], { name: test.name, script, timeoutMs: test.timeoutMs }, run)
    if (!ended.ok) return { fault: ended.message }
    const [end] = ended.value
    if (end?.status !== 'Success' || end.exitCode !== 0) return { fault: end ? describeEnd(end) : `${machine.id} gave no answer` }
    printed = end.stdout
  }
  const target = run.stage.waves.flatMap(({ groups }) => groups).find(({ name }) => name === machine.group)
  const read = question.judge(printed, target?.architecture)
  return read.ok ? { rules: read.value } : { fault: `${machine.id}: ${read.message}` }
}

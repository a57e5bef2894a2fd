// The alarms of a stage must be OK in every region of it: one that is missing or does not know is not OK.

import { formatDuration } from '../kernel/index.ts'
import type { AlarmState, CloudAt } from '../ports/index.ts'
import { patiently } from './patience.ts'
import type { TestRun, TestVerdict } from './test-run.ts'

/** An alarm over machines that have just come up has no data yet; it gets this long to have some. */
const patienceMs = 5 * 60_000
const pollMs = 15_000

export async function checkAlarms(names: readonly string[], run: TestRun): Promise<TestVerdict> {
  for (const { region, at } of run.regions) {
    const fault = await faultOf(at, names, run)
    if (fault) return { ok: false, detail: `${fault} (${region})` }
  }
  return { ok: true, detail: '' }
}

async function faultOf(at: CloudAt, names: readonly string[], run: TestRun): Promise<string | undefined> {
  const deadline = run.clock.now() + patienceMs
  for (;;) {
    const seen = await patiently(() => at.alarms(names), run)
    if (!seen.ok) return seen.message
    const missing = names.find((name) => !seen.value.some((alarm) => alarm.name === name))
    if (missing !== undefined) return `there is no alarm ${missing}`
    const bad = seen.value.find(({ state }) => state === 'ALARM')
    if (bad) return describe(bad)
    const unsure = seen.value.find(({ state }) => state === 'INSUFFICIENT_DATA')
    if (!unsure) return undefined
    if (run.clock.now() >= deadline) return `${describe(unsure)} after ${formatDuration(patienceMs)}`
    await run.clock.pause(pollMs, run.signal)
  }
}

function describe({ name, state, reason }: AlarmState): string {
  return reason ? `the alarm ${name} is ${state}: ${reason}` : `the alarm ${name} is ${state}`
}

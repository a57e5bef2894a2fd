// The alarms of a stage must be OK in every region of it, all through its soak: one that is missing or does not know is not OK.

import { formatDuration } from '../kernel/index.ts'
import type { AlarmState, CloudAt } from '../ports/index.ts'
import { alarmsTestName } from '../release/index.ts'
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
    if (!unsure) return rangMeanwhile(at, seen.value, run)
    if (run.clock.now() >= deadline) return `${describe(unsure)} after ${formatDuration(patienceMs)}`
    await run.clock.pause(pollMs, run.signal)
  }
}

/**
 * All were OK when the soak's first round ended: whether one has rung between two rounds since, its history says. Without data for a while it comes back to OK as well, and that is no reason to doubt the image.
 */
async function rangMeanwhile(at: CloudAt, alarms: readonly AlarmState[], run: TestRun): Promise<string | undefined> {
  const since = wereOkAt(run)
  if (since === undefined) return undefined
  for (const { name } of alarms) {
    const rings = await patiently(() => at.alarmRings(name, since), run)
    if (!rings.ok) return rings.message
    const [first] = rings.value
    if (first !== undefined) return `the alarm ${name} is OK again, and was in ALARM at ${first}: a soak wants quiet all through`
  }
  return undefined
}

/** By the wall, which CloudWatch goes by: no time is skipped within a round. */
function wereOkAt({ release, stage }: TestRun): number | undefined {
  const soak = release.soaks.find((one) => one.stage === stage.name)
  const first = soak?.tests.find(({ round, test, ok }) => round === 'start' && test === alarmsTestName && ok)
  return soak && first && soak.startedAt.wallAt + (first.at - soak.startedAt.at)
}

function describe({ name, state, reason }: AlarmState): string {
  return reason ? `the alarm ${name} is ${state}: ${reason}` : `the alarm ${name} is ${state}`
}

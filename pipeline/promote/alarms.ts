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
    if (!unsure) return seen.value.flatMap((alarm) => leftMeanwhile(alarm, run) ?? [])[0]
    if (run.clock.now() >= deadline) return `${describe(unsure)} after ${formatDuration(patienceMs)}`
    await run.clock.pause(pollMs, run.signal)
  }
}

/** All were OK when the soak's first round ended: one that has changed since has rung between two rounds, or did not know. */
function leftMeanwhile({ name, changedAt }: AlarmState, { release, stage }: TestRun): string | undefined {
  const soak = release.soaks.find((one) => one.stage === stage.name)
  const first = soak?.tests.find(({ round, test, ok }) => round === 'start' && test === alarmsTestName && ok)
  if (!soak || !first || changedAt === undefined) return undefined
  // CloudWatch goes by the wall, and no time is skipped within a round.
  const wereOkAt = soak.startedAt.wallAt + (first.at - soak.startedAt.at)
  return Date.parse(changedAt) > wereOkAt
    ? `the alarm ${name} is OK again since ${changedAt}: it was not all through the soak`
    : undefined
}

function describe({ name, state, reason }: AlarmState): string {
  return reason ? `the alarm ${name} is ${state}: ${reason}` : `the alarm ${name} is ${state}`
}

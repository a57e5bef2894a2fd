// The `machine` test: a shell script, run through SSM, exits 0 on every machine of the stage.

import { formatDuration } from '../kernel/index.ts'
import type { CloudAt, CloudFailure, CloudOutcome, CommandInvocation } from '../ports/index.ts'
import type { TestPolicy } from '../release/index.ts'
import { mayPass, patiently } from './patience.ts'
import type { TestRun, TestVerdict } from './test-run.ts'

/** SendCommand takes at most 50 instance IDs. */
const instancesPerCommand = 50
const pollMs = 3_000
/** SSM needs time of its own to deliver a command and to report its end. */
const deliveryMs = 60_000
/** SendCommand takes no delivery timeout below 30 seconds. */
const shortestTimeoutSeconds = 30

type MachineTest = Extract<TestPolicy, { readonly kind: 'machine' }>

export async function testOnMachines(test: MachineTest, run: TestRun): Promise<TestVerdict> {
  for (const { region, at, machines } of run.regions) {
    for (let first = 0; first < machines.length; first += instancesPerCommand) {
      const ids = machines.slice(first, first + instancesPerCommand).map(({ id }) => id)
      const fault = await faultOf(at, ids, test, run)
      if (fault) return { ok: false, detail: `${fault} (${region})` }
    }
  }
  return { ok: true, detail: '' }
}

async function faultOf(
  at: CloudAt,
  instanceIds: readonly string[],
  test: MachineTest,
  run: TestRun,
): Promise<string | undefined> {
  const ended = await runOnMachines(at, instanceIds, test, run)
  if (!ended.ok) return ended.message
  const bad = ended.value.find(({ status, exitCode }) => status !== 'Success' || exitCode !== 0)
  return bad && describeEnd(bad)
}

/** Runs a script on at most 50 machines, and waits until it has ended on all of them. */
export async function runOnMachines(
  at: CloudAt,
  instanceIds: readonly string[],
  test: Pick<MachineTest, 'name' | 'script' | 'timeoutMs'>,
  run: TestRun,
): Promise<CloudOutcome<readonly CommandInvocation[]>> {
  const command = {
    instanceIds,
    script: test.script,
    timeoutSeconds: Math.max(shortestTimeoutSeconds, Math.ceil(test.timeoutMs / 1_000)),
    comment: `drover ${run.release.id} ${run.stage.name}: ${test.name}`.slice(0, 100),
  }
  // A test may run twice; a lost answer leaves no way to find out what became of the first.
  const sent = await patiently(() => at.sendCommand(command), run)
  if (!sent.ok) return sent.code === 'InvalidInstanceId' ? unmanaged(sent) : sent
  return untilEnded(at, sent.value.commandId, instanceIds, test, run)
}

/** SSM knows only machines whose agent has told it of them: with none of it installed, or no right to speak, they are as if not there. */
function unmanaged(failure: CloudFailure): CloudFailure {
  const helps = 'does every machine run the SSM agent, with an instance profile that lets it speak to SSM?'
  return { ...failure, message: `${failure.message} (${helps})` }
}

async function untilEnded(
  at: CloudAt,
  commandId: string,
  instanceIds: readonly string[],
  test: Pick<MachineTest, 'name' | 'timeoutMs'>,
  run: TestRun,
): Promise<CloudOutcome<readonly CommandInvocation[]>> {
  const deadline = run.clock.now() + test.timeoutMs + deliveryMs
  for (;;) {
    const seen = await at.commandInvocations(commandId)
    if (!seen.ok && seen.kind !== 'not-found' && !mayPass(seen)) return seen
    const invocations = seen.ok ? seen.value : []
    const ended = new Set(invocations.filter(hasEnded).map(({ instanceId }) => instanceId))
    const missing = instanceIds.find((id) => !ended.has(id))
    if (missing === undefined) return { ok: true, value: invocations }
    if (run.clock.now() >= deadline) {
      const message = `${missing} did not end "${test.name}" within ${formatDuration(test.timeoutMs)}`
      return { ok: false, kind: 'unavailable', code: 'CommandTimedOut', message }
    }
    await run.clock.pause(pollMs, run.signal)
  }
}

function hasEnded({ status }: CommandInvocation): boolean {
  return status !== 'Pending' && status !== 'InProgress'
}

/** What the SSM agent writes where it stops keeping output. */
const cutMark = /^---(?:Output|Error) truncated-+$/

/** How it ended, in a few words with its last line. */
export function describeEnd({ instanceId, status, exitCode, stdout, stderr }: CommandInvocation): string {
  const lines = (stderr.trim() || stdout.trim()).split('\n')
  const isCut = cutMark.test(lines.at(-1) ?? '')
  const lastLine = (isCut ? lines.slice(0, -1) : lines).at(-1) ?? ''
  const end = exitCode === undefined ? status : `exit ${exitCode}`
  // SSM keeps the beginning, so the words that would say why are lost.
  const words = isCut ? `${lastLine} … (SSM has cut the rest of what it printed)` : lastLine
  return words ? `${instanceId}: ${end}: ${words}` : `${instanceId}: ${end}`
}

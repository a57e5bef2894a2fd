// Asks the machines for what the reconciler wants; whatever they do, there is a result.

import type { Machines } from './machines/types.ts'
import { commandKey, type MachineCommand, type MachineResult } from './reconcile/command.ts'

/** What a machine throws is logged whole, and told to the instance as a failure. */
export async function performCommand(
  machines: Machines,
  command: MachineCommand,
  log: (line: string) => void,
): Promise<MachineResult> {
  try {
    return await perform(machines, command)
  } catch (cause) {
    log(`${commandKey(command)}: ${command.kind} threw: ${cause instanceof Error ? cause.stack : cause}`)
    return failedResult(command, String(cause))
  }
}

async function perform(machines: Machines, command: MachineCommand): Promise<MachineResult> {
  switch (command.kind) {
    case 'start':
      return { kind: 'done', outcome: await machines.start(command.spec()) }
    case 'reboot':
      return { kind: 'done', outcome: await machines.reboot(command.spec()) }
    case 'stop':
      return { kind: 'done', outcome: await machines.stop(command.instanceId) }
    case 'kill':
      return { kind: 'done', outcome: await machines.kill(command.instanceId) }
    case 'destroy':
      return { kind: 'done', outcome: await machines.destroy(command.instanceId) }
    case 'probe':
      return { kind: 'probed', answers: await machines.reachable(command.instanceId) }
    case 'set-firewall':
      await machines.setFirewall(command.instanceId, command.rules)
      return { kind: 'done', outcome: { ok: true } }
    case 'capture':
      return { kind: 'done', outcome: await machines.captureLayer(command.instanceId, command.layerId) }
    case 'run-script':
      return { kind: 'ran', outcome: await machines.run(command.instanceId, command.script, command.timeoutMs) }
    case 'check-target':
      return { kind: 'checked', seen: await machines.healthCheck(command.instanceId, command.question) }
    case 'remove-layer':
      await machines.removeLayer(command.layerId)
      return { kind: 'done', outcome: { ok: true } }
  }
}

function failedResult(command: MachineCommand, message: string): MachineResult {
  if (command.kind === 'probe') return { kind: 'probed', answers: false }
  if (command.kind === 'check-target') return { kind: 'checked', seen: { kind: 'timed-out' } }
  if (command.kind === 'run-script')
    return { kind: 'ran', outcome: { exitCode: undefined, stdout: '', stderr: message, timedOut: false } }
  return { kind: 'done', outcome: { ok: false, message } }
}

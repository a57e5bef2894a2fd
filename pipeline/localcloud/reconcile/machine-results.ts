// What became of a command, written into the state it came from.

import type { HealthSeen } from '../machines/types.ts'
import { type Instance, isUp } from '../store/instance.ts'
import { type CloudState, type Draft, everywhere, rowIn } from '../store/state.ts'
import { afterCheck } from '../store/target-group.ts'
import type { MachineCommand, MachineResult } from './command.ts'

/** A machine that has not answered so long after its boot is impaired; EC2 names no figure, status checks run every minute. */
export const silenceAllowedMs = 120_000

const probeEveryMs = 250
const probeImpairedEveryMs = 5_000
const retryAfterMs = 2_000

export function applyResult(draft: Draft, command: MachineCommand, result: MachineResult, now: number): void {
  switch (command.kind) {
    case 'remove-layer':
      draft.remove(everywhere, 'layers', command.layerId)
      break
    case 'run-script':
      finishScript(draft, command, result, now)
      break
    case 'probe':
      probed(draft, command, result.kind === 'probed' && result.answers, now)
      break
    case 'check-target':
      if (result.kind === 'checked') checked(draft, command, result.seen, now)
      break
    case 'capture':
      captured(draft, command, failureOf(result))
      break
    default:
      powered(draft, command, failureOf(result), now)
  }
}

function failureOf(result: MachineResult): string | undefined {
  return result.kind === 'done' && !result.outcome.ok ? result.outcome.message : undefined
}

type PowerCommand = Exclude<MachineCommand, { kind: 'remove-layer' | 'run-script' | 'probe' | 'check-target' | 'capture' }>

function powered(draft: Draft, command: PowerCommand, failure: string | undefined, now: number): void {
  const instance = draft.get(command.place, 'instances', command.instanceId)
  if (instance === undefined) return
  if (failure === undefined) succeeded(draft, command, instance, now)
  else failed(draft, command, instance, failure, now)
}

function succeeded(draft: Draft, command: PowerCommand, instance: Instance, now: number): void {
  const { place } = command
  switch (command.kind) {
    case 'start':
    case 'reboot': {
      const { fate: _fate, drawnFaults: _drawn, ...rest } = instance
      draft.put(place, 'instances', instance.id, {
        ...rest,
        machine: 'booted',
        bootedAt: now,
        nextProbeAt: now,
        rebootRequested: false,
        firewall: command.firewall,
      })
      return
    }
    case 'kill': {
      const { fate: _fate, ...rest } = instance
      draft.put(place, 'instances', instance.id, { ...rest, machine: 'off', ...afterEnd(instance, now) })
      return
    }
    case 'set-firewall':
      draft.change(place, 'instances', instance.id, { firewall: command.firewall })
      return
    case 'stop':
      draft.change(place, 'instances', instance.id, { machine: 'off' })
      return
    case 'destroy':
      draft.change(place, 'instances', instance.id, { machine: 'gone' })
      return
  }
}

/** EC2 takes a while to give a launch up; AWS names no figure. */
const launchFailsAfterMs = 5_000

/** A boot that fails ends the instance as EC2 does; anything else is tried again. */
function failed(draft: Draft, command: PowerCommand, instance: Instance, message: string, now: number): void {
  if (command.kind !== 'start' && command.kind !== 'reboot') {
    draft.change(command.place, 'instances', instance.id, { notBefore: now + retryAfterMs })
    return
  }
  const stateReason = { code: 'Server.InternalError', message: `Server.InternalError: Internal error on launch (${message})` }
  draft.change(command.place, 'instances', instance.id, {
    machine: 'off',
    stateReason,
    rebootRequested: false,
    // Where machines fail in no time, their group would otherwise launch others for ever, and no time would pass.
    ...(instance.state === 'pending'
      ? { launchFailsAt: now + launchFailsAfterMs }
      : { state: 'shutting-down', stateTransitionReason: stateReason.code }),
  })
}

function probed(
  draft: Draft,
  { place, instanceId }: Extract<MachineCommand, { kind: 'probe' }>,
  answers: boolean,
  now: number,
): void {
  const instance = draft.get(place, 'instances', instanceId)
  if (instance?.machine !== 'booted') return
  const isPending = instance.state === 'pending'
  if (answers) {
    draft.change(place, 'instances', instance.id, {
      machine: 'answering',
      isImpaired: false,
      ...(isPending ? { state: 'running' } : {}),
    })
    return
  }
  const isSilent = now - (instance.bootedAt ?? now) >= silenceAllowedMs
  const wait = instance.isImpaired || isSilent ? probeImpairedEveryMs : probeEveryMs
  // EC2 lets an instance run whose status checks fail: it is the group that replaces it.
  const changes: Partial<Instance> = isSilent ? { isImpaired: true, ...(isPending ? { state: 'running' } : {}) } : {}
  draft.change(place, 'instances', instance.id, { ...changes, nextProbeAt: now + wait })
}

function checked(
  draft: Draft,
  { place, instanceId, targetGroup: arn, port }: Extract<MachineCommand, { kind: 'check-target' }>,
  seen: HealthSeen,
  now: number,
): void {
  const found = draft.get(place, 'targetGroups', arn)
  if (found === undefined) return
  draft.put(place, 'targetGroups', arn, {
    ...found,
    targets: found.targets.map((target) =>
      target.instanceId === instanceId && target.port === port ? afterCheck(target, found.check, seen, now) : target,
    ),
  })
}

function captured(draft: Draft, command: Extract<MachineCommand, { kind: 'capture' }>, failure: string | undefined): void {
  const image = draft.get(command.place, 'images', command.imageId)
  if (image === undefined) return
  const { making: _making, ...made } = image
  for (const { snapshotId } of image.blockDevices) {
    draft.change(command.place, 'snapshots', snapshotId, { state: failure === undefined ? 'completed' : 'error' })
  }
  if (failure === undefined) {
    draft.put(everywhere, 'layers', command.layerId, { id: command.layerId })
    draft.put(command.place, 'images', image.id, { ...made, state: 'available' })
    return
  }
  draft.put(command.place, 'images', image.id, { ...made, state: 'failed', stateReason: failure })
}

function finishScript(
  draft: Draft,
  command: Extract<MachineCommand, { kind: 'run-script' }>,
  result: MachineResult,
  now: number,
): void {
  const shellCommand = draft.get(command.place, 'shellCommands', command.commandId)
  if (shellCommand === undefined || result.kind !== 'ran') return
  const { exitCode, stdout, stderr, timedOut } = result.outcome
  const status = timedOut ? ('TimedOut' as const) : exitCode === 0 ? ('Success' as const) : ('Failed' as const)
  draft.change(command.place, 'shellCommands', command.commandId, {
    invocations: shellCommand.invocations.map((invocation) =>
      // One that was cancelled meanwhile stays so, whatever its script came to.
      invocation.instanceId === command.instanceId && invocation.status !== 'Cancelled'
        ? { ...invocation, status, stdout, stderr, endedAt: now, ...(exitCode === undefined ? {} : { exitCode }) }
        : invocation,
    ),
  })
}

export interface Observation {
  /** The state when the looking began: what has been started since cannot have been seen. */
  readonly before: CloudState
  isRunning(instanceId: string): boolean
  isAtWork(instanceId: string): boolean
}

/** Machines that ended by themselves: their instance stops, or ends when that is what its shutdown means. */
export function noteEnded(draft: Draft, { before, isRunning, isAtWork }: Observation, now: number): void {
  for (const place of draft.places()) {
    for (const instance of draft.rows(place, 'instances')) {
      const earlier = rowIn(before, place, 'instances', instance.id)
      const wasUp = isUp(instance) && earlier !== undefined && isUp(earlier) && earlier.bootedAt === instance.bootedAt
      if (!wasUp || isRunning(instance.id) || isAtWork(instance.id)) continue
      draft.change(place, 'instances', instance.id, { machine: 'off', ...afterEnd(instance, now) })
    }
  }
}

function afterEnd(instance: Instance, now: number): Partial<Instance> {
  if (instance.state === 'pending') {
    const message = 'Server.InternalError: Internal error on launch (the machine ended while it booted)'
    return {
      state: 'shutting-down',
      stateReason: { code: 'Server.InternalError', message },
      stateTransitionReason: 'Server.InternalError',
    }
  }
  if (instance.state !== 'running') return {}
  const message = 'Client.InstanceInitiatedShutdown: Instance initiated shutdown'
  const at = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} GMT`
  return {
    state: instance.shutdownBehavior === 'terminate' ? 'shutting-down' : 'stopped',
    stateReason: { code: 'Client.InstanceInitiatedShutdown', message },
    stateTransitionReason: `Instance initiated shutdown (${at})`,
  }
}

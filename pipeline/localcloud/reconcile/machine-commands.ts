// What is to be asked of machines now: the difference between what EC2 says of an instance and what is known of its machine.

import type { MachineSpec } from '../machines/types.ts'
import { hasOwnKernel } from '../operations/ec2/instance-types.ts'
import { hostname } from '../operations/ec2/instance-view.ts'
import { type Instance, isUp } from '../store/instance.ts'
import { type Draft, everywhere, type PlaceKey, placeOf } from '../store/state.ts'
import type { MachineCommand } from './command.ts'
import type { Due } from './due.ts'
import { Firewalls } from './firewall.ts'
import { targetChecks } from './targets.ts'

export type GuestEnvironment = Readonly<Record<string, string>>

/** One command a machine at most; the caller leaves out those whose key is under way. */
export function machineCommands(draft: Draft, environment: GuestEnvironment, now: number, due: Due): MachineCommand[] {
  const held = heldInstances(draft)
  const firewalls = new Firewalls(draft)
  const commands: MachineCommand[] = []
  for (const place of draft.places()) {
    for (const instance of draft.rows(place, 'instances')) {
      const command = instanceCommand(place, instance, held.has(instance.id), firewalls, environment, now)
      if (command === undefined) continue
      due.busy()
      const from = Math.max(instance.notBefore ?? 0, command.kind === 'probe' ? (instance.nextProbeAt ?? 0) : 0)
      if (from <= now) commands.push(command)
      else due.workUntil(from)
    }
    commands.push(...captures(draft, place, due), ...scripts(draft, place, due), ...targetChecks(draft, place, now, due))
  }
  commands.push(...unusedLayers(draft))
  return commands
}

/** Instances whose machine must stay off until their image is captured. */
function heldInstances(draft: Draft): Set<string> {
  const held = new Set<string>()
  for (const place of draft.places()) {
    for (const { making } of draft.rows(place, 'images')) if (making?.kind === 'capture') held.add(making.instanceId)
  }
  return held
}

function instanceCommand(
  place: PlaceKey,
  instance: Instance,
  isHeld: boolean,
  firewalls: Firewalls,
  environment: GuestEnvironment,
  now: number,
): MachineCommand | undefined {
  // Most of a fleet that lives long.
  if (instance.state === 'terminated' || instance.state === 'stopped') return undefined
  const isRunning = isUp(instance)
  const on = { place, instanceId: instance.id }
  switch (instance.state) {
    case 'pending':
    case 'running':
      if (instance.launchFailsAt !== undefined) return undefined
      if (isHeld) return isRunning ? { ...on, kind: 'stop' } : undefined
      if (isRunning && instance.fate?.how === 'dies' && instance.fate.at <= now) return { ...on, kind: 'kill' }
      return wantedUp(place, instance, firewalls, environment)
    case 'stopping':
      return isRunning ? { ...on, kind: 'stop' } : undefined
    case 'shutting-down':
      return isHeld || instance.machine === 'none' || instance.machine === 'gone' ? undefined : { ...on, kind: 'destroy' }
  }
}

function wantedUp(
  place: PlaceKey,
  instance: Instance,
  firewalls: Firewalls,
  environment: GuestEnvironment,
): MachineCommand | undefined {
  // Most machines are as they should be, and asked at every step.
  const { rules, digest } = firewalls.of(place, instance)
  if (isUp(instance) && !instance.rebootRequested && instance.firewall === digest && instance.machine !== 'booted')
    return undefined
  const on = { place, instanceId: instance.id }
  // Of a fleet that boots, few are begun at one step.
  const spec = (): MachineSpec => ({
    id: instance.id,
    layers: instance.layers,
    address: instance.address,
    hostname: hostname(instance, placeOf(place).region).split('.')[0] ?? instance.id,
    kernel: kernelOf(instance),
    ingress: rules,
    metadataHopLimit: instance.metadata.hopLimit,
    environment: { ...environment, AWS_REGION: placeOf(place).region },
    ...bootFate(instance),
  })
  if (!isUp(instance)) return { ...on, kind: 'start', spec, firewall: digest }
  if (instance.rebootRequested) return { ...on, kind: 'reboot', spec, firewall: digest }
  if (instance.firewall !== digest) return { ...on, kind: 'set-ingress', rules, firewall: digest }
  if (instance.machine === 'booted') return { ...on, kind: 'probe' }
  return undefined
}

function kernelOf({ isSimulated, instanceType }: Instance): MachineSpec['kernel'] {
  if (isSimulated) return 'simulated'
  return hasOwnKernel(instanceType) ? 'own' : 'shared'
}

function bootFate({ fate }: Instance): Pick<MachineSpec, 'fate'> {
  return fate?.how === 'never-boots' || fate?.how === 'silent' ? { fate: fate.how } : {}
}

function captures(draft: Draft, place: PlaceKey, due: Due): MachineCommand[] {
  return draft.rows(place, 'images').flatMap((image) => {
    if (image.making?.kind !== 'capture') return []
    due.busy()
    const { instanceId, layerId } = image.making
    return draft.get(place, 'instances', instanceId)?.machine === 'off'
      ? [{ kind: 'capture', place, instanceId, imageId: image.id, layerId }]
      : []
  })
}

function scripts(draft: Draft, place: PlaceKey, due: Due): MachineCommand[] {
  return draft.rows(place, 'shellCommands').flatMap((command) =>
    command.invocations.flatMap((invocation): MachineCommand[] => {
      if (invocation.status !== 'Pending' && invocation.status !== 'InProgress') return []
      due.busy()
      const { script, timeoutMs } = command
      return [{ kind: 'run-script', place, instanceId: invocation.instanceId, commandId: command.id, script, timeoutMs }]
    }),
  )
}

/** A layer goes when no image, no snapshot and no living instance is made of it. */
function unusedLayers(draft: Draft): MachineCommand[] {
  const layers = draft.rows(everywhere, 'layers')
  if (layers.length === 0) return []
  const used = new Set<string>()
  for (const place of draft.places()) {
    for (const { layers } of draft.rows(place, 'images')) for (const layer of layers) used.add(layer)
    for (const { layers } of draft.rows(place, 'snapshots')) for (const layer of layers) used.add(layer)
    for (const instance of draft.rows(place, 'instances'))
      if (instance.state !== 'terminated') for (const layer of instance.layers) used.add(layer)
  }
  return layers.filter(({ id }) => !used.has(id)).map(({ id }) => ({ kind: 'remove-layer', layerId: id }))
}

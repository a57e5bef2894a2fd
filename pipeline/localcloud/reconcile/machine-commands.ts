// What is to be asked of machines now: the difference between what EC2 says of an instance and what is known of its machine.

import type { MachineSpec } from '../machines/types.ts'
import { hasOwnKernel, memoryMibOf } from '../operations/ec2/instance-types.ts'
import { hostname } from '../operations/ec2/instance-view.ts'
import type { LayerRow } from '../store/account.ts'
import type { ByKey } from '../store/by-key.ts'
import { type Instance, isUp } from '../store/instance.ts'
import { type Draft, everywhere, type PlaceKey, placeOf } from '../store/state.ts'
import {
  imagesByLayer,
  imagesByMaking,
  instancesByLayer,
  instancesByRest,
  isEnded,
  openCommands,
  restless,
  snapshotsByLayer,
  toStart,
} from './at-rest.ts'
import type { MachineCommand } from './command.ts'
import type { Due } from './due.ts'
import { Firewalls } from './firewall.ts'
import { targetChecks } from './targets.ts'

export type GuestEnvironment = Readonly<Record<string, string>>

/** Of a type that was launched when it was on the list. */
const unlistedMemoryMib = 4_096

/** One command a machine at most; the caller leaves out those whose key is under way. */
export function machineCommands(
  draft: Draft,
  { environment, mostStarts }: { readonly environment: GuestEnvironment; readonly mostStarts?: number },
  now: number,
  due: Due,
): MachineCommand[] {
  const held = heldInstances(draft)
  const firewalls = new Firewalls(draft)
  const commands: MachineCommand[] = []
  for (const place of draft.places()) {
    let starts = 0
    for (const { instance, isToStart } of candidates(draft, place, held, firewalls)) {
      const command = instanceCommand(place, instance, held.has(instance.id), firewalls, environment, now)
      if (command === undefined) continue
      // They come last, and one is enough to tell that something is at work.
      if (isToStart && starts++ === mostStarts) break
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

interface Candidate {
  readonly instance: Instance
  readonly isToStart: boolean
}

/** All instances that anything may be asked for, those to start last: restless ones, held ones, and those whose firewall has changed. */
function* candidates(draft: Draft, place: PlaceKey, held: ReadonlySet<string>, firewalls: Firewalls): Generator<Candidate> {
  const byRest = draft.byKey(place, instancesByRest)
  for (const [key, ids] of byRest) {
    if (key === toStart || isEnded(key)) continue
    const example = draft.get(place, 'instances', ids.first(''))
    const isOver = key === restless || (example !== undefined && hasOtherFirewall(place, example, firewalls))
    for (const id of isOver ? ids : held) if (ids.has(id)) yield* candidate(draft, place, id, false)
  }
  for (const id of byRest.get(toStart) ?? []) yield* candidate(draft, place, id, true)
}

function candidate(draft: Draft, place: PlaceKey, id: string, isToStart: boolean): readonly Candidate[] {
  const instance = draft.get(place, 'instances', id)
  return instance === undefined ? [] : [{ instance, isToStart }]
}

function hasOtherFirewall(place: PlaceKey, instance: Instance, firewalls: Firewalls): boolean {
  return instance.state === 'running' && firewalls.of(place, instance).digest !== instance.firewall
}

/** Instances whose machine must stay off until their image is captured. */
function heldInstances(draft: Draft): Set<string> {
  const held = new Set<string>()
  for (const place of draft.places()) {
    for (const { making } of draft.found(place, imagesByMaking, 'capture'))
      if (making?.kind === 'capture') held.add(making.instanceId)
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
    memoryMib: memoryMibOf(instance.instanceType) ?? unlistedMemoryMib,
    firewall: rules,
    metadataHopLimit: instance.metadata.hopLimit,
    environment: { ...environment, AWS_REGION: placeOf(place).region },
    ...bootFate(instance),
  })
  if (!isUp(instance)) return { ...on, kind: 'start', spec, firewall: digest }
  if (instance.rebootRequested) return { ...on, kind: 'reboot', spec, firewall: digest }
  if (instance.firewall !== digest) return { ...on, kind: 'set-firewall', rules, firewall: digest }
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
  return draft.found(place, imagesByMaking, 'capture').flatMap((image) => {
    if (image.making?.kind !== 'capture') return []
    due.busy()
    const { instanceId, layerId } = image.making
    return draft.get(place, 'instances', instanceId)?.machine === 'off'
      ? [{ kind: 'capture', place, instanceId, imageId: image.id, layerId }]
      : []
  })
}

function scripts(draft: Draft, place: PlaceKey, due: Due): MachineCommand[] {
  return draft.found(place, openCommands, 'open').flatMap((command) =>
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
  const users = draft
    .places()
    .flatMap((place) => [
      draft.byKey(place, imagesByLayer),
      draft.byKey(place, snapshotsByLayer),
      draft.byKey(place, instancesByLayer),
    ])
  return unused(layers, users).map((layerId) => ({ kind: 'remove-layer', layerId }))
}

interface Answer {
  readonly users: readonly ByKey[]
  readonly unused: readonly string[]
}

/** By the list of layers: most steps ask the same again. */
const answers = new WeakMap<readonly LayerRow[], Answer>()

function unused(layers: readonly LayerRow[], users: readonly ByKey[]): readonly string[] {
  const known = answers.get(layers)
  if (known?.users.length === users.length && users.every((one, index) => one === known.users[index])) return known.unused
  const ids = layers.map(({ id }) => id).filter((id) => !users.some((one) => one.has(id)))
  answers.set(layers, { users, unused: ids })
  return ids
}

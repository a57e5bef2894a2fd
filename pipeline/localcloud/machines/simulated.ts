// Machines that are only pretended: they boot in a set time on the cloud's clock, and do as a test tells them.

import type { Duplex } from 'node:stream'
import { assert } from '../../kernel/index.ts'
import { createConsoles } from './consoles.ts'
import type {
  FirewallRules,
  GuestCommandOutcome,
  HealthQuestion,
  HealthSeen,
  MachineOutcome,
  MachineSpec,
  Machines,
} from './types.ts'

export interface SimulatedOptions {
  /** The cloud's time, in milliseconds since the epoch. */
  readonly now: () => number
  /** The addresses there are; by default 4,000 of them. */
  readonly network?: Machines['network']
  /** From start to answering. Default 20 s. */
  readonly bootMs?: number
  /** How machines made of a layer misbehave. */
  readonly troubles?: ReadonlyMap<string, Trouble>
  /** What a script answers; by default nothing, with exit code 0. */
  readonly run?: (spec: MachineSpec, script: string) => GuestCommandOutcome
  /** What a health check sees of a machine that answers; by default status 200. */
  readonly healthCheck?: (spec: MachineSpec, question: HealthQuestion) => HealthSeen
  /** What answers on a port; by default nothing. */
  readonly connect?: (spec: MachineSpec, port: number) => Duplex | undefined
  /** Which units are active; by default only the SSM agent's. */
  readonly unitActive?: (spec: MachineSpec, unit: string) => boolean
}

/** `silent` boots and never answers; `unbootable` does not start; `dies` ends by itself so long after it started. */
export type Trouble = 'silent' | 'unbootable' | { readonly diesAfterMs: number }

export interface SimulatedMachines extends Machines {
  /** What machines are running, as they were started. */
  specs(): readonly MachineSpec[]
}

interface Simulated {
  spec: MachineSpec
  startedAt: number | undefined
  firewall: FirewallRules
}

const smallNetwork = {
  cidr: '10.213.0.0/20',
  firstAddress: '10.213.0.4',
  lastAddress: '10.213.15.250',
  gateway: '10.213.0.1',
} as const
const done: MachineOutcome = { ok: true }
const noInit = 'Kernel panic - not syncing: No working init found.'

export function createSimulatedMachines(options: SimulatedOptions): SimulatedMachines {
  const { now, network = smallNetwork, bootMs = 20_000, troubles = new Map<string, Trouble>() } = options
  const machines = new Map<string, Simulated>()
  /** Whose an address is, for as long as there is that machine. */
  const holders = new Map<string, string>()
  const layers = new Set<string>()
  const consoles = createConsoles()

  const troublesOf = (spec: MachineSpec) => spec.layers.flatMap((layer) => troubles.get(layer) ?? [])
  const isUp = (machine: Simulated | undefined): machine is Simulated & { startedAt: number } => {
    if (machine?.startedAt === undefined) return false
    const startedAt = machine.startedAt
    return !troublesOf(machine.spec).some((trouble) => typeof trouble === 'object' && now() >= startedAt + trouble.diesAfterMs)
  }
  const answers = (machine: Simulated | undefined) =>
    isUp(machine) &&
    now() >= machine.startedAt + bootMs &&
    machine.spec.fate !== 'silent' &&
    !troublesOf(machine.spec).includes('silent')

  const start = async (spec: MachineSpec): Promise<MachineOutcome> => {
    const missing = spec.layers.find((layer) => !layers.has(layer))
    if (missing !== undefined) return { ok: false, message: `layer ${missing} does not exist` }
    const holder = holders.get(spec.address) ?? spec.id
    assert(holder === spec.id, `address ${spec.address} of ${spec.id} is ${holder}'s`)
    const neverBoots = spec.fate === 'never-boots' || troublesOf(spec).includes('unbootable')
    consoles.keep(spec.id, `simulated machine ${spec.id}\n${neverBoots ? `${noInit}\n` : ''}`)
    if (neverBoots) return { ok: false, message: noInit }
    machines.set(spec.id, { spec, startedAt: now(), firewall: spec.firewall })
    holders.set(spec.address, spec.id)
    return done
  }
  const kill = async (id: string): Promise<MachineOutcome> => {
    const machine = machines.get(id)
    if (machine !== undefined) machine.startedAt = undefined
    return done
  }

  return {
    network,
    start,
    reboot: start,
    stop: kill,
    kill,
    async destroy(id) {
      const address = machines.get(id)?.spec.address
      if (address !== undefined) holders.delete(address)
      machines.delete(id)
      return done
    },
    running: async () => [...machines.values()].filter(isUp).map(({ spec }) => spec.id),
    reachable: async (id) => answers(machines.get(id)),
    async healthCheck(id, question) {
      const machine = machines.get(id)
      if (!answers(machine) || machine === undefined) return { kind: 'timed-out' }
      return options.healthCheck?.(machine.spec, question) ?? { kind: 'answered', status: 200 }
    },
    async setFirewall(id, firewall) {
      const machine = machines.get(id)
      if (machine !== undefined) machine.firewall = firewall
    },
    async captureLayer(id, layerId) {
      const machine = machines.get(id)
      if (machine === undefined) return { ok: false, message: `${id} has no disk` }
      assert(machine.startedAt === undefined, `${id} was captured while it ran`)
      layers.add(layerId)
      return done
    },
    async adoptLayer(layerId) {
      layers.add(layerId)
      return done
    },
    async removeLayer(layerId) {
      layers.delete(layerId)
    },
    layerBytes: async () => 0,
    async run(id, script) {
      const machine = machines.get(id)
      if (!answers(machine) || machine === undefined)
        return { exitCode: undefined, stdout: '', stderr: 'the machine does not answer', timedOut: true }
      return options.run?.(machine.spec, script) ?? { exitCode: 0, stdout: '', stderr: '', timedOut: false }
    },
    async unitActive(id, unit) {
      const machine = machines.get(id)
      if (!answers(machine) || machine === undefined) return false
      return options.unitActive?.(machine.spec, unit) ?? unit === 'amazon-ssm-agent.service'
    },
    async connect(id, port) {
      const machine = machines.get(id)
      return machine !== undefined && answers(machine) ? options.connect?.(machine.spec, port) : undefined
    },
    console: async (id) => consoles.of(id) ?? '',
    async close() {
      for (const machine of machines.values()) machine.startedAt = undefined
    },
    async sweep() {
      for (const machine of machines.values()) machine.startedAt = undefined
    },
    specs: () => [...machines.values()].filter(isUp).map(({ spec, firewall }) => ({ ...spec, firewall })),
  }
}

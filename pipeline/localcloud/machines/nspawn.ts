// Instances as systemd-nspawn machines: each with its own root, control group, network namespace and address.

import type { Clock, Exec, Files } from '../../ports/index.ts'
import { groupPaths, type Hierarchies, inGroups, makeGroup, readHierarchies } from './cgroups.ts'
import { connectIn, inNetworkOf } from './connection.ts'
import { createConsoles } from './consoles.ts'
import { machineScript } from './firewall.ts'
import { agentSaysActive, runByAgent, runInGuest, unitIsActive } from './guest.ts'
import { askMachine } from './health-check.ts'
import { createLayerStore, type LayerStore } from './layers.ts'
import { createLifecycle, type Lifecycle, readConsole } from './lifecycle.ts'
import { type CloudNames, cloudNames } from './names.ts'
import { linkLocal } from './network-plan.ts'
import { toldFiles, toldLayer } from './overlay.ts'
import { createQueues } from './queues.ts'
import { openRouter, type Router } from './router.ts'
import { sweepCloud, sweepMachines } from './sweep.ts'
import type { MachineOutcome, Machines } from './types.ts'
import type { Emulator } from './virtual.ts'

export interface NspawnOptions {
  readonly exec: Exec
  readonly files: Files
  readonly clock: Clock
  /** The local cloud's id: everything it puts on this machine is named after it. */
  readonly id: string
  /** Absolute. Layers and disks are here. */
  readonly stateDirectory: string
  /** What machines with a kernel of their own run in; without it none can be started. */
  readonly emulator?: Emulator | undefined
}

export interface NspawnMachines extends Machines {
  /** A program's argv, to run in the router's namespace and to be found by sweep. */
  inRouter(argv: readonly string[]): [string, ...string[]]
}

interface Parts extends NspawnOptions {
  readonly names: CloudNames
  readonly hierarchies: Hierarchies
  readonly router: Router
  readonly layers: LayerStore
  readonly lifecycle: Lifecycle
}

const stopDeadlineMs = 30_000
/** EC2 gives a terminating instance less patience than a stopping one. */
const destroyDeadlineMs = 10_000

/** Sweeps what an earlier run left, then opens the network; from then on machines can be started. */
export async function createNspawnMachines(options: NspawnOptions): Promise<NspawnMachines> {
  const { exec, files, id, stateDirectory } = options
  const names = cloudNames(id)
  const hierarchies = await readHierarchies(files)
  await sweepCloud({ exec, files, names, hierarchies })
  for (const [path, text] of Object.entries(toldFiles(linkLocal.resolver))) {
    await files.write(`${stateDirectory}/${toldLayer}/${path}`, text, 0o644)
  }
  await makeGroup(files, hierarchies, relayGroup(names))
  const router = await openRouter({ ...options, names, hierarchies })
  const layers = createLayerStore(exec, files, stateDirectory)
  await layers.removeUnused()
  const lifecycle = createLifecycle({ ...options, emulator: options.emulator, names, hierarchies, router, layers })
  return createMachines({ ...options, names, hierarchies, router, layers, lifecycle })
}

function createMachines(parts: Parts): NspawnMachines {
  const { exec, files, stateDirectory, names, hierarchies, router, layers, lifecycle } = parts
  const { launched, leader } = lifecycle
  const { serially, isBusy } = createQueues()
  const consoles = createConsoles()
  const relayGroups = groupPaths(hierarchies, relayGroup(names))

  async function running(): Promise<readonly string[]> {
    const alive: string[] = []
    for (const [id, machine] of [...launched]) {
      if (await lifecycle.isAlive(machine)) alive.push(id)
      // It powered itself off. Whoever works on it right now clears up himself.
      else if (!isBusy(id)) await serially(id, async () => launched.get(id) === machine && lifecycle.clear(machine))
    }
    return alive
  }

  async function destroy(id: string): Promise<MachineOutcome> {
    await lifecycle.stop(id, destroyDeadlineMs)
    const said = await readConsole(files, stateDirectory, id)
    if (said !== '') consoles.keep(id, said)
    await files.remove(`${stateDirectory}/machines/${id}`)
    await layers.removeUnused()
    return { ok: true }
  }

  async function captureLayer(id: string, layerId: string): Promise<MachineOutcome> {
    const machine = launched.get(id)
    if (machine && (await lifecycle.isAlive(machine))) return { ok: false, message: `${id} is running: stop it first` }
    if (machine?.spec.kernel === 'own' || (await files.kind(`${stateDirectory}/machines/${id}/disk.img`)) === 'file') {
      return { ok: false, message: `${id} has a disk of its own, not a layer: images are made of machines that share the kernel` }
    }
    return layers.keep(layerId, `${stateDirectory}/machines/${id}/upper`)
  }

  return {
    network: router.network,
    inRouter: (argv) => inGroups(relayGroups, router.inside(argv)),
    start: (spec) => serially(spec.id, () => lifecycle.start(spec)),
    stop: (id) => serially(id, () => lifecycle.stop(id, stopDeadlineMs)),
    reboot: (spec) => serially(spec.id, () => lifecycle.reboot(spec)),
    kill: (id) => serially(id, () => lifecycle.stop(id, 0)),
    destroy: (id) => serially(id, () => destroy(id)),
    running,
    async reachable(id) {
      const machine = launched.get(id)
      return machine !== undefined && lifecycle.isReachable(machine)
    },
    async healthCheck(id, question) {
      const address = launched.get(id)?.spec.address
      return address === undefined ? { kind: 'timed-out' } : askMachine(exec, router.inside, address, question)
    },
    setFirewall: (id, firewall) =>
      serially(id, async () => {
        const machine = launched.get(id)
        if (machine) await router.filter(machineScript({ ...machine.spec, firewall }))
      }),
    captureLayer: (id, layerId) => serially(id, () => captureLayer(id, layerId)),
    adoptLayer: layers.adopt,
    removeLayer: layers.remove,
    layerBytes: layers.bytes,
    async run(id, script, timeoutMs) {
      const pid = await leader(id)
      if (pid !== undefined) return runInGuest(exec, pid, script, timeoutMs)
      const agent = await lifecycle.agent(id)
      if (agent !== undefined) return runByAgent(agent, script, timeoutMs)
      return { exitCode: undefined, stdout: '', stderr: `${id} is not running`, timedOut: false }
    },
    async unitActive(id, unit) {
      const pid = await leader(id)
      if (pid !== undefined) return unitIsActive(exec, pid, unit)
      const agent = await lifecycle.agent(id)
      return agent !== undefined && agentSaysActive(agent, unit)
    },
    async connect(id, port) {
      const machine = launched.get(id)
      if (machine === undefined || !(await lifecycle.isAlive(machine))) return undefined
      const pid = await leader(id)
      // Into a kernel of its own there is only the way over its card.
      const inside = pid === undefined ? router.inside : (argv: readonly string[]) => inNetworkOf(pid, argv)
      const address = pid === undefined ? machine.spec.address : '127.0.0.1'
      const groups = groupPaths(hierarchies, `${names.cgroup}/${id}/launcher`)
      return connectIn(exec, (argv) => inGroups(groups, inside(argv)), address, port)
    },
    console: async (id) => (await readConsole(files, stateDirectory, id)) || (consoles.of(id) ?? ''),
    async close() {
      await Promise.all([...launched.keys()].map((id) => serially(id, () => lifecycle.stop(id, stopDeadlineMs))))
      await sweepCloud({ exec, files, names, hierarchies })
    },
    sweep: () => sweepMachines({ exec, files, names, hierarchies }, new Set(launched.keys())),
  }
}

function relayGroup(names: CloudNames): string {
  return `${names.cgroup}/relay`
}

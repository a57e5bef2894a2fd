// A machine from start to end: launching it, asking it to power off or reboot, and clearing up after it.

import type { Clock, Detached, Exec, Files } from '../../ports/index.ts'
import { type AgentChannel, openAgentChannel } from './agent-channel.ts'
import { launchArgv, launchEnvironment } from './boot.ts'
import { boundMemory, endGroup, firstProcess, groupPaths, type Hierarchies, inGroups, makeGroup } from './cgroups.ts'
import { machineScript, withoutMachineScript } from './firewall.ts'
import { hasBooted, listensOn } from './guest.ts'
import type { LayerStore } from './layers.ts'
import { type CloudNames, platformUuid } from './names.ts'
import { overlayOptions } from './overlay.ts'
import type { Router } from './router.ts'
import { removeTraces } from './sweep.ts'
import type { MachineOutcome, MachineSpec } from './types.ts'
import { type Emulator, monitorFile, type Processor, virtualArgv, virtualEnvironment, virtualMemoryMib } from './virtual.ts'

export interface LifecycleParts {
  readonly exec: Exec
  readonly files: Files
  readonly clock: Clock
  readonly stateDirectory: string
  readonly names: CloudNames
  readonly hierarchies: Hierarchies
  readonly router: Router
  readonly layers: LayerStore
  /** Undefined where none is installed: no machine then gets a kernel of its own. */
  readonly emulator: Emulator | undefined
}

export interface Launched {
  readonly spec: MachineSpec
  readonly launcher: Detached
}

export interface Lifecycle {
  /** Every machine that was started and not yet cleared up after. */
  readonly launched: ReadonlyMap<string, Launched>
  /** Its PID 1, as this host numbers it; undefined when it does not run, and when its kernel numbers its processes itself. */
  leader(id: string): Promise<number | undefined>
  /** To a machine that runs with a kernel of its own. */
  agent(id: string): Promise<AgentChannel | undefined>
  isAlive(machine: Launched): Promise<boolean>
  start(spec: MachineSpec): Promise<MachineOutcome>
  /** Asks it to power off, and kills it when it has not after that time. */
  stop(id: string, withinMs: number): Promise<MachineOutcome>
  reboot(spec: MachineSpec): Promise<MachineOutcome>
  isReachable(machine: Launched): Promise<boolean>
  /** After a machine has ended, however it did: its group, its firewall rules, what systemd-nspawn leaves. */
  clear(machine: Launched): Promise<void>
}

const startDeadlineMs = 60_000
const rebootDeadlineMs = 60_000
/** A signal that arrives before systemd listens is lost, so it is sent again. */
const askAgainMs = 2_000
const askBootedAgainMs = 5_000
const pollMs = 50
const sshPort = 22

/** QEMU itself, and the disk it makes: translated code of an emulated processor takes most of it. */
const emulatorMemoryMib = 1_024

/** What systemd as PID 1 makes of real-time signals: SIGRTMIN+4 and SIGRTMIN+5. */
const powerOffSignal = 38
const rebootSignal = 39

export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const { exec, files, clock, stateDirectory, names, hierarchies, router, layers, emulator } = parts
  const launched = new Map<string, Launched>()
  /** What a machine's PID 1 last said of its boot. */
  const bootsSeen = new WeakMap<Launched, { readonly pid: number; readonly askedMs: number; readonly hasBooted: boolean }>()
  const agents = new WeakMap<Launched, AgentChannel>()
  const group = (id: string) => `${names.cgroup}/${id}`
  const directory = (id: string) => `${stateDirectory}/machines/${id}`

  async function leader(id: string): Promise<number | undefined> {
    if (launched.get(id)?.spec.kernel !== 'shared') return undefined
    return firstProcess(files, hierarchies, `${group(id)}/machine/payload/init.scope`)
  }

  /** What runs as long as the machine does: its PID 1, or the QEMU it is in. */
  async function heart({ spec }: Launched): Promise<number | undefined> {
    return spec.kernel === 'shared' ? leader(spec.id) : firstProcess(files, hierarchies, `${group(spec.id)}/machine`)
  }

  async function agent(id: string): Promise<AgentChannel | undefined> {
    const machine = launched.get(id)
    if (machine?.spec.kernel !== 'own' || !(await isAlive(machine))) return undefined
    const known = agents.get(machine)
    if (known?.isOpen) return known
    const carrier = groupPaths(hierarchies, `${group(id)}/launcher`)
    const channel = openAgentChannel(parts, (argv) => inGroups(carrier, argv), directory(id))
    agents.set(machine, channel)
    return channel
  }

  const isAlive = (machine: Launched) => exec.isAlive(machine.launcher)

  async function start(spec: MachineSpec): Promise<MachineOutcome> {
    const already = launched.get(spec.id)
    if (already && (await isAlive(already))) return { ok: true }
    if (already) await clear(already)
    if (spec.kernel === 'own' && !emulator) return { ok: false, message: `${spec.id} wants a kernel of its own: ${noEmulator}` }
    const claimed = await layers.claim(spec.id, spec.layers)
    if (!claimed.ok) return claimed
    const machine = spec.kernel === 'own' && emulator ? await launchVirtual(spec, emulator) : await launchContainer(spec)
    launched.set(spec.id, machine)
    return awaitFirstProcess(machine)
  }

  async function launchContainer(spec: MachineSpec): Promise<Launched> {
    const plan = {
      ...(await prepare(spec)),
      name: `${names.machinePrefix}${spec.id}`,
      platformFile: `${directory(spec.id)}/platform`,
    }
    await files.write(plan.platformFile, `${platformUuid(spec.id)}\n`, 0o644)
    return detach(spec, launchArgv(plan), launchEnvironment(plan))
  }

  async function launchVirtual(spec: MachineSpec, installed: Emulator): Promise<Launched> {
    const plan = {
      ...(await prepare(spec)),
      directory: directory(spec.id),
      emulator: installed,
      processor: await processorOf(exec, files),
    }
    return detach(spec, virtualArgv(plan), virtualEnvironment(plan))
  }

  /** Its folders, groups and firewall rules, and what every launch is told. */
  async function prepare(spec: MachineSpec) {
    const own = `machines/${spec.id}`
    // A volatile overlay does not mount again over the work folder of the last time.
    await files.remove(`${stateDirectory}/${own}/work`)
    for (const part of ['upper', 'work', 'root']) await files.makeDirectory(`${stateDirectory}/${own}/${part}`)
    for (const part of ['launcher', 'machine']) await makeGroup(files, hierarchies, `${group(spec.id)}/${part}`)
    // A kernel of its own has less than its type; what is around it needs some too.
    const memoryMib = spec.kernel === 'own' ? virtualMemoryMib + emulatorMemoryMib : spec.memoryMib
    await boundMemory(files, hierarchies, group(spec.id), memoryMib)
    await router.filter(machineScript(spec))
    return {
      spec,
      network: router.network,
      routerPid: router.pid,
      overlayOptions: overlayOptions({ layers: spec.layers.map(layers.path), upper: `${own}/upper`, work: `${own}/work` }),
      root: `${stateDirectory}/${own}/root`,
      launcherGroups: groupPaths(hierarchies, `${group(spec.id)}/launcher`),
      machineGroups: groupPaths(hierarchies, `${group(spec.id)}/machine`),
    }
  }

  async function detach(spec: MachineSpec, argv: [string, ...string[]], env: Record<string, string>): Promise<Launched> {
    const logFile = consoleFile(stateDirectory, spec.id)
    return { spec, launcher: await exec.detach({ argv, env, cwd: stateDirectory, logFile }) }
  }

  async function awaitFirstProcess(machine: Launched): Promise<MachineOutcome> {
    const { id } = machine.spec
    const startedMs = clock.wallNow()
    while ((await heart(machine)) === undefined) {
      const alive = await isAlive(machine)
      if (alive && clock.wallNow() - startedMs < startDeadlineMs) {
        await clock.pause(pollMs)
        continue
      }
      await clear(machine)
      const why = alive ? 'no PID 1 within a minute' : await lastWords(id)
      return { ok: false, message: `${id} did not start: ${why}` }
    }
    return { ok: true }
  }

  /** A service manager that gets no inotify instance ends before it can say so. */
  async function lastWords(id: string): Promise<string> {
    const said = lastLine(await readConsole(files, stateDirectory, id))
    if (said !== undefined) return said
    const most = (await files.readText('/proc/sys/fs/inotify/max_user_instances'))?.trim()
    const { stdout } = await exec.run({ argv: ['sh', '-c', heldInotifyInstances] })
    return `it said nothing; ${stdout.trim()} inotify instances are held on this host, and fs.inotify.max_user_instances is ${most}`
  }

  async function clear(machine: Launched): Promise<void> {
    agents.get(machine)?.close()
    await endGroup(exec, hierarchies, group(machine.spec.id))
    await router.filter(withoutMachineScript(machine.spec.address))
    await removeTraces({ exec, files }, `${names.machinePrefix}${machine.spec.id}`)
    launched.delete(machine.spec.id)
  }

  async function stop(id: string, withinMs: number): Promise<MachineOutcome> {
    const machine = launched.get(id)
    if (!machine) return { ok: true }
    await askUntil(
      () => pressPower(machine),
      async () => !(await isAlive(machine)),
      withinMs,
    )
    await clear(machine)
    return { ok: true }
  }

  /** False when it had not come about after that time. */
  async function askUntil(ask: () => Promise<void>, done: () => Promise<boolean>, withinMs: number): Promise<boolean> {
    const startedMs = clock.wallNow()
    let askedMs = Number.NEGATIVE_INFINITY
    while (!(await done())) {
      const nowMs = clock.wallNow()
      if (nowMs - startedMs >= withinMs) return false
      if (nowMs - askedMs >= askAgainMs) {
        await ask()
        askedMs = nowMs
      }
      await clock.pause(pollMs)
    }
    return true
  }

  async function pressPower({ spec }: Launched): Promise<void> {
    if (spec.kernel === 'shared') return signalLeader(spec.id, powerOffSignal)
    const say = ['sh', '-c', 'echo system_powerdown > "$1"', 'sh', `${directory(spec.id)}/${monitorFile}`] as const
    // Nobody may be listening any more.
    await exec.run({ argv: [...say], timeoutMs: askAgainMs })
  }

  async function signalLeader(id: string, signal: number): Promise<void> {
    const pid = await leader(id)
    // Gone between the look and the signal is what was asked for.
    if (pid !== undefined) await exec.run({ argv: ['sh', '-c', 'kill -"$1" "$2"', 'sh', String(signal), String(pid)] })
  }

  async function reboot(spec: MachineSpec): Promise<MachineOutcome> {
    const machine = launched.get(spec.id)
    const before = machine && (await heart(machine))
    if (before === undefined) return { ok: false, message: `${spec.id} is not running` }
    // What it is told at its boot goes with its process.
    const isTold = spec.fate === undefined && machine?.spec.fate === undefined
    if (spec.kernel === 'shared' && isTold) {
      await router.filter(machineScript(spec))
      const rebooted = async () => ![before, undefined].includes(await leader(spec.id))
      if (await askUntil(() => signalLeader(spec.id, rebootSignal), rebooted, rebootDeadlineMs)) return { ok: true }
    }
    // A hardened machine does not listen to Ctrl-Alt-Del: a kernel of its own goes down by the power button and comes up again.
    await stop(spec.id, spec.kernel === 'shared' ? 0 : rebootDeadlineMs)
    return start(spec)
  }

  async function isReachable(machine: Launched): Promise<boolean> {
    if ((await heart(machine)) === undefined) return false
    const pid = await leader(machine.spec.id)
    if (pid !== undefined && !(await listensOn(files, pid, sshPort))) return hasBootedByNow(machine, pid)
    // From the router, where no security group stands between.
    const knock = `exec 3<> /dev/tcp/${machine.spec.address}/${sshPort}`
    const answered = await exec.run({ argv: router.inside(['timeout', '2', 'bash', '-c', knock]) })
    return answered.ok || (pid !== undefined && hasBootedByNow(machine, pid))
  }

  /** For machines without an sshd. The question takes a process in the machine, and a fleet that boots is asked it again and again. */
  async function hasBootedByNow(machine: Launched, pid: number): Promise<boolean> {
    const nowMs = clock.wallNow()
    const last = bootsSeen.get(machine)
    if (last?.pid === pid && (last.hasBooted || nowMs - last.askedMs < askBootedAgainMs)) return last.hasBooted
    const seen = { pid, askedMs: nowMs, hasBooted: await hasBooted(exec, pid) }
    bootsSeen.set(machine, seen)
    return seen.hasBooted
  }

  return { launched, leader, agent, isAlive, start, stop, reboot, isReachable, clear }
}

const noEmulator = 'run ./scripts/setup qemu, and start the local cloud again'

async function processorOf(exec: Exec, files: Files): Promise<Processor> {
  const { stdout } = await exec.run({ argv: ['uname', '-m'] })
  const cpuinfo = (await files.readText('/proc/cpuinfo')) ?? ''
  const hasKvm = (await exec.run({ argv: ['test', '-w', '/dev/kvm'] })).ok
  return { architecture: stdout.trim(), cpuinfo, hasKvm }
}

const keptConsoleBytes = 65_536

/** The last 64 KiB of what it and its launcher wrote. */
export async function readConsole(files: Files, stateDirectory: string, id: string): Promise<string> {
  return ((await files.readText(consoleFile(stateDirectory, id))) ?? '').slice(-keptConsoleBytes)
}

/** What a machine said last; systemd-nspawn has a word on its own tidying up after it. */
function lastLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.findLast((line) => line !== '' && !line.startsWith('Attempted to remove disk file system under'))
}

/** Of root's processes, in machines too: they count as one user. */
const heldInotifyInstances = 'find /proc/[0-9]*/fd -user root -lname anon_inode:inotify 2> /dev/null | wc -l'

function consoleFile(stateDirectory: string, id: string): string {
  return `${stateDirectory}/machines/${id}/console.log`
}

// The local cloud as a process of its own: real machines, their network, and the files that say how to reach it.

import { assert } from '../kernel/index.ts'
import type { Clock, Exec, Files, Random } from '../ports/index.ts'
import { accessFile, type CloudAccess } from './access.ts'
import { createEgress, type Egress } from './egress/egress.ts'
import { openLocalCloud } from './local-cloud.ts'
import { createMixedMachines } from './machines/mixed.ts'
import { createNspawnMachines } from './machines/nspawn.ts'
import { createSimulatedMachines } from './machines/simulated.ts'
import type { Emulator } from './machines/virtual.ts'
import { createMetadataHandler, type GuestHandler } from './metadata/serve.ts'

export interface DaemonOptions {
  readonly exec: Exec
  readonly files: Files
  readonly clock: Clock
  readonly random: Random
  /** Everything the cloud puts on this machine is named after it: lower-case letters, digits and hyphens. */
  readonly id: string
  /** Absolute. State, layers and disks are here, and stay here between runs. */
  readonly stateDirectory: string
  /** Packages that machines fetch are kept here, shared by clouds. */
  readonly cacheDirectory: string
  readonly homeAccount?: string
  /** What instances with a kernel of their own run in; without it none of them starts. */
  readonly emulator?: Emulator | undefined
  /** Web servers played for machines, by name. */
  readonly hosts?: ReadonlyMap<string, GuestHandler>
  readonly log: (line: string) => void
  /** Ends the cloud as `shutdown` at the admin door does. */
  readonly signal: AbortSignal
}

/** About what a real machine takes here. */
const simulatedBootMs = 5_000

/** Runs until the signal or the admin door ends it: machines are then off, disks and state kept. What was running runs again at the next start. */
export async function runLocalCloud(options: DaemonOptions): Promise<void> {
  const { exec, files, clock, random, stateDirectory, log } = options
  const ending = endOf(options.signal)
  const real = await createNspawnMachines({ exec, files, clock, id: options.id, stateDirectory, emulator: options.emulator })
  const { network } = real
  let egress: Egress | undefined
  const cloud = await openLocalCloud({
    clock,
    random,
    machines: (now) => createMixedMachines(real, createSimulatedMachines({ now, network, bootMs: simulatedBootMs })),
    storage: { files, directory: stateDirectory },
    environment: () => (egress === undefined ? {} : { AWS_ENDPOINT_URL: egress.endpoint }),
    onEgress: (mode) => egress?.setEgress(mode),
    onShutdown: ending.end,
    log,
    ...(options.homeAccount === undefined ? {} : { homeAccount: options.homeAccount }),
  })
  try {
    egress = await createEgress({
      exec,
      files,
      network,
      inRouter: real.inRouter,
      stateDirectory,
      cacheDirectory: options.cacheDirectory,
      metadata: createMetadataHandler({ source: cloud.metadata, clock, random }),
      api: (request, response, peer) => cloud.handle(request, response, { guestAddress: peer.address }),
      ...(options.hosts === undefined ? {} : { hosts: options.hosts }),
    })
    await cloud.begin()
    const access: CloudAccess = {
      endpoint: cloud.endpoint,
      ...cloud.credentials,
      adminToken: cloud.adminToken,
      ...(await thisProcess(files)),
    }
    await files.write(accessFile(stateDirectory), `${JSON.stringify(access)}\n`, 0o600)
    log(`the local cloud answers at ${cloud.endpoint}`)
    await ending.ended
  } finally {
    await files.remove(accessFile(stateDirectory))
    await egress?.close()
    await cloud.close()
  }
}

function endOf(signal: AbortSignal): { readonly ended: Promise<void>; readonly end: () => void } {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  return { ended, end }
}

/** Its pid and when it started, which together no other process has. */
async function thisProcess(files: Files): Promise<Pick<CloudAccess, 'pid' | 'startTicks'>> {
  const stat = await files.readText(`/proc/${process.pid}/stat`)
  // The name is in parentheses and may hold anything; the 22nd field is counted from behind it.
  const startTicks = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  assert(Number.isSafeInteger(startTicks), 'a process has a start time')
  return { pid: process.pid, startTicks }
}

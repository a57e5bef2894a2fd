// Starting and ending the local cloud's process.

import { fileURLToPath } from 'node:url'
import { ProblemError, sha256 } from '../kernel/index.ts'
import { type CloudAccess, processOf, readAccess, sweepLocalCloud } from '../localcloud/index.ts'
import type { Clock, Exec, Files } from '../ports/index.ts'
import { type CloudOptions, optionsFile, optionsText } from './cloud-options.ts'

export interface CloudPorts {
  readonly exec: Exec
  readonly files: Files
  readonly clock: Clock
}

const startDeadlineMs = 120_000
/** Machines power off side by side; each has half a minute. */
const stopDeadlineMs = 90_000
const lookEveryMs = 200

/** Short, and the same for the same folder: namespaces, links and control groups carry it. */
export function cloudIdOf(stateDirectory: string): string {
  return sha256(stateDirectory).slice(0, 6)
}

/** Starts the process, or finds it running. Throws ProblemError with the end of its log when it does not come up. */
export async function cloudUp(ports: CloudPorts, stateDirectory: string, options: CloudOptions): Promise<CloudAccess> {
  const { exec, files, clock } = ports
  const running = await runningCloud(ports, stateDirectory)
  const isAsWanted = (await files.readText(optionsFile(stateDirectory))) === optionsText(options)
  if (running && isAsWanted) return running
  // Also what a killed process left: it would be in the way of the new one.
  await cloudDown(ports, stateDirectory)
  await files.makeDirectory(stateDirectory, 0o700)
  await files.write(optionsFile(stateDirectory), optionsText(options))
  const logFile = `${stateDirectory}/daemon.log`
  const program = fileURLToPath(new URL('./cloud-daemon.ts', import.meta.url))
  const argv = [process.execPath, ...process.execArgv, program, stateDirectory] as const
  const daemon = await exec.detach({ argv, logFile })
  const deadline = clock.wallNow() + startDeadlineMs
  while (clock.wallNow() < deadline && (await exec.isAlive(daemon))) {
    const access = await readAccess(files, stateDirectory)
    if (access) return access
    await clock.pause(lookEveryMs)
  }
  await exec.end(daemon, 'SIGKILL')
  await cloudDown(ports, stateDirectory)
  const last = ((await files.readText(logFile)) ?? '').trim().split('\n').slice(-5).join('\n    ')
  throw new ProblemError({
    code: 'missing-tool',
    message: `the local cloud did not start:\n    ${last}`,
    hint: `the whole log is ${logFile}`,
  })
}

/** Powers every machine off and ends the process; what a killed one left is ended too. Disks and state stay. */
export async function cloudDown({ exec, files, clock }: CloudPorts, stateDirectory: string): Promise<void> {
  const access = await readAccess(files, stateDirectory)
  if (access) {
    const daemon = processOf(access)
    await exec.end(daemon, 'SIGTERM')
    const deadline = clock.wallNow() + stopDeadlineMs
    while (clock.wallNow() < deadline && (await exec.isAlive(daemon))) await clock.pause(lookEveryMs)
    await exec.end(daemon, 'SIGKILL')
    await files.remove(`${stateDirectory}/access.json`)
  }
  await sweepLocalCloud(exec, files, cloudIdOf(stateDirectory))
}

/** How to reach it, if it runs. */
export async function runningCloud(
  { exec, files }: Omit<CloudPorts, 'clock'>,
  stateDirectory: string,
): Promise<CloudAccess | undefined> {
  const access = await readAccess(files, stateDirectory)
  return access && (await exec.isAlive(processOf(access))) ? access : undefined
}

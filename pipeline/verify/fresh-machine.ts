// One fresh machine of an image for somebody to look at; it is gone when they have looked.

import type { ImagesAccount } from '../config/index.ts'
import type { Clock, CloudAt, CloudOutcome, Exec, Files } from '../ports/index.ts'
import { untilLogin } from './examine.ts'
import { disposeFresh, launchFresh, prepareGround } from './fresh-machines.ts'
import { sessionTo } from './session.ts'
import { makeKey, type SshTarget } from './ssh.ts'

export interface FreshMachineRequest {
  readonly exec: Exec
  readonly files: Files
  readonly clock: Clock
  /** The image's account and region. */
  readonly cloud: CloudAt
  readonly account: ImagesAccount
  readonly imageId: string
  readonly instanceType: string
  /** The image's default user. */
  readonly user: string
  readonly bootDeadlineMs: number
  /** AWS's program at this end of a session, where the account's machines are reached through those. */
  readonly sessionPlugin: string
  /** 32 hexadecimal characters, of this request alone: what is launched is named and found again by it. */
  readonly token: string
  readonly signal: AbortSignal
  log(line: string): void
}

/** Whatever happens, what it launched is gone when this returns; what could not be removed is logged. */
export async function onFreshMachine<Value>(
  request: FreshMachineRequest,
  look: (target: SshTarget) => Promise<Value>,
): Promise<CloudOutcome<Value>> {
  const { exec, files, clock, cloud, token, user, bootDeadlineMs, signal, log } = request
  const directory = await files.makeTemporaryDirectory('drover-fresh-')
  try {
    const key = await makeKey(exec, files, directory, 'drover-scan')
    const launching = { ...request, publicKey: key.publicKey, tags: { 'drover:purpose': 'scan' }, log }
    const ground = await prepareGround(launching)
    if (!ground.ok) return ground
    const machine = await launchFresh(launching, ground.value, 'judged')
    if (!machine.ok) return machine
    const { address, id } = machine.value
    const target = {
      user,
      address,
      keyFile: key.privateKeyFile,
      knownHostsFile: `${directory}/known_hosts`,
      ...sessionTo(request.account, cloud, id, request.sessionPlugin),
    }
    const login = await untilLogin({ exec, clock, signal, log }, target, bootDeadlineMs)
    if (!login.ok) return { ok: false, kind: 'unavailable', code: 'NoLogin', message: `${id}: ${login.detail}` }
    return { ok: true, value: await look(target) }
  } finally {
    for (const message of await disposeFresh(cloud, clock, token)) log(`left behind: ${message}`)
    await files.remove(directory)
  }
}

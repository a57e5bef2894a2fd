// One more fresh machine, logged in to and settled, or why there is none.

import { type Examiner, untilLogin } from './examine.ts'
import { type FreshGround, type FreshMachinesRequest, launchFresh, type Reached } from './fresh-machines.ts'
import { remote, type SshTarget } from './ssh.ts'

export type Booted = { readonly target: SshTarget; readonly id: string } | { readonly reason: string }

export interface BootRequest {
  readonly examiner: Examiner
  readonly launching: FreshMachinesRequest
  readonly ground: FreshGround
  readonly targetOf: (machine: Reached) => SshTarget
}

export async function bootFresh(request: BootRequest, role: 'real-boot' | 'base'): Promise<Booted> {
  const { examiner, launching, ground, targetOf } = request
  const machine = await launchFresh(launching, ground, role)
  if (!machine.ok) return { reason: machine.message }
  const target = targetOf(machine.value)
  const login = await untilLogin(examiner, target, launching.bootDeadlineMs)
  if (!login.ok) return { reason: login.detail }
  const unsettled = await settle(examiner, target, role.replace('-', ' '), launching.bootDeadlineMs)
  if (unsettled !== undefined) return { reason: unsettled }
  return { target, id: machine.value.id }
}

/** Waits until the machine has started all there is to start; why it never did, or undefined. */
export async function settle(
  { exec, signal, log }: Examiner,
  target: SshTarget,
  called: string,
  deadlineMs: number,
): Promise<string | undefined> {
  // Services that a rule asks for may still be starting. A unit that failed is for the probes and the rules to name.
  const settled = await remote(exec, target, 'systemctl is-system-running --wait || true\n', { timeoutMs: deadlineMs, signal })
  if (!settled.ok) return `it did not finish booting: ${settled.message}`
  if (settled.stdout.trim() !== 'running') log(`${called}: the system is ${settled.stdout.trim()}`)
  return undefined
}

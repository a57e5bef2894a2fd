// SSH to one machine with a key made for this verification only; the host's key is accepted once and then pinned.

import type { CommandOutcome, Exec, Files } from '../ports/index.ts'
import { type SessionWay, throughSessions } from './session.ts'

export interface SshKey {
  readonly privateKeyFile: string
  readonly publicKey: string
}

export interface SshTarget {
  /** Where no address leads to it. */
  readonly session?: SessionWay
  readonly user: string
  readonly address: string
  readonly keyFile: string
  /** One file a machine: the key seen first is the only one accepted afterwards. */
  readonly knownHostsFile: string
}

export interface RemoteOptions {
  readonly timeoutMs: number
  readonly input?: string
  readonly signal?: AbortSignal
  readonly onLine?: (line: string) => void
}

/** Makes an ed25519 key pair without passphrase in the (private) folder. */
export async function makeKey(exec: Exec, files: Files, directory: string, comment: string): Promise<SshKey> {
  const privateKeyFile = `${directory}/key`
  const made = await exec.run({ argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', privateKeyFile] })
  if (!made.ok) throw new Error(`ssh-keygen: ${made.message}`)
  const publicKey = await files.readText(`${privateKeyFile}.pub`)
  if (publicKey === undefined) throw new Error('ssh-keygen wrote no public key')
  return { privateKeyFile, publicKey: publicKey.trim() }
}

/** Runs a shell script on the machine as the login user; the script goes in by standard input, never on a command line. */
export function remote(exec: Exec, target: SshTarget, script: string, options: RemoteOptions): Promise<CommandOutcome> {
  return execTo(exec, target).run({
    argv: ['ssh', ...sshOptions(target), `${target.user}@${target.address}`, 'sh -s'],
    input: script,
    timeoutMs: options.timeoutMs,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onLine ? { onLine: options.onLine } : {}),
  })
}

/** Tries to log in without any key; what matters is that it fails and that the machine takes note. */
export function failedLogin(exec: Exec, target: SshTarget, user: string, signal: AbortSignal): Promise<CommandOutcome> {
  const options = sshOptions(target).filter((option) => option !== '-i' && option !== target.keyFile)
  return execTo(exec, target).run({
    argv: ['ssh', ...options, '-o', 'IdentityFile=none', '-o', 'IdentityAgent=none', `${user}@${target.address}`, 'true'],
    timeoutMs: 20_000,
    signal,
  })
}

/** Copies files to (`up`) or from (`down`) the machine. */
export function transfer(
  exec: Exec,
  target: SshTarget,
  direction: 'up' | 'down',
  local: string,
  remotePath: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<CommandOutcome> {
  const far = `${target.user}@${target.address}:${remotePath}`
  const paths = direction === 'up' ? [local, far] : [far, local]
  return execTo(exec, target).run({ argv: ['scp', '-q', '-r', ...sshOptions(target), ...paths], ...options })
}

/** What runs ssh and scp so that they get to the machine. */
export function execTo(exec: Exec, { session }: Pick<SshTarget, 'session'>): Exec {
  return session === undefined ? exec : throughSessions(exec, session)
}

function sshOptions(target: SshTarget): string[] {
  const settings = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=accept-new',
    `UserKnownHostsFile=${target.knownHostsFile}`,
    'GlobalKnownHostsFile=/dev/null',
    'ConnectTimeout=5',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=6',
    'LogLevel=ERROR',
  ]
  return ['-F', 'none', '-i', target.keyFile, ...settings.flatMap((setting) => ['-o', setting])]
}

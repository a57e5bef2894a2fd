// What is hardened or scanned alone: a root directory of this machine, or a running machine that SSH reaches.

import type { CommandOutcome, Exec, Files } from '../../pipeline/ports/index.ts'

export type Target =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'host'
      /** As `ssh` takes it: `admin@10.0.0.7`, a name of ~/.ssh/config. */
      readonly destination: string
      readonly options: readonly string[]
      /** What the report calls it, when that is not where it is reached: the image it was booted from. */
      readonly name?: string
    }

export interface Job {
  /** `look` changes nothing that stays; `change` hardens. */
  readonly mode: 'look' | 'change'
  /** Folder of what goes in, prepare.sh and run.sh among it. Its `results` folder is filled. */
  readonly bundle: string
  readonly signal: AbortSignal
  log(line: string): void
}

interface Ports {
  readonly exec: Exec
  readonly files: Files
}

const timeLimitMs = 1_800_000
const room = new URL('room.sh', import.meta.url).pathname

/** The text of the target's os-release; undefined when it cannot be had, with the reason. */
export async function osRelease(
  { exec, files }: Ports,
  target: Target,
  signal: AbortSignal,
): Promise<{ readonly text: string } | { readonly reason: string }> {
  if (target.kind === 'directory') {
    // /etc/os-release is a link that may be absolute, and would then be this machine's.
    const text = await files.readText(`${target.path}/usr/lib/os-release`)
    return text === undefined ? { reason: `${target.path} has no usr/lib/os-release: it is not the root of a system` } : { text }
  }
  const asked = await ssh(exec, target, 'cat /etc/os-release', { timeoutMs: 30_000, signal })
  return asked.ok ? { text: asked.stdout } : { reason: `${target.destination}: ${lastLine(asked)}` }
}

/** Runs the job to its end. The message names what failed; nothing of drover's stays on the target. */
export async function perform(
  ports: Ports,
  target: Target,
  job: Job,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly message: string }> {
  return target.kind === 'directory' ? inDirectory(ports, target.path, job) : onHost(ports, target, job)
}

async function inDirectory({ exec }: Ports, path: string, { mode, bundle, signal, log }: Job) {
  const ran = await exec.run({
    argv: [room, mode, path, bundle],
    timeoutMs: timeLimitMs,
    signal,
    onLine: (line, stream) => stream === 'stdout' && log(line),
  })
  return ran.ok ? ({ ok: true } as const) : ({ ok: false, message: lastLine(ran) } as const)
}

type Host = Extract<Target, { readonly kind: 'host' }>

async function onHost({ exec, files }: Ports, host: Host, { bundle, signal, log }: Job) {
  const failed = (what: string, outcome: CommandOutcome) => ({ ok: false, message: `${what}: ${lastLine(outcome)}` }) as const
  const made = await ssh(exec, host, 'mktemp -d /tmp/drover-XXXXXXXX', { timeoutMs: 30_000, signal })
  const folder = made.stdout.trim()
  if (!made.ok || !/^\/tmp\/drover-\w{8}$/.test(folder)) return failed(`no folder could be made on ${host.destination}`, made)
  try {
    const sent = await scp(exec, host, `${bundle}/.`, `${host.destination}:${folder}/`, signal)
    if (!sent.ok) return failed(`the scanner's files could not be sent to ${host.destination}`, sent)
    const ran = await ssh(exec, host, 'sh -s', {
      timeoutMs: timeLimitMs,
      signal,
      input: hostScript(folder),
      onLine: (line, stream) => stream === 'stdout' && log(line),
    })
    if (!ran.ok) return failed(host.destination, ran)
    await files.makeDirectory(`${bundle}/results`)
    const got = await scp(exec, host, `${host.destination}:${folder}/results/.`, `${bundle}/results/`, signal)
    return got.ok ? ({ ok: true } as const) : failed(`the results could not be fetched from ${host.destination}`, got)
  } finally {
    // Without the caller's signal: an interruption is no reason to leave the folder there.
    await ssh(exec, host, `rm -rf ${folder}`, { timeoutMs: 30_000 })
  }
}

/** Root works in a folder only root can write; the results go back to the login user. */
function hostScript(folder: string): string {
  return `set -eu
command -v sudo > /dev/null && as_root='sudo -n' || as_root=
$as_root env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash -s ${folder} "$(id -u):$(id -g)" <<'DROVER'
set -euo pipefail
work=/var/lib/drover-alone
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
cp -r "$1" "$work"
chown -R root:root "$work"
chmod 700 "$work"
cd "$work"
export DROVER_BUNDLE=$work
./prepare.sh < /dev/null
./run.sh < /dev/null
rm -rf "$1/results"
cp -r results "$1/results"
chown -R "$2" "$1/results"
DROVER
`
}

/** The user's own SSH configuration, keys and known hosts hold; nobody is there to answer a question. */
const settings = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=15']

function ssh(
  exec: Exec,
  { destination, options }: Host,
  command: string,
  run: Omit<Parameters<Exec['run']>[0], 'argv'>,
): Promise<CommandOutcome> {
  return exec.run({ argv: ['ssh', ...settings, ...options, '--', destination, command], ...run })
}

function scp(exec: Exec, { options }: Host, from: string, to: string, signal: AbortSignal): Promise<CommandOutcome> {
  return exec.run({ argv: ['scp', '-q', '-r', ...settings, ...options, '--', from, to], timeoutMs: 300_000, signal })
}

function lastLine({ stderr, message }: CommandOutcome): string {
  return stderr.trim().split('\n').at(-1) || message
}

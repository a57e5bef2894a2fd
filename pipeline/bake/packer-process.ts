// Packer as a program that may outlive its runner: started detached, followed by its log, ended when nobody wants it any more.

import type { Clock, Exec, Files } from '../ports/index.ts'
import { type LogLine, parsePackerLog } from './packer-log.ts'
import { type RecordedPacker, recordOf, type WorkFolder } from './work-folder.ts'

export interface PackerTool {
  /** Absolute path of the program. */
  readonly packer: string
  /** Folder that holds the amazon plugin. */
  readonly pluginPath: string
  /** AWS's program at this end of a session, by path or by name: Packer starts it by its name, where it goes through sessions. */
  readonly sessionPlugin: string
}

export interface PackerPorts {
  readonly exec: Exec
  readonly files: Files
  readonly clock: Clock
}

/** Longest bake: an image of a big disk takes an hour, a bake that takes three hangs. */
const longestBakeMs = 3 * 3_600_000
/** Time Packer gets to take down what it made, once told to stop. */
const goodbyeMs = 120_000
const pollMs = 500

/** `environment` leads to the credentials; it goes nowhere but into the program's own. */
export async function startPacker(
  tool: PackerTool,
  work: WorkFolder,
  environment: Readonly<Record<string, string | undefined>>,
  { exec, files }: PackerPorts,
): Promise<RecordedPacker> {
  const temporary = await files.makeTemporaryDirectory('drover-bake-')
  const build = [tool.packer, 'build', '-machine-readable', '-on-error=cleanup', '.']
  const packer = await exec.detach({
    argv: ['/bin/sh', '-euc', recordThenBecome, 'sh', recordOf(work), temporary, tool.sessionPlugin, ...build],
    cwd: work.packer,
    logFile: work.log,
    env: {
      ...environment,
      PACKER_PLUGIN_PATH: tool.pluginPath,
      PACKER_CONFIG_DIR: temporary,
      PACKER_CACHE_DIR: temporary,
      PACKER_LOG: undefined,
      PACKER_NO_COLOR: '1',
      CHECKPOINT_DISABLE: '1',
      TMPDIR: temporary,
    },
  })
  return { ...packer, temporary }
}

// The record is there before Packer is, whenever the runner may be killed: the program writes it itself and then becomes
// Packer, which keeps its process ID and start time (field 22 of its stat; a name may hold blanks and brackets).
const recordThenBecome = `
record=$1 temporary=$2
case $3 in
  */*) export PATH="\${3%/*}:$PATH" ;;
esac
shift 3
stat=$(cat "/proc/$$/stat")
ticks=$(echo "\${stat##*) }" | cut -d ' ' -f 20)
printf '{"pid":%s,"startTicks":%s,"temporary":"%s"}\n' "$$" "$ticks" "$temporary" >"$record.new"
mv "$record.new" "$record"
exec "$@"
`

/** `interrupted`: the signal was given and Packer has been ended; `stuck`: it took too long and has been ended. */
export type PackerEnd = 'ended' | 'interrupted' | 'stuck'

/** Reports each line that is new since the call until the program is gone. */
export async function followPacker(
  packer: RecordedPacker,
  work: WorkFolder,
  ports: PackerPorts,
  watcher: { readonly signal: AbortSignal; onLine(line: LogLine): void },
): Promise<PackerEnd> {
  const { exec, files, clock } = ports
  const deadline = clock.wallNow() + longestBakeMs
  let seen = parsePackerLog((await files.readText(work.log)) ?? '').lines.length
  const report = async (): Promise<void> => {
    const { lines } = parsePackerLog((await files.readText(work.log)) ?? '')
    for (const line of lines.slice(seen)) watcher.onLine(line)
    seen = lines.length
  }
  while (await exec.isAlive(packer)) {
    if (watcher.signal.aborted || clock.wallNow() > deadline) {
      await endPacker(packer, { exec, clock })
      await report()
      return watcher.signal.aborted ? 'interrupted' : 'stuck'
    }
    await report()
    await pauseUnlessAborted(clock, watcher.signal)
  }
  await report()
  return 'ended'
}

/** Asks it to clean up and go; kills it when it doesn't. */
export async function endPacker(packer: RecordedPacker, { exec, clock }: Pick<PackerPorts, 'exec' | 'clock'>): Promise<void> {
  await exec.end(packer, 'SIGINT')
  const deadline = clock.wallNow() + goodbyeMs
  while (await exec.isAlive(packer)) {
    if (clock.wallNow() > deadline) {
      await exec.end(packer, 'SIGKILL')
      return
    }
    await clock.pause(pollMs)
  }
}

async function pauseUnlessAborted(clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.pause(pollMs, signal)
  } catch (error) {
    // The loop sees the signal itself, and Packer must be ended before anything is thrown.
    if (!signal.aborted) throw error
  }
}

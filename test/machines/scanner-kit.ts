// The hardening bundle as a layer below a machine's disk, so that whatever is timed or compared starts from the same files.

import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { prepareGuestBundle, type RuleResult, readResults } from '../../hardening/index.ts'
import { cacheDirectory, needTool, readTools } from '../../pipeline/cli/tools.ts'
import type { MachineSpec } from '../../pipeline/localcloud/machines/types.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { quoted } from '../../pipeline/verify/shell.ts'
import type { TestCloud } from './local-machines.ts'

const folder = '/var/lib/drover-kit'
const timeLimitMs = 900_000

export interface KitMachine {
  readonly spec: MachineSpec
  /** The folder on this host that holds what the machine wrote. */
  readonly disk: string
  /** Runs a bash script as root in the kit's folder with scanner.sh sourced; rejects with all it printed when it fails. */
  run(script: string): Promise<string>
}

export interface KitMachines {
  /** A fresh machine of these layers, up, with the scanner unpacked. */
  boot(layers: readonly string[]): Promise<KitMachine>
  /** Powers it off and keeps what it wrote as a layer. */
  keep(machine: KitMachine, layer: string): Promise<void>
  destroy(...machines: readonly KitMachine[]): Promise<void>
}

/** Adopts the layer `kit` with what the bake would send, and tells which packages the bake would install. */
export async function kitLayer(cloud: TestCloud, profileFile: string): Promise<readonly string[]> {
  const files = createFiles()
  const { directory } = needTool(await readTools(files, cacheDirectory(process.env)), 'content')
  const workDirectory = `${cloud.directory}/kit-work`
  const bundle = await prepareGuestBundle(
    { profileFile, contentDirectory: directory, workDirectory, nowMs: Date.now() },
    { files },
  )
  for (const { from, to, mode } of bundle.files) {
    const target = `${cloud.directory}/kit${folder}/${to}`
    await mkdir(dirname(target), { recursive: true })
    await copyFile(from, target)
    await chmod(target, Number.parseInt(mode, 8))
  }
  await succeeded(cloud.machines.adoptLayer('kit', `${cloud.directory}/kit`))
  return bundle.packages
}

export function kitMachines(cloud: TestCloud): KitMachines {
  let number = 0
  return {
    async boot(layers) {
      const spec = cloud.spec(number++, { layers })
      await succeeded(cloud.machines.start(spec))
      const machine = {
        spec,
        disk: `${cloud.directory}/state/machines/${spec.id}/upper`,
        run: (script: string) => runIn(cloud, spec, script),
      }
      await machine.run('systemctl is-system-running --wait || true; install_scanner; gunzip --keep --force content.xml.gz')
      return machine
    },
    async keep({ spec }, layer) {
      await succeeded(cloud.machines.stop(spec.id))
      await succeeded(cloud.machines.captureLayer(spec.id, layer))
    },
    async destroy(...machines) {
      for (const { spec } of machines) await succeeded(cloud.machines.destroy(spec.id))
    },
  }
}

export interface TimedScan {
  readonly seconds: number
  /** What the scanner, the service manager and the bus it asks had a processor for: the same however busy the host is. */
  readonly processorSeconds: number
  readonly rules: readonly RuleResult[]
}

/** One evaluation of the content's own profile, untailored, and what came of it; the scanner's time only. */
export async function timedScan(machine: KitMachine, method: 'plain' | 'fast', profile: string): Promise<TimedScan> {
  const evaluate = method === 'plain' ? 'oscap' : 'oscap_without_bus'
  const told = await machine.run(`TIMEFORMAT='%R %U %S'
    evaluate() { ${evaluate} xccdf eval --profile ${profile} --results scan.xml content.xml > scan.log 2>&1 < /dev/null || test $? = 2; }
    asked() {
      cat /proc/1/stat "/proc/$(systemctl show --property MainPID --value dbus.service)/stat" |
        awk -v hertz="$(getconf CLK_TCK)" '{ sum += $14 + $15 } END { print sum / hertz }'
    }
    before=$(asked)
    { time evaluate; } 2>&1
    echo "$before $(asked)"
    gzip --force scan.xml`)
  const xml = gunzipSync(await readFile(`${machine.disk}${folder}/scan.xml.gz`)).toString()
  const read = readResults(xml)
  if (!read.ok) throw new Error(read.message)
  const [seconds = 0, ofUser = 0, ofSystem = 0, before = 0, after = 0] = told.trim().split(/\s+/).map(Number)
  return { seconds, processorSeconds: ofUser + ofSystem + after - before, rules: read.results.rules }
}

async function runIn(cloud: TestCloud, spec: MachineSpec, script: string): Promise<string> {
  const whole = `set -e
cd ${folder}
export DEBIAN_FRONTEND=noninteractive HOME=/root
. guest/scanner.sh
${script}`
  const outcome = await cloud.machines.run(spec.id, `bash -c ${quoted(whole)} < /dev/null`, timeLimitMs)
  if (outcome.exitCode === 0) return outcome.stdout
  throw new Error(`${script}: ${JSON.stringify(outcome)}\n${(await cloud.machines.console(spec.id)).slice(-1_000)}`)
}

async function succeeded(outcome: Promise<{ readonly ok: boolean; readonly message?: string }>): Promise<void> {
  const { ok, message } = await outcome
  if (!ok) throw new Error(message)
}

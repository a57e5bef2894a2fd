// Reads what the bake and the fresh machine wrote down: packages and how they came, open ports, programs that run as another user.

import type { Files } from '../../pipeline/ports/index.ts'
import type { InstalledPackage, Inventory, ListeningPort } from './inventory.ts'
import { type Declared, type Dependencies, type PackageHistory, tracePackages } from './trace-packages.ts'

export interface InventoryRequest {
  /** Folder of the bake's evidence for that architecture, with `packages/` in it. */
  readonly bakeDirectory: string
  /** Folder of the fresh machine's results. */
  readonly machineDirectory: string
  readonly declared: readonly Declared[]
}

export type ReadInventory =
  | { readonly ok: true; readonly inventory: Inventory; readonly untraced: readonly InstalledPackage[] }
  /** One sentence: which list is missing. */
  | { readonly ok: false; readonly message: string }

/** Without every list nothing is traced, and what is not traced does not pass. */
export async function readInventory(files: Files, request: InventoryRequest): Promise<ReadInventory> {
  const { bakeDirectory, machineDirectory, declared } = request
  const paths = {
    base: `${bakeDirectory}/packages/base.txt`,
    withAgents: `${bakeDirectory}/packages/with-agents.txt`,
    provisioned: `${bakeDirectory}/packages/provisioned.txt`,
    depends: `${bakeDirectory}/packages/depends.tsv`,
    installed: `${machineDirectory}/packages.txt`,
    listening: `${machineDirectory}/listening.txt`,
    setuid: `${machineDirectory}/setuid.txt`,
  }
  const texts = new Map<string, string>()
  for (const [name, path] of Object.entries(paths)) {
    const text = await files.readText(path)
    if (text === undefined) return { ok: false, message: `there is no ${path}, so packages cannot be traced` }
    texts.set(name, text)
  }
  const lines = (name: keyof typeof paths): readonly string[] => (texts.get(name) ?? '').split('\n').filter((line) => line !== '')
  const history: PackageHistory = {
    base: new Set(lines('base')),
    withAgents: new Set(lines('withAgents')),
    provisioned: new Set(lines('provisioned')),
    depends: new Map(lines('depends').map(dependenciesOf)),
  }
  const packages = tracePackages(lines('installed').flatMap(installedPackage), history, declared)
  return {
    ok: true,
    inventory: { packages, listening: listeningPorts(lines('listening')), setuid: lines('setuid') },
    untraced: packages.filter(({ tracedTo }) => tracedTo === undefined),
  }
}

function installedPackage(line: string): readonly InstalledPackage[] {
  const [name, version, architecture] = line.split(' ')
  return name && version && architecture ? [{ name, version, architecture }] : []
}

/** `name`, Pre-Depends, Depends and Provides as dpkg writes them: `a (>= 1), b | c:any`. A name of rpm's may be a file's path. */
function dependenciesOf(line: string): readonly [string, Dependencies] {
  const [name = '', preDepends = '', depends = '', provides = ''] = line.split('\t')
  return [name, { needs: [...namesIn(preDepends), ...namesIn(depends)], provides: namesIn(provides) }]
}

function namesIn(relation: string): readonly string[] {
  return relation.split(/[,|]/).flatMap((part) => {
    const name = /^\s*([\w/][\w+./-]*)/.exec(part)?.[1]
    return name === undefined ? [] : [name]
  })
}

/** Lines of `ss -Hlntup`: `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))`. Each address and port once. */
function listeningPorts(lines: readonly string[]): readonly ListeningPort[] {
  const ports = new Map<string, ListeningPort>()
  for (const line of lines) {
    const [protocol, , , , local = '', , ...rest] = line.trim().split(/\s+/)
    const match = /^(.*):(\d+)$/.exec(local)
    if ((protocol !== 'tcp' && protocol !== 'udp') || !match) continue
    const program = /\(\("([^"]*)"/.exec(rest.join(' '))?.[1] ?? ''
    // The card's name and the machine's own address differ from machine to machine.
    const address = (match[1] ?? '').replace(/%.*$/, '')
    ports.set(`${protocol} ${address} ${match[2]}`, { protocol, address, port: Number(match[2]), program })
  }
  return [...ports.values()]
}

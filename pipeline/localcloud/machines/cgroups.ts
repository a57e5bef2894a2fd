// Control groups: every machine in one of its own, in each hierarchy this host has (v2 alone, or v1 with v2 beside it).

import { assert } from '../../kernel/index.ts'
import type { Exec, Files } from '../../ports/index.ts'

export interface Hierarchies {
  /** Mount points of the hierarchies that machines get a group in. */
  readonly roots: readonly string[]
  /** The one that processes are looked up in: systemd in the machine keeps its tree there. */
  readonly tracking: string
  readonly unified: boolean
}

/** The v1 controllers that account for a machine; systemd's own named hierarchy goes with them. */
const accounted = ['name=systemd', 'memory', 'pids', 'cpu', 'cpuacct']
/** The v2 counterparts, as far as the host hands them down. */
const delegated = ['memory', 'pids', 'cpu']

export async function readHierarchies(files: Files): Promise<Hierarchies> {
  return parseHierarchies((await files.readText('/proc/self/mounts')) ?? '')
}

/** From the text of /proc/self/mounts. */
export function parseHierarchies(mounts: string): Hierarchies {
  const all = mounts.split('\n').map((line) => line.split(' '))
  const unified = all.find(([, , type]) => type === 'cgroup2')?.[1]
  const legacy = all
    .filter(([, , type, options]) => type === 'cgroup' && options?.split(',').some((option) => accounted.includes(option)))
    .map(([, path]) => path as string)
  const tracking = unified ?? legacy[0]
  assert(tracking, 'this host has no control group hierarchy mounted')
  return { roots: unified === undefined ? legacy : [unified, ...legacy], tracking, unified: legacy.length === 0 }
}

export function groupPaths(hierarchies: Hierarchies, group: string): readonly string[] {
  return hierarchies.roots.map((root) => `${root}/${group}`)
}

/** Makes the group in every hierarchy, handing controllers down to it where v2 stands alone. */
export async function makeGroup(files: Files, hierarchies: Hierarchies, group: string): Promise<void> {
  for (const path of groupPaths(hierarchies, group)) await files.makeDirectory(path)
  if (!hierarchies.unified) return
  const parents = group.split('/').slice(0, -1)
  for (let depth = 1; depth <= parents.length; depth++) {
    await handDown(files, `${hierarchies.tracking}/${parents.slice(0, depth).join('/')}`)
  }
}

/** What the host's root does not hand down is left alone: changing that would change the host. */
async function handDown(files: Files, path: string): Promise<void> {
  const words = async (name: string) => ((await files.readText(`${path}/${name}`)) ?? '').split(/\s+/)
  const [here, already] = [await words('cgroup.controllers'), await words('cgroup.subtree_control')]
  for (const controller of delegated) {
    if (!here.includes(controller) || already.includes(controller)) continue
    await files.append(`${path}/cgroup.subtree_control`, `+${controller}`)
  }
}

/** Bounds the group's memory, in whichever hierarchy accounts for it; swap would be more of it than the machine has. */
export async function boundMemory(files: Files, hierarchies: Hierarchies, group: string, mib: number): Promise<void> {
  const bytes = String(mib * 1_048_576)
  const bounds = [
    ['memory.max', bytes],
    ['memory.swap.max', '0'],
    // Version 1 has memory alone first, then memory and swap together.
    ['memory.limit_in_bytes', bytes],
    ['memory.memsw.limit_in_bytes', bytes],
  ] as const
  for (const path of groupPaths(hierarchies, group)) {
    for (const [name, value] of bounds) {
      if ((await files.kind(`${path}/${name}`)) === 'file') await files.append(`${path}/${name}`, value)
    }
  }
}

/** The program runs in those groups: the shell moves itself, then becomes the program. */
export function inGroups(paths: readonly string[], argv: readonly string[]): [string, ...string[]] {
  const script = 'while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs"; shift; done; shift; exec "$@"'
  return ['sh', '-c', script, 'sh', ...paths, '--', ...argv]
}

/** Ends whatever runs in the group or below it, and removes it; nothing happens when there is no such group. */
export async function endGroup(exec: Exec, hierarchies: Hierarchies, group: string): Promise<void> {
  // Processes fork while they are being killed, and a group stays busy for a moment after its last one: hence the rounds.
  const script = `for group; do
    round=0
    while [ -d "$group" ]; do
      kill -KILL $(find "$group" -name cgroup.procs -exec cat {} +) 2> /dev/null
      find "$group" -depth -type d -exec rmdir {} + 2> /dev/null && break
      round=$((round + 1))
      [ $round -lt 200 ] || exit 1
      sleep 0.05
    done
  done`
  const ended = await exec.run({ argv: ['sh', '-c', script, 'sh', ...groupPaths(hierarchies, group)] })
  assert(ended.ok, `control group ${group} could not be removed: ${ended.message}`)
}

/** The first process of the group, or undefined when it is empty or there is none. */
export async function firstProcess(files: Files, hierarchies: Hierarchies, group: string): Promise<number | undefined> {
  const text = await files.readText(`${hierarchies.tracking}/${group}/cgroup.procs`)
  const first = text?.split('\n')[0]
  return first ? Number(first) : undefined
}

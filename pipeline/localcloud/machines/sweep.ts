// Ending what an earlier run of the same local cloud left when it was killed: all of it is in the cloud's control group.

import type { Exec, Files } from '../../ports/index.ts'
import { endGroup, type Hierarchies, readHierarchies } from './cgroups.ts'
import { type CloudNames, cloudNames } from './names.ts'
import { removeHostLink } from './router.ts'

export interface SweepOptions {
  readonly exec: Exec
  readonly files: Files
  readonly names: CloudNames
  readonly hierarchies: Hierarchies
}

/** Machines, router and relay; mounts and links were in their namespaces and end with them. Disks stay. */
export async function sweepCloud(options: SweepOptions): Promise<void> {
  await endGroup(options.exec, options.hierarchies, options.names.cgroup)
  await removeHostLink(options.exec, options.names)
  await removeTraces(options, options.names.machinePrefix)
}

/** The same for a caller that opens no cloud of its own: what `cloud down` does after a crash. */
export async function sweepLocalCloud(exec: Exec, files: Files, id: string): Promise<void> {
  await sweepCloud({ exec, files, names: cloudNames(id), hierarchies: await readHierarchies(files) })
}

/** Ends the machines of this cloud that are not among the known ones; the router stays. */
export async function sweepMachines(options: SweepOptions, known: ReadonlySet<string>): Promise<void> {
  const { exec, files, names, hierarchies } = options
  for (const name of await files.list(`${hierarchies.tracking}/${names.cgroup}`)) {
    if (!name.startsWith('i-') || known.has(name)) continue
    await endGroup(exec, hierarchies, `${names.cgroup}/${name}`)
    await removeTraces(options, `${names.machinePrefix}${name}`)
  }
}

/** systemd-nspawn makes these folders and leaves them behind. */
export async function removeTraces({ exec, files }: Pick<SweepOptions, 'exec' | 'files'>, prefix: string): Promise<void> {
  for (const folder of ['/run/systemd/nspawn/propagate', '/run/systemd/nspawn/unix-export']) {
    for (const name of await files.list(folder)) {
      if (!name.startsWith(prefix)) continue
      // Only ever an empty folder: nothing that is mounted there may be removed with it.
      await exec.run({ argv: ['rmdir', `${folder}/${name}`] })
    }
  }
}

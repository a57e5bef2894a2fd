// What the kernel accounts for one machine of a test's cloud.

import { groupPaths, readHierarchies } from '../../pipeline/localcloud/machines/cgroups.ts'
import { cloudNames } from '../../pipeline/localcloud/machines/names.ts'
import { createFiles } from '../../pipeline/system/index.ts'

/** A number from whichever of these files the machine's groups have: version 1 and 2 call the same thing by two names. */
export async function accountedFor(cloudId: string, machineId: string, names: readonly string[]): Promise<number | undefined> {
  const files = createFiles()
  for (const path of groupPaths(await readHierarchies(files), `${cloudNames(cloudId).cgroup}/${machineId}`)) {
    for (const name of names) {
      const text = await files.readText(`${path}/${name}`)
      if (text !== undefined) return Number(text)
    }
  }
  return undefined
}

export const memoryBound = ['memory.max', 'memory.limit_in_bytes']
export const memoryUsed = ['memory.current', 'memory.usage_in_bytes']

// Whether groups stayed at capacity: looks at the cloud several times a second while something else goes on.

import { setTimeout as pause } from 'node:timers/promises'
import type { Place } from './drover-run.ts'

const lookEveryMs = 200

/** By `account region/group`: the fewest machines in service at any look, less those desired. Ends when `until` does. */
export async function fewestInService(place: Place, until: Promise<unknown>): Promise<ReadonlyMap<string, number>> {
  const fewest = new Map<string, number>()
  let isOver = false
  const over = until.finally(() => {
    isOver = true
  })
  while (!isOver) {
    const { groups } = await place.admin('status', {})
    for (const { account, region, name, desired, inService } of groups) {
      const key = `${account} ${region}/${name}`
      fewest.set(key, Math.min(fewest.get(key) ?? 0, inService - desired))
    }
    await Promise.race([pause(lookEveryMs), over])
  }
  return fewest
}

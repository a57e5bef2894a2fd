// One step of the cloud: everything whose time has come happens, and what machines are to do is listed. Pure.

import type { Machines } from '../machines/types.ts'
import { type CloudState, Draft } from '../store/state.ts'
import { noteStatusChecks } from '../store/status-checks.ts'
import { advanceAlarms } from './alarms.ts'
import type { MachineCommand } from './command.ts'
import { Due } from './due.ts'
import { advanceFaults } from './faults.ts'
import { advanceGroups } from './groups.ts'
import { advanceImages } from './images.ts'
import { advanceInstances } from './instances.ts'
import { advanceKeys } from './keys.ts'
import { type GuestEnvironment, machineCommands } from './machine-commands.ts'
import { advanceNodeGroups } from './node-groups.ts'
import { advanceTargets } from './targets.ts'

export interface TickContext {
  readonly network: Machines['network']
  readonly environment: GuestEnvironment
  /** No more starts than these are asked for at one step and place; undefined: all. */
  readonly mostStarts?: number
}

export interface Tick {
  readonly state: CloudState
  readonly commands: readonly MachineCommand[]
  /** When to call again if nothing else happens; undefined: not before a request or a report. */
  readonly nextAt: number | undefined
  /** Where a clock that skips idle time may jump; undefined while anything is at work. */
  readonly skipTo: number | undefined
}

/** Parts act on one another (an instance that ended lets its group launch), so they run until nothing changes. */
const mostRounds = 8

export function tick(state: CloudState, now: number, context: TickContext): Tick {
  let current = state
  let due = new Due()
  for (let round = 0; round < mostRounds; round++) {
    due = new Due()
    const draft = new Draft(current)
    for (const place of draft.places()) {
      advanceKeys(draft, place, now)
      advanceImages(draft, place, now, due)
      advanceFaults(draft, place, now, due)
      advanceInstances(draft, place, now, due)
      noteStatusChecks(draft, place, now)
      advanceAlarms(draft, place, now, due)
      advanceGroups(draft, place, now, context.network, due)
      advanceNodeGroups(draft, place, now, due)
      advanceTargets(draft, place, now)
    }
    if (draft.state === current) break
    current = draft.state
  }
  const commands = machineCommands(new Draft(current), context, now, due)
  return { state: current, commands, nextAt: due.nextAt, skipTo: commands.length > 0 ? undefined : due.skipTo }
}

// What an operator's faults do to machines: each run of a machine is drawn for once, then its fate takes its course.

import { type Fault, type MachineFault, settingsKey } from '../store/account.ts'
import { aimed } from '../store/aim.ts'
import { type Fate, type Instance, isMeant, isUp } from '../store/instance.ts'
import { type Draft, everywhere, type PlaceKey } from '../store/state.ts'
import { instancesByRest, restless } from './at-rest.ts'
import type { Due } from './due.ts'

/** Replaces all faults: whatever the earlier ones had in store is called off, and running machines are drawn for anew. */
export function setFaults(draft: Draft, faults: readonly Fault[]): void {
  draft.put(everywhere, 'settings', settingsKey, { ...draft.settings, faults })
  for (const place of draft.places()) {
    for (const instance of draft.rows(place, 'instances')) {
      if (instance.fate === undefined && instance.drawnFaults === undefined) continue
      const { fate, drawnFaults: _drawn, ...rest } = instance
      // A machine that never answered is asked again by itself.
      const isCured = fate?.how === 'falls-ill' && instance.machine === 'answering'
      draft.put(place, 'instances', instance.id, isCured ? { ...rest, isImpaired: false } : rest)
    }
  }
}

export function advanceFaults(draft: Draft, place: PlaceKey, now: number, due: Due): void {
  for (const fault of draft.settings.faults) if (fault.kind === 'machine') drawFor(draft, place, fault, now)
  // Whoever has a fate is not at rest.
  for (const instance of draft.found(place, instancesByRest, restless)) {
    const { fate } = instance
    if (fate === undefined || !('at' in fate) || !isUp(instance)) continue
    if (fate.at > now) due.idleUntil(fate.at)
    else if (fate.how === 'falls-ill' && instance.state === 'running' && !instance.isImpaired)
      draft.change(place, 'instances', instance.id, { isImpaired: true })
  }
}

function drawFor(draft: Draft, place: PlaceKey, { id }: MachineFault, now: number): void {
  for (const instance of draft.rows(place, 'instances')) {
    // What is left of it after the instance before.
    const fault = draft.settings.faults.find((one): one is MachineFault => one.kind === 'machine' && one.id === id)
    if (fault === undefined) return
    if (!isMeant(instance, fault.target) || !isDrawnNow(instance, fault)) continue
    const { isHit, left } = aimed(fault, (limit) => Number.parseInt(draft.mintHex(8), 16) % limit)
    if (left !== fault) replace(draft, fault, left)
    draft.change(place, 'instances', instance.id, {
      drawnFaults: [...(instance.drawnFaults ?? []), id],
      ...(isHit ? { fate: fateOf(fault, now) } : {}),
    })
  }
}

/** What keeps a machine from booting is drawn before its boot, what befalls it later when it has booted. */
function isDrawnNow(instance: Instance, fault: MachineFault): boolean {
  if (instance.state !== 'pending' && instance.state !== 'running') return false
  if (instance.launchFailsAt !== undefined || instance.drawnFaults?.includes(fault.id)) return false
  const isLater = 'afterMs' in fault
  if (instance.fate !== undefined && 'at' in instance.fate === isLater) return false
  return isLater === (isUp(instance) && !instance.rebootRequested)
}

function fateOf(fault: MachineFault, now: number): Fate {
  return 'afterMs' in fault ? { how: fault.how, at: now + fault.afterMs } : { how: fault.how }
}

function replace(draft: Draft, fault: MachineFault, left: MachineFault | undefined): void {
  const faults = draft.settings.faults.flatMap((one) => (one === fault ? (left ?? []) : one))
  draft.put(everywhere, 'settings', settingsKey, { ...draft.settings, faults })
}

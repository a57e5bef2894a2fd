// The state as a new process finds it: no machine outlives the one that ran it, and nothing half done is done twice.

import { isLive, isUp } from './store/instance.ts'
import type { LaunchTemplate, TemplateVersion } from './store/launch-template.ts'
import { type CloudState, Draft, everywhere, type PlaceKey } from './store/state.ts'
import { putVersion } from './store/template-versions.ts'

/** Machines are off, to be started again where they should run; captures start over; scripts that were cut off have failed. */
export function resumed(state: CloudState): CloudState {
  const draft = new Draft(state)
  for (const place of draft.places()) {
    powerOff(draft, place)
    captureAgain(draft, place)
    endScripts(draft, place)
    endSessions(draft, place)
    holdAddresses(draft, place)
    separateVersions(draft, place)
  }
  return draft.state
}

function powerOff(draft: Draft, place: PlaceKey): void {
  for (const instance of draft.rows(place, 'instances')) {
    if (isUp(instance)) draft.change(place, 'instances', instance.id, { machine: 'off' })
  }
}

/** The layer may be there or not, so a new one is made; the other is listed, used by nothing, and so removed. */
function captureAgain(draft: Draft, place: PlaceKey): void {
  for (const image of draft.rows(place, 'images')) {
    if (image.making?.kind !== 'capture') continue
    const { layerId: doubtful } = image.making
    const layerId = draft.mint('layer')
    const renewed = (layers: readonly string[]) => layers.map((layer) => (layer === doubtful ? layerId : layer))
    draft.put(everywhere, 'layers', doubtful, { id: doubtful })
    draft.change(place, 'images', image.id, { making: { ...image.making, layerId }, layers: renewed(image.layers) })
    for (const { snapshotId } of image.blockDevices) {
      const snapshot = draft.get(place, 'snapshots', snapshotId)
      if (snapshot !== undefined) draft.change(place, 'snapshots', snapshotId, { layers: renewed(snapshot.layers) })
    }
  }
}

/** A state of before addresses had rows of their own. */
function holdAddresses(draft: Draft, place: PlaceKey): void {
  for (const { id, address } of draft.rows(place, 'instances').filter(isLive)) {
    if (draft.get(everywhere, 'addresses', address) === undefined) {
      draft.put(everywhere, 'addresses', address, { place, instanceId: id })
    }
  }
}

/** A state of before versions of launch templates had rows of their own. */
function separateVersions(draft: Draft, place: PlaceKey): void {
  for (const row of draft.rows(place, 'launchTemplates')) {
    const { versions, ...template } = row as LaunchTemplate & { readonly versions?: readonly TemplateVersion[] }
    if (versions === undefined) continue
    for (const version of versions) putVersion(draft, place, template, version)
    draft.put(place, 'launchTemplates', template.id, template)
  }
}

/** Whoever had one open has nothing at its other end any more. */
function endSessions(draft: Draft, place: PlaceKey): void {
  for (const { id, isEnded } of draft.rows(place, 'machineSessions')) {
    if (!isEnded) draft.change(place, 'machineSessions', id, { isEnded: true })
  }
}

/** A script that was cut off must not run a second time. */
function endScripts(draft: Draft, place: PlaceKey): void {
  for (const command of draft.rows(place, 'shellCommands')) {
    if (!command.invocations.some((one) => one.status === 'InProgress')) continue
    const invocations = command.invocations.map((one) =>
      one.status === 'InProgress' ? { ...one, status: 'Failed' as const, stderr: 'the machine was powered off' } : one,
    )
    draft.change(place, 'shellCommands', command.id, { invocations })
  }
}

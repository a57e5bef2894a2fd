// What an instance becomes when its machine has got where it was sent.

import type { Instance } from '../store/instance.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import { endedBy, instancesByRest, restless } from './at-rest.ts'
import type { Due } from './due.ts'

/** "A terminated instance remains visible for a short while": AWS says about an hour [doc: terminating-instances]. */
const terminatedShownMs = 3_600_000

export function advanceInstances(draft: Draft, place: PlaceKey, now: number, due: Due): void {
  for (const instance of draft.found(place, instancesByRest, restless)) {
    if (instance.state === 'pending' && instance.launchFailsAt !== undefined) {
      if (instance.launchFailsAt > now) due.workUntil(instance.launchFailsAt)
      else failLaunch(draft, place, instance)
      continue
    }
    const isOff = instance.machine === 'off' || instance.machine === 'none'
    if (instance.state === 'stopping' && isOff) draft.change(place, 'instances', instance.id, { state: 'stopped' })
    else if (instance.state === 'shutting-down' && (instance.machine === 'gone' || instance.machine === 'none'))
      end(draft, place, instance, now)
  }
  for (const { id } of endedBy(draft, place, now - terminatedShownMs)) draft.remove(place, 'instances', id)
}

/** Where no other reason is known: "Client.InternalError: A client error caused the instance to terminate at launch": most often the key of an encrypted volume [doc: troubleshooting-launch]. */
function failLaunch(draft: Draft, place: PlaceKey, { id, stateReason: known }: Instance): void {
  const stateReason = known ?? { code: 'Client.InternalError', message: 'Client.InternalError: Client error on launch' }
  draft.change(place, 'instances', id, { state: 'shutting-down', stateReason, stateTransitionReason: stateReason.code })
}

function end(draft: Draft, place: PlaceKey, instance: Instance, now: number): void {
  draft.change(place, 'instances', instance.id, { state: 'terminated', machine: 'gone', terminatedAt: now })
  for (const { volumeId } of instance.volumes) {
    const volume = draft.get(place, 'volumes', volumeId)
    if (volume?.attachment === undefined) continue
    const { attachment, ...detached } = volume
    if (attachment.deleteOnTermination) draft.remove(place, 'volumes', volumeId)
    else draft.put(place, 'volumes', volumeId, detached)
  }
}

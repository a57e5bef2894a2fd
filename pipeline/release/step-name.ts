// One name for each step of a release, the same from its action and from its events; people read it, races are settled by it.

import { unreachable } from '../kernel/index.ts'
import type { Action } from './decision.ts'
import type { ReleaseEvent, StandingOrder } from './event.ts'
import { describeGroup } from './group-key.ts'
import { describeScope } from './orders.ts'

export function stepOfAction(action: Action): string {
  switch (action.kind) {
    case 'bake':
    case 'verify':
      return action.kind
    case 'copy':
      return copyStep(action.region, action.image.architecture)
    case 'share':
      return shareStep(action.imageId, action.account)
    case 'request-approval':
      return `approval of ${action.stage}`
    case 'roll':
      return `roll ${describeGroup(action.key)}`
    case 'undo-roll':
      return `undo ${describeGroup(action.key)}`
    case 'start-soak':
    case 'finish-soak':
      return `soak in ${action.stage}`
    case 'test':
      return `tests in ${action.stage.name} (${action.round})`
    case 'place-groups':
      return placingStep(action.stage.name)
    case 'measure-exposure':
      return exposureStep(action.stage.name)
    case 'check-fleet':
      return 'look at the fleet'
    case 'finish':
    case 'fail':
    case 'give-way':
    case 'refuse':
      return 'end'
    default:
      return unreachable(action)
  }
}

export function stepOfEvent(event: ReleaseEvent | StandingOrder): string {
  switch (event.type) {
    case 'release.opened':
      return 'open'
    case 'bake.intended':
    case 'bake.finished':
    case 'bake.failed':
      return 'bake'
    case 'verify.intended':
    case 'verify.finished':
    case 'verify.failed':
      return 'verify'
    case 'copy.intended':
    case 'copy.started':
    case 'copy.finished':
    case 'copy.failed':
      return copyStep(event.region, event.architecture)
    case 'share.finished':
    case 'share.failed':
      return shareStep(event.imageId, event.account)
    case 'approval.requested':
    case 'approval.granted':
    case 'approval.denied':
      return `approval of ${event.stage}`
    case 'roll.intended':
    case 'roll.started':
    case 'roll.finished':
    case 'roll.awaits-hand':
    case 'roll.awaits-room':
    case 'roll.ordered':
    case 'roll.refused':
    case 'roll.failed':
      return `roll ${describeGroup(event.group)}`
    case 'hook.finished':
    case 'roll.watched':
      return `${event.during} ${describeGroup(event.group)}`
    case 'undo.intended':
    case 'undo.finished':
    case 'undo.failed':
      return `undo ${describeGroup(event.group)}`
    case 'soak.started':
    case 'soak.finished':
      return `soak in ${event.stage}`
    case 'test.finished':
      return `tests in ${event.stage} (${event.round})`
    case 'placing.failed':
    case 'stage.placed':
      return placingStep(event.stage)
    case 'exposure.measured':
      return exposureStep(event.stage)
    case 'fleet.checked':
      return 'look at the fleet'
    case 'projection.late':
      return 'projection'
    case 'reminder.given':
      return 'reminder'
    case 'release.finished':
    case 'release.failed':
    case 'release.refused':
    case 'release.superseded':
      return 'end'
    case 'image.permissions-saved':
    case 'image.retired':
    case 'image.restored':
      return `retire ${event.imageId}`
    case 'hold.placed':
    case 'hold.lifted':
      return `hold on ${describeScope(event.scope)}`
    case 'release.revoked':
    case 'release.restored':
      return `revocation of ${event.releaseId}`
    case 'group.migration-ordered':
    case 'group.migrated':
      return `migration of ${describeGroup(event.group)}`
    default:
      return unreachable(event)
  }
}

function copyStep(region: string, architecture: string): string {
  return `copy to ${region} (${architecture})`
}

function placingStep(stage: string): string {
  return `place the groups of ${stage}`
}

function exposureStep(stage: string): string {
  return `count the machines in ${stage}`
}

function shareStep(imageId: string, account: string): string {
  return `share ${imageId} with ${account}`
}

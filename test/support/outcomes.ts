// The events an action leaves when it goes well, and when it does not: performers without a cloud.

import { sha256 } from '../../pipeline/kernel/index.ts'
import {
  type Action,
  type GroupKey,
  intentOf,
  placeByTag,
  placedWavesOf,
  type ReleaseEvent,
  type StagePolicy,
} from '../../pipeline/release/index.ts'
import { scanCounts } from './factories.ts'

/** What stands in the ledger before the action is performed, a roll's own intent included. */
export function intentEventOf(action: Action, token: string): ReleaseEvent | undefined {
  return action.kind === 'roll' ? rollIntent(action.key, action.imageId, token) : intentOf(action, token)
}

/** The events of an action that went well. */
export function successOf(action: Action, token: string): readonly ReleaseEvent[] {
  switch (action.kind) {
    case 'bake': {
      const images = action.bases.map(({ architecture }) => ({
        architecture,
        imageId: `ami-${(architecture === 'x86_64' ? token : sha256(`${token} ${architecture}`)).slice(0, 17)}`,
        name: `web-${architecture}`,
        region: 'eu-central-1',
      }))
      return [{ type: 'bake.finished', images, before: scanCounts({ failed: 120 }), after: scanCounts(), evidence: [] }]
    }
    case 'verify':
      return [{ type: 'verify.finished', verdict: 'pass', reasons: [], counts: scanCounts(), evidence: [] }]
    case 'copy': {
      const { region, image } = action
      const imageId = `ami-${sha256(image.imageId + region).slice(0, 17)}`
      return [{ type: 'copy.finished', region, architecture: image.architecture, imageId }]
    }
    case 'share':
      return [{ type: 'share.finished', region: action.region, account: action.account, imageId: action.imageId }]
    case 'request-approval':
      return [{ type: 'approval.requested', stage: action.stage }]
    case 'roll':
      return [{ type: 'roll.finished', group: action.key, refreshId: token.slice(0, 8), replaced: 2 }]
    case 'undo-roll':
      return [{ type: 'undo.finished', group: action.key, refreshId: token.slice(0, 8) }]
    case 'start-soak':
      return [{ type: 'soak.started', stage: action.stage, until: new Date(action.until).toISOString() }]
    case 'test':
      return testResults(action.stage, action.round, true)
    case 'finish-soak':
      return [{ type: 'soak.finished', stage: action.stage }]
    case 'place-groups':
      return [{ type: 'stage.placed', stage: action.stage.name, waves: placedWavesOf(placeByTag(action.stage, () => ({}))) }]
    case 'measure-exposure':
      return [{ type: 'exposure.measured', stage: action.stage.name, machines: 2 }]
    case 'check-fleet':
      return [{ type: 'fleet.checked', exposed: [], unasked: [] }]
    case 'finish': {
      const { openToProductionMs, openToProductionWallMs } = action
      return [{ type: 'release.finished', openToProductionMs, openToProductionWallMs }]
    }
    case 'fail':
      return [{ type: 'release.failed', cause: action.cause }]
    case 'give-way':
      return [{ type: 'release.superseded', by: action.to }]
    case 'refuse':
      return [{ type: 'release.refused', reasons: action.reasons }]
  }
}

/** The events of an action that went wrong; what cannot go wrong goes well. */
export function failureOf(action: Action, token: string): readonly ReleaseEvent[] {
  switch (action.kind) {
    case 'bake':
      return [{ type: 'bake.failed', cause: 'the disk is full' }]
    case 'verify':
      return [{ type: 'verify.finished', verdict: 'refuse', reasons: ['rule X fails'], counts: scanCounts(), evidence: [] }]
    case 'copy':
      return [
        { type: 'copy.failed', region: action.region, architecture: action.image.architecture, cause: 'the key is disabled' },
      ]
    case 'share':
      return [{ type: 'share.failed', region: action.region, account: action.account, imageId: action.imageId, cause: 'denied' }]
    case 'roll':
      return [{ type: 'roll.failed', group: action.key, cause: 'no capacity', undone: true }]
    case 'undo-roll':
      return [{ type: 'undo.failed', group: action.key, cause: 'the template version is gone' }]
    case 'place-groups':
      return [{ type: 'placing.failed', stage: action.stage.name, cause: 'denied' }]
    case 'test':
      return testResults(action.stage, action.round, false)
    default:
      return successOf(action, token)
  }
}

export function rollIntent(group: GroupKey, imageId: string, token: string): ReleaseEvent {
  return {
    type: 'roll.intended',
    group,
    imageId,
    previous: { templateId: 'lt-0123456789abcdef0', version: 7, imageId: 'ami-00000000000000001' },
    token,
  }
}

function testResults(stage: StagePolicy, round: 'start' | 'during' | 'end', ok: boolean): readonly ReleaseEvent[] {
  const names = [...stage.soak.tests.map(({ name }) => name), ...(stage.soak.alarms.length > 0 ? ['alarms'] : [])]
  return names.map((test) => ({
    type: 'test.finished',
    stage: stage.name,
    round,
    test,
    ok,
    detail: ok ? '' : 'it answered 500',
  }))
}

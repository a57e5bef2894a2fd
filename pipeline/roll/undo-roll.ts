// Takes a group back to what it ran before its roll: a refresh of its own, as AWS cannot roll a finished one back.

import type { CloudAt } from '../ports/index.ts'
import { type Performer, type PerformerRequest, placeOf, type ReleaseEvent, type Roll, sameGroup } from '../release/index.ts'
import { undoNodes } from './karpenter-roll.ts'
import { createLease, type Lease } from './lease.ts'
import { type MoveContext, makeMove } from './make-move.ts'
import type { Move } from './move.ts'
import { nodeGroupMove } from './node-group-move.ts'
import { putBack } from './node-group-roll.ts'
import { parameterMove } from './parameter-roll.ts'
import type { RollPorts } from './roll.ts'
import { withHooks } from './with-hooks.ts'

type Request = PerformerRequest<'undo-roll'>

export function createUndoRoll({ cloud, callHook }: RollPorts): Performer<'undo-roll'> {
  return async (request) => {
    const { key, stage } = request.action
    const roll = request.release.rolls.find((candidate) => sameGroup(candidate.key, key))
    const lease = createLease(request, 'undo')
    const outcome = await withHooks(callHook, request, {
      during: 'undo',
      lease,
      imageId: roll?.previous?.imageId,
      mayBegin: true,
      move: () => undone(cloud.at(placeOf(stage, key)), request, roll, lease),
      // Machines that failed are not kept because nobody could be told.
      refused: undefined,
    })
    return [outcome]
  }
}

async function undone(at: CloudAt, request: Request, roll: Roll | undefined, lease: Lease): Promise<ReleaseEvent> {
  const { key, target, previous } = request.action
  if (target.karpenter !== undefined) return undoNodes(at, request, roll?.previous?.imageId)
  const template = await at.describeTemplateVersion(previous.templateId, String(previous.version))
  if (!template.ok) {
    const name = `version ${previous.version} of ${previous.templateId}`
    return failed(request, `${name}, which the group ran before, cannot be read: ${template.message}`)
  }
  const begunAt = roll?.undo.state === 'begun' ? roll.undo.begun.at : request.clock.now()
  const context: MoveContext = {
    at,
    clock: request.clock,
    signal: request.signal,
    log: (line) => request.log(`${key.region}/${key.group}: undo: ${line}`),
    looking: lease.renew,
    // An undoing is found again by its target and its place after the roll's refresh: nothing need be recorded.
    started: async () => undefined,
  }
  const move: Move = {
    group: key,
    // The alarms are why it goes back: AWS would refuse to start while they are not OK, and there is nothing left to watch.
    policy: { ...target.roll, alarms: [], bakeTimeMs: 0 },
    target: { templateId: previous.templateId, version: previous.version },
    previous: roll?.refresh?.template ?? previous,
    ...parameterMove(target, roll?.previous?.imageId, roll?.imageId),
    ...nodeGroupMove(target, request.token, template.value.imageId, roll?.imageId),
    refreshId: undefined,
    afterRefreshId: refreshIdOf(roll),
    deadlineAt: begunAt + target.roll.deadlineMs,
  }
  const end = await putBack(context, move, roll?.previousLimit, await makeMove(context, move))
  return end.kind === 'succeeded' ? { type: 'undo.finished', group: key, refreshId: end.refreshId } : failed(request, end.cause)
}

function refreshIdOf(roll: Roll | undefined): string | undefined {
  return roll?.step.state === 'finished' ? roll.step.result.refreshId : roll?.refresh?.refreshId
}

function failed({ action }: Request, cause: string): ReleaseEvent {
  return { type: 'undo.failed', group: action.key, cause }
}

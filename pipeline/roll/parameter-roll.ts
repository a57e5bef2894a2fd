// What is different for a group whose template names a parameter as its image: what it ran before, who shares its fate, and its way back.

import type { CloudAt, CloudOutcome } from '../ports/index.ts'
import { type GroupTarget, type PerformerRequest, rollOf, sharersOf } from '../release/index.ts'
import type { PreflightFacts, Refusal } from './check.ts'
import { machinesThere } from './group-now.ts'
import { writeImage } from './image-parameter.ts'
import type { MoveContext, MoveEnd } from './make-move.ts'
import type { Move } from './move.ts'
import { isByHand } from './owner-checks.ts'
import { preflight } from './preflight.ts'
import { readFacts, volumeKeyOf } from './read-facts.ts'
import { besideOf } from './read-room.ts'
import { takeBack } from './take-back.ts'

type Request = PerformerRequest<'roll'>

/** The part of a move that a parameter makes; nothing for a group that is moved by template versions. */
export function parameterMove(
  { parameter }: GroupTarget,
  target: string | undefined,
  previous: string | undefined,
): Pick<Move, 'parameter'> {
  if (parameter === undefined || target === undefined) return {}
  return { parameter: { name: parameter, target, previous: previous ?? target } }
}

/**
 * What the groups of a parameter go back to. Where another of them has written it already, the ledger says what it held; a runner
 * that cannot know that yet goes by what the group's machines run.
 */
export async function previousImage(at: CloudAt, request: Request, facts: PreflightFacts): Promise<CloudOutcome<string>> {
  const { stage, target, imageId } = request.action
  const earlier = sharersOf(stage, target).flatMap((other) => rollOf(request.release, stage, other)?.previous?.imageId ?? [])
  const held = facts.parameter?.value ?? imageId
  const known = earlier[0] ?? (held === imageId ? undefined : held)
  if (known !== undefined) return { ok: true, value: known }
  const machines = await machinesThere(at, target)
  if (!machines.ok) return machines
  return { ok: true, value: machines.value.find((machine) => machine.imageId !== imageId)?.imageId ?? imageId }
}

/**
 * Writing the parameter moves every group it serves: one that could not be rolled keeps all of them from beginning. One of an undo
 * that only waits for room does not: what it launches by itself meanwhile is what it is to run.
 */
export async function sharersRefuse(at: CloudAt, request: Request): Promise<CloudOutcome<readonly Refusal[]>> {
  const { stage, target, imageId } = request.action
  const undoes = request.release.lane === 'undo'
  const waiting = sharersOf(stage, target).filter((other) => {
    const roll = rollOf(request.release, stage, other)
    return roll === undefined || roll.step.state === 'waiting'
  })
  const refusals: Refusal[] = []
  for (const other of waiting) {
    const asked = { ...other, imageId, volumeKey: volumeKeyOf(stage, other) }
    const facts = await readFacts(at, asked, besideOf(request, other))
    if (!facts.ok) return facts
    const { group } = facts.value
    const ordered = rollOf(request.release, stage, other)?.hand?.orderedBy
    const found = [
      ...preflight(facts.value, { stage, target: other, recorded: true, ...(undoes && { undoes }) }).filter(
        ({ lacksRoom }) => !(undoes && lacksRoom),
      ),
      ...(group !== undefined && isByHand(group) && ordered === undefined && !undoes ? [byHand] : []),
    ]
    const [first] = found
    if (first !== undefined) {
      refusals.push({
        cause: `${other.name}, which ${target.parameter} serves too, cannot be rolled: ${first.cause}`,
        hint: first.hint,
      })
    }
  }
  if (refusals.length === 0 || target.parameter === undefined) return { ok: true, value: [] }
  // One of them may have begun since: all of them were ready then, and what is seen now is its roll.
  const now = await at.imageParameter(target.parameter)
  if (!now.ok) return now
  return { ok: true, value: now.value.value === imageId ? [] : refusals }
}

const byHand: Refusal = {
  cause: 'it waits for a person’s word',
  hint: 'Give it a parameter of its own, or take the tag drover:roll off it.',
}

/**
 * After a move by a parameter has failed: the old value is written again, so that no new machine gets the new image, and what was
 * replaced is replaced back by a refresh of its own. A successor that takes the group over needs the value only. An undo leaves
 * everything as it is: what it came from is no better.
 */
export async function wayBack(
  context: MoveContext,
  { action, release }: Request,
  move: Move,
  end: MoveEnd,
  refreshId: string | undefined,
): Promise<MoveEnd> {
  const { parameter } = move
  if (end.kind === 'succeeded' || parameter === undefined || release.lane === 'undo') return end
  const written = await writeImage(context, parameter.name, parameter.previous)
  if (!written.ok)
    return { ...end, cause: `${end.cause}; the parameter could not be set back: ${written.message}`, undone: false }
  if (end.undone || (move.yieldTo !== undefined && !move.yieldTo.goesBack)) return end
  const machines = await machinesThere(context.at, action.target)
  if (machines.ok && !machines.value.some(({ imageId }) => imageId !== parameter.previous)) return { ...end, undone: true }
  return takeBack(context, move, end, {
    // As an undo goes: AWS would refuse to start while alarms are not OK.
    policy: { ...action.target.roll, alarms: [], bakeTimeMs: 0 },
    target: move.previous,
    previous: move.target,
    parameter: { name: parameter.name, target: parameter.previous, previous: parameter.target },
    afterRefreshId: refreshId ?? move.afterRefreshId,
  })
}

// What AWS can't roll back is taken back by another move, within the time that one move may take.

import { lastMoment } from './decide-move.ts'
import { type MoveContext, type MoveEnd, makeMove } from './make-move.ts'
import type { Move } from './move.ts'

type Failed = Extract<MoveEnd, { readonly kind: 'failed' }>

/** How the failed move has ended after it: undone, or with why it could not be. */
export async function takeBack(
  context: MoveContext,
  move: Move,
  end: Failed,
  back: Omit<Move, 'group' | 'refreshId' | 'deadlineAt'>,
): Promise<MoveEnd> {
  const quiet = { ...context, log: (line: string) => context.log(`going back: ${line}`), started: async () => undefined }
  const deadlineAt = lastMoment(move) + move.policy.deadlineMs
  const ended = await makeMove(quiet, { ...back, group: move.group, refreshId: undefined, deadlineAt })
  if (ended.kind === 'succeeded') return { ...end, undone: true }
  return { ...end, cause: `${end.cause}; it could not be taken back: ${ended.cause}` }
}

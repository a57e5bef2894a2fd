// What AWS has nothing of, as an answer of its own.

import type { CloudOutcome } from '../ports/index.ts'

/** AWS says “denied” of another account's image that isn't shared: for us it isn't there either. */
export async function ifThere<Value>(answer: Promise<CloudOutcome<Value>>): Promise<CloudOutcome<Value | undefined>> {
  const outcome = await answer
  if (outcome.ok || (outcome.kind !== 'not-found' && outcome.code !== 'AuthFailure')) return outcome
  return { ok: true, value: undefined }
}

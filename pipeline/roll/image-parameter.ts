// Writes the parameter that stands for a group's image, and does not count on it before it can be read.

import type { Clock, CloudAt, CloudOutcome } from '../ports/index.ts'

/** AWS looks at a new image after it has answered, as a rule within seconds. */
const mostReads = 10

/** The version that holds the image; written only when another is there, so that a repeat changes nothing. */
export async function writeImage(
  { at, clock }: { readonly at: CloudAt; readonly clock: Clock },
  name: string,
  imageId: string,
): Promise<CloudOutcome<{ readonly version: number }>> {
  const before = await at.imageParameter(name)
  if (!before.ok) return before
  if (before.value.value === imageId) return { ok: true, value: { version: before.value.version } }
  const written = await at.putImageParameter(name, imageId)
  if (!written.ok) return written
  for (let read = 1; read <= mostReads; read++) {
    const after = await at.imageParameter(name)
    if (after.ok && after.value.value === imageId) return { ok: true, value: { version: after.value.version } }
    await clock.pause(read * 1_000)
  }
  const message = `PutParameter ${name}: AWS did not take ${imageId}, which it looks at after it has answered`
  return { ok: false, kind: 'invalid', code: 'ImageNotTaken', message }
}

// Verification: boots fresh machines of the finished image, probes and scans them, and says pass or refuse.

import type { Config } from '../config/index.ts'
import { assert } from '../kernel/index.ts'
import type { Cloud, CloudAt } from '../ports/index.ts'
import type { Performer, PerformerRequest } from '../release/index.ts'
import { conclude } from './conclude.ts'
import { type Examination, type Examined, examineImage } from './examine-image.ts'
import { disposeFresh } from './fresh-machines.ts'
import type { ScanContext } from './scan.ts'

export interface VerifyContext extends ScanContext {
  readonly config: Config
  readonly cloud: Cloud
  /** AWS's program at this end of a session, where machines are reached through those. */
  readonly sessionPlugin: string
  /** Where verifications work, a private folder each: what a killed one left there (a key) is found again and removed. */
  readonly workDirectory: string
}

/** The performer of `verify`. Whatever happens, what it launched is gone when it returns; what could not be removed is named. */
export function createVerify(context: VerifyContext): Performer<'verify'> {
  return async (request) => {
    const { release, signal } = request
    assert(release.bake.state === 'finished', 'an image is verified after its bake')
    const family = context.config.families.find(({ name }) => name === release.family)
    if (!family) return [{ type: 'verify.failed', cause: `the configuration has no family ${release.family} any more` }]
    const cloud = context.cloud.at(context.config.images)
    const directory = `${context.workDirectory}/${request.token}`
    if (request.resumed) {
      await context.files.remove(directory)
      await dispose(cloud, request)
    }
    if (release.ending) return [{ type: 'verify.failed', cause: 'it was interrupted, and the release has ended since' }]
    await context.files.makeDirectory(directory, 0o700)
    try {
      const outcomes: Examined[] = []
      for (const image of release.bake.result.images) {
        const examined = await onFreshMachines(context, { request, family, cloud, image, directory })
        // A command that an interruption ended looks like a machine that gave the wrong answer.
        signal.throwIfAborted()
        if ('cause' in examined) return [{ type: 'verify.failed', cause: examined.cause }]
        outcomes.push(examined)
      }
      return [await conclude(context, request, family, outcomes)]
    } finally {
      await context.files.remove(directory)
    }
  }
}

/** The machines go before the next image's come: both have the same names. */
async function onFreshMachines(context: VerifyContext, examination: Examination): Promise<Examined | { readonly cause: string }> {
  try {
    return await examineImage(context, examination)
  } finally {
    await dispose(examination.cloud, examination.request)
  }
}

async function dispose(cloud: CloudAt, { clock, token, log }: PerformerRequest<'verify'>): Promise<void> {
  for (const message of await disposeFresh(cloud, clock, token)) log(`left behind: ${message}`)
}

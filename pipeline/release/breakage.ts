// What stops a release for good, as a sentence: a failure of the work, or a gate that refused.

import type { Action } from './decision.ts'
import { describeGroup } from './group-key.ts'
import type { Release } from './release.ts'

export type Breakage = Extract<Action, { readonly kind: 'fail' | 'refuse' }>

/** A copy or a share is tried this often before the release fails for it. */
const attemptLimit = 3

/** The first thing that broke the release, or undefined while it is sound. */
export function breakageOf(release: Release): Breakage | undefined {
  return (
    brokenBake(release) ??
    brokenVerification(release) ??
    brokenCopy(release) ??
    brokenShare(release) ??
    brokenRoll(release) ??
    brokenSoak(release) ??
    deniedApproval(release)
  )
}

function brokenBake({ bake }: Release): Breakage | undefined {
  return bake.state === 'failed' ? failure(`the bake failed: ${bake.cause}`) : undefined
}

function brokenVerification({ verify }: Release): Breakage | undefined {
  if (verify.state === 'failed') return failure(`the image could not be verified: ${verify.cause}`)
  if (verify.state !== 'finished' || verify.result.verdict === 'pass') return undefined
  return { kind: 'refuse', reasons: verify.result.reasons }
}

function brokenCopy({ copies }: Release): Breakage | undefined {
  for (const { region, step, failures } of copies) {
    if (step.state === 'failed' && failures >= attemptLimit) {
      return failure(`the copy to ${region} failed ${failures} times: ${step.cause}`)
    }
  }
  return undefined
}

function brokenShare({ shares }: Release): Breakage | undefined {
  const broken = shares.find(({ done, failures }) => !done && failures >= attemptLimit)
  return broken
    ? failure(`sharing ${broken.imageId} with ${broken.account} failed ${broken.failures} times: ${broken.cause}`)
    : undefined
}

function brokenRoll({ rolls }: Release): Breakage | undefined {
  for (const { key, step, refusal } of rolls) {
    if (refusal) return refused(`${describeGroup(key)} cannot be rolled: ${refusal.cause}`)
    if (step.state === 'failed') return failure(`the roll of ${describeGroup(key)} failed: ${step.cause}`)
  }
  return undefined
}

function brokenSoak({ soaks }: Release): Breakage | undefined {
  for (const { stage, tests } of soaks) {
    const failed = tests.find(({ ok }) => !ok)
    if (failed) return refused(`the test "${failed.test}" failed in ${stage}: ${failed.detail}`)
  }
  return undefined
}

function deniedApproval({ approvals }: Release): Breakage | undefined {
  const denied = approvals.find(({ answer }) => answer === 'denied')
  return denied ? refused(`${denied.by} denied the approval of ${denied.stage}: ${denied.reason}`) : undefined
}

function failure(cause: string): Breakage {
  return { kind: 'fail', cause }
}

function refused(reason: string): Breakage {
  return { kind: 'refuse', reasons: [reason] }
}

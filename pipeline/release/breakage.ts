// What stops a release for good, as a sentence: a failure of the work, or a gate that refused.

import type { Action } from './decision.ts'
import { describeGroup } from './group-key.ts'
import { groupsOf, nextStage, sourceImageOf } from './image.ts'
import type { Release } from './release.ts'
import { howOften, isGivenUp } from './trying.ts'

export type Breakage = Extract<Action, { readonly kind: 'fail' | 'refuse' }>

/** The first thing that broke the release, or undefined while it is sound. */
export function breakageOf(release: Release): Breakage | undefined {
  return (
    brokenBake(release) ??
    brokenVerification(release) ??
    brokenCopy(release) ??
    brokenShare(release) ??
    brokenPlacing(release) ??
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

/** A region that gets no image is no trouble before a stage needs it: until then the copy is tried again. */
function brokenCopy(release: Release): Breakage | undefined {
  const next = nextStage(release)
  for (const { region, architecture, step, failing } of release.copies) {
    if (step.state !== 'failed' || !failing || !isGivenUp(failing)) continue
    const needs = next && groupsOf(next).filter((target) => target.region === region)
    if (!needs?.some((target) => sourceImageOf(release, target).architecture === architecture)) continue
    return failure(`the copy to ${region}, which ${next?.name} needs, failed ${howOften(failing)}: ${step.cause}`)
  }
  return undefined
}

/** Only the next stage's are ever tried. */
function brokenShare({ shares }: Release): Breakage | undefined {
  for (const { imageId, account, done, failing, cause } of shares) {
    if (done || !failing || !isGivenUp(failing)) continue
    return failure(`sharing ${imageId} with ${account} failed ${howOften(failing)}: ${cause}`)
  }
  return undefined
}

/** Groups whose order is not known are not rolled. */
function brokenPlacing({ placing }: Release): Breakage | undefined {
  if (!placing || !isGivenUp(placing.failing)) return undefined
  const { stage, failing, cause } = placing
  return failure(`the look at the tags of ${stage}'s groups, by which its waves choose, failed ${howOften(failing)}: ${cause}`)
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

// A person's answer to a stage that requires approval.

import { type ProblemCode, ProblemError } from '../kernel/index.ts'
import { type LedgerEvent, type Release, type ReleaseEvent, releasesOf, type StagePolicy } from '../release/index.ts'
import { openSession, type SessionContext } from './session.ts'

export interface ApprovalAnswer {
  readonly releaseId: string
  readonly stage: string
  readonly granted: boolean
  readonly by: string
  readonly reason: string
}

/** Throws a ProblemError when there is nothing to answer; an answer may come before it is asked for, but only once. */
export async function answerApproval(context: SessionContext, answer: ApprovalAnswer): Promise<LedgerEvent> {
  const { releaseId, stage, by, reason } = answer
  const session = await openSession(context)
  const event: ReleaseEvent = { type: answer.granted ? 'approval.granted' : 'approval.denied', stage, by, reason }
  const mayAnswer = (events: readonly LedgerEvent[]) => {
    refuseAnswer(
      answer,
      releasesOf(events).find(({ id }) => id === releaseId),
    )
    return true
  }
  return (await session.append(releaseId, event, mayAnswer)) as LedgerEvent
}

function refuseAnswer({ releaseId, stage, by, reason }: ApprovalAnswer, release: Release | undefined): void {
  if (!release) throw problem('not-found', `there is no release ${releaseId} in the ledger`)
  if (release.ending) throw problem('bad-argument', `${releaseId} is over: it is ${release.ending.kind}`)
  const policy = release.policy.stages.find(({ name }) => name === stage)
  if (!policy) {
    const names = release.policy.stages.map(({ name }) => name).join(', ')
    throw problem('not-found', `${releaseId} has no stage ${stage}`, `its stages are ${names}`)
  }
  if (policy.approval === 'none') throw problem('bad-argument', `${stage} requires no approval`)
  if (!reason.trim()) throw problem('bad-argument', 'an answer needs a reason', 'say why with --reason')
  refuseApprover(by, release, policy)
  const given = release.approvals.find((one) => one.stage === stage && one.answer !== 'asked')
  if (given) throw problem('bad-argument', `${given.by} has already ${given.answer} the approval of ${stage}: ${given.reason}`)
}

/** Whoever may not say yes may not say no either: a denial ends the release. */
function refuseApprover(by: string, release: Release, { name, approvers }: StagePolicy): void {
  const person = personOf(by)
  if (approvers?.notOpener && person === personOf(release.openedBy)) {
    throw problem(
      'bad-argument',
      `${person} opened ${release.id} and may not answer for ${name} as well`,
      'let somebody else look at it',
    )
  }
  if (approvers && approvers.by.length > 0 && !approvers.by.includes(person)) {
    throw problem('bad-argument', `${person} may not answer for ${name}`, `those who may are ${approvers.by.join(', ')}`)
  }
}

/** Who it is, without the host or the CI run they acted from: `ada@laptop`, `ada via acme/images run 7`. */
function personOf(runner: string): string {
  return runner.split(/@| via /)[0] ?? runner
}

function problem(code: ProblemCode, message: string, hint?: string): ProblemError {
  return new ProblemError({ code, message, ...(hint === undefined ? {} : { hint }) })
}

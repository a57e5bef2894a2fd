// A role that was refused, told so that whoever reads it knows who asked, what for, and where to look.

import type { CloudFailure } from '../ports/index.ts'
import { CallFailed } from './failure.ts'

/** How the role was asked for. */
export type Asked =
  | { readonly by: 'assume'; readonly hasExternalId: boolean; readonly hasTags: boolean }
  | { readonly by: 'oidc'; readonly token: string }

export function refusedRole(failure: CloudFailure, role: string, asked: Asked, cause: unknown): CallFailed {
  if (failure.kind !== 'denied') return new CallFailed(failure, cause)
  const [, account = 'its account', name = role] = /^arn:[^:]+:iam::(\d{12}):role\/(.+)$/.exec(role) ?? []
  const message = `${failure.message}; ${advice(asked, name, account)}; \`drover iam --account ${account}\` prints what it needs`
  return new CallFailed({ ...failure, message }, cause)
}

function advice(asked: Asked, name: string, account: string): string {
  const whose = `the trust policy of ${name} in account ${account}`
  if (asked.by === 'oidc') return `${whose} must let in ${subjectOf(asked.token)}, and its account must know that issuer`
  const shown = [
    asked.hasExternalId ? 'the external ID of drover.yaml' : 'no external ID, since drover.yaml has none for it',
    ...(asked.hasTags ? ['session tags (sts:TagSession)'] : []),
  ]
  return `${whose} must let this runner in with ${shown.join(' and ')}, and the runner's own policy must allow it`
}

/** What the token says of itself: who it is for is no secret, the token is. */
function subjectOf(token: string): string {
  try {
    const { sub, iss } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    if (typeof sub === 'string' && typeof iss === 'string') return `${sub} of ${iss}`
  } catch {
    // Whatever it is, it is not shown.
  }
  return 'whoever this runner’s token is for (it can’t be read)'
}

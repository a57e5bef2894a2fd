// GetCallerIdentity and AssumeRole.

import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts'
import { everywhere } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { openSession } from './session.ts'

export const getCallerIdentity = operation<GetCallerIdentityRequest, GetCallerIdentityResponse>({
  handles: [],
  run: ({ caller }) => ({ UserId: caller.userId, Account: caller.account, Arn: caller.arn }),
})

/** Roles exist in every account this cloud knows; an account it does not know denies. */
export const assumeRole = operation<AssumeRoleRequest, AssumeRoleResponse>({
  handles: ['RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId'],
  run({ input, draft, caller, wallNow, random }) {
    const arn = required(input.RoleArn, 'RoleArn')
    const [, account = '', path = ''] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(arn) ?? []
    if (account === '') throw new ApiFault('ValidationError', `${arn} is invalid`)
    if (draft.get(everywhere, 'accounts', account) === undefined) {
      throw new ApiFault('AccessDenied', `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`)
    }
    const name = required(input.RoleSessionName, 'RoleSessionName')
    if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
      throw new ApiFault(
        'ValidationError',
        `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
      )
    }
    const durationSeconds = duration(input.DurationSeconds, caller.isSession)
    const key = openSession(
      draft,
      { account, role: path.split('/').at(-1) ?? path, name, durationSeconds, isChained: caller.isSession },
      wallNow,
      random,
    )
    return {
      Credentials: {
        AccessKeyId: key.id,
        SecretAccessKey: key.secretAccessKey,
        SessionToken: key.sessionToken,
        Expiration: new Date(key.expiresAt ?? wallNow),
      },
      AssumedRoleUser: { AssumedRoleId: key.userId, Arn: key.arn },
    }
  },
})

/** 15 minutes to 12 hours, one hour by default; "role chaining limits your session to a maximum of one hour" [doc: AssumeRole]. */
function duration(asked: number | undefined, isChained: boolean): number {
  const seconds = asked ?? 3_600
  if (seconds < 900 || seconds > 43_200) {
    throw new ApiFault(
      'ValidationError',
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must be between 900 and 43200`,
    )
  }
  if (isChained && seconds > 3_600) {
    throw new ApiFault(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  }
  return seconds
}

// GetCallerIdentity and AssumeRole.

import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts'
import { requestTagFacts } from '../../authorization/need.ts'
import { refuseUntrusted } from '../../authorization/trust.ts'
import type { Facts } from '../../policies/index.ts'
import { knownRole } from '../../store/known-roles.ts'
import { arnOfRole, type Role } from '../../store/role.ts'
import { everywhere } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Call, operation, required } from '../operation.ts'
import { openSession, sessionAnswer } from './session.ts'
import { sessionName, sessionPolicies, sessionSeconds, sessionTags } from './session-input.ts'

export const getCallerIdentity = operation<GetCallerIdentityRequest, GetCallerIdentityResponse>({
  handles: [],
  run: ({ caller }) => ({ UserId: caller.userId, Account: caller.account, Arn: caller.arn }),
})

/** A role that somebody made says who may take it; any other name is a role of every account this cloud knows. */
export const assumeRole = operation<AssumeRoleRequest, AssumeRoleResponse>({
  handles: ['RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId', 'Policy', 'PolicyArns', 'Tags', 'TransitiveTagKeys'],
  run(call) {
    const { input, draft, caller, wallNow, random } = call
    const { arn, account, name: role, made } = roleAsked(call)
    const name = sessionName(input.RoleSessionName)
    refuseUntrusted({
      draft,
      caller,
      circumstances: call,
      arn,
      role: made,
      facts: requestFacts(input, name),
      actions: input.Tags?.length ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'],
    })
    const durationSeconds = sessionSeconds(input.DurationSeconds, caller.isSession, made?.maxSessionSeconds)
    const { tags, transitiveTagKeys } = sessionTags(input, caller.session)
    const key = openSession(
      draft,
      {
        account,
        role,
        name,
        durationSeconds,
        isChained: caller.isSession,
        policies: sessionPolicies(draft, account, input),
        ...(Object.keys(tags).length === 0 ? {} : { tags, transitiveTagKeys }),
        ...(made === undefined ? {} : { roleId: made.id }),
      },
      wallNow,
      random,
    )
    return sessionAnswer(key, wallNow)
  },
})

interface RoleAsked {
  readonly arn: string
  readonly account: string
  readonly name: string
  readonly made: Role | undefined
}

function roleAsked({ input, draft, caller }: Call<AssumeRoleRequest>): RoleAsked {
  const arn = required(input.RoleArn, 'RoleArn')
  const [, account = '', path = ''] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(arn) ?? []
  if (account === '') throw new ApiFault('ValidationError', `${arn} is invalid`)
  const name = path.split('/').at(-1) ?? path
  const known = knownRole(draft, account, name)
  const isThere = known === undefined || (!known.isDeleted && arnOfRole(known) === arn)
  if (draft.get(everywhere, 'accounts', account) === undefined || !isThere) {
    throw new ApiFault('AccessDenied', `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`)
  }
  return { arn, account, name, made: known }
}

/** What trust policies and those of the caller can ask of the session [doc: list_awssecuritytokenservice]. */
function requestFacts(input: AssumeRoleRequest, name: string): Facts {
  return {
    ...requestTagFacts(input.Tags ?? []),
    'sts:ExternalId': input.ExternalId,
    'sts:RoleSessionName': name,
    'sts:TransitiveTagKeys': input.TransitiveTagKeys ?? [],
  }
}

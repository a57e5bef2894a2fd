// AssumeRole: a session in any account this cloud knows; roles trust everyone here, but sessions end as on AWS.

import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts'
import { everywhere } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: 900 s to 12 h; chained sessions at most one hour. */
const shortestSeconds = 900
const longestSeconds = 43_200
const longestChainedSeconds = 3_600

const roleShape = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:[\w+=,.@/-]+\/)?([\w+=,.@-]{1,64})$/
const sessionNameShape = /^[\w+=,.@-]{2,64}$/

export const assumeRole = operation<AssumeRoleRequest, AssumeRoleResponse>({
  // Trust policies are not modelled: an external ID and session tags are taken as given.
  handles: ['RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId', 'Tags', 'TransitiveTagKeys'],
  run({ input, draft, caller, wallNow }) {
    const arn = required(input.RoleArn, 'RoleArn')
    const name = required(input.RoleSessionName, 'RoleSessionName')
    if (!sessionNameShape.test(name)) throw new ApiFault('ValidationError', `Invalid role session name: ${name}`)
    const [, account, role] = roleShape.exec(arn) ?? []
    if (account === undefined || role === undefined) throw new ApiFault('ValidationError', `${arn} is invalid`)
    if (draft.get(everywhere, 'accounts', account) === undefined) {
      throw new ApiFault('AccessDenied', `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`)
    }
    const seconds = durationSeconds(input.DurationSeconds ?? 3_600, caller.isSession)
    const id = `ASIA${draft.mintHex(16).toUpperCase()}`
    const userId = `AROA${draft.mintHex(16).toUpperCase()}:${name}`
    const session = {
      id,
      secretAccessKey: draft.mintHex(40),
      sessionToken: draft.mintHex(64),
      account,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
      userId,
      expiresAt: wallNow + seconds * 1_000,
      isChained: caller.isSession,
    }
    draft.put(everywhere, 'accessKeys', id, session)
    return {
      Credentials: {
        AccessKeyId: id,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: session.sessionToken,
        Expiration: new Date(session.expiresAt),
      },
      AssumedRoleUser: { Arn: session.arn, AssumedRoleId: userId },
    }
  },
})

function durationSeconds(asked: number, isChained: boolean): number {
  const longest = isChained ? longestChainedSeconds : longestSeconds
  if (asked < shortestSeconds || asked > longest) {
    const why = isChained
      ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.'
      : ''
    throw new ApiFault('ValidationError', why || `DurationSeconds must be between ${shortestSeconds} and ${longestSeconds}`)
  }
  return asked
}

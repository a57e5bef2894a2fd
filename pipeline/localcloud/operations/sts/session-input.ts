// What a request says of the session it wants: its name, how long it lasts, policies that narrow it, and tags.

import type { AssumeRoleRequest, Tag } from '@aws-sdk/client-sts'
import { PolicyFlaw, parsePolicy } from '../../policies/index.ts'
import { type Draft, everywhere } from '../../store/state.ts'
import { type Tags, tagsFrom } from '../../store/tags.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { type CallerSession, required } from '../operation.ts'

/** "The plaintext that you use for both inline and managed session policies can't exceed 2,048 characters" [doc: AssumeRole]. */
const longestPolicies = 2_048
/** "You can provide up to 10 managed policy ARNs", "up to 50 session tags" [doc: AssumeRole]. */
const mostPolicies = 10
const mostTags = 50

export function sessionName(written: string | undefined): string {
  const name = required(written, 'RoleSessionName')
  if (/^[\w+=,.@-]{2,64}$/.test(name)) return name
  throw new ApiFault(
    'ValidationError',
    `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
  )
}

/** 15 minutes to 12 hours, one hour by default; "role chaining limits your session to a maximum of one hour" [doc: AssumeRole]. */
export function sessionSeconds(asked: number | undefined, isChained: boolean, longest = 43_200): number {
  const seconds = asked ?? 3_600
  if (seconds < 900 || seconds > 43_200) {
    throw new ApiFault(
      'ValidationError',
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must be between 900 and 43200`,
    )
  }
  if (seconds > longest) {
    throw new ApiFault('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }
  if (isChained && seconds > 3_600) {
    throw new ApiFault(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  }
  return seconds
}

/** Policy documents, those of managed policies of the role's account first. */
export function sessionPolicies(draft: Draft, account: string, input: AssumeRoleRequest): readonly string[] {
  const arns = input.PolicyArns ?? []
  if (arns.length > mostPolicies) throw invalid(`At most ${mostPolicies} PolicyArns can be given.`)
  const managed = arns.map(({ arn }) => {
    if (arn?.startsWith('arn:aws:iam::aws:')) throw unsupported(`the AWS managed policy ${arn}`)
    const policy = arn === undefined ? undefined : draft.get(everywhere, 'managedPolicies', arn)
    if (policy?.account !== account) throw invalid(`The policy ${arn} is not there.`)
    return policy.document
  })
  if (input.Policy === undefined) return managed
  if (input.Policy.length > longestPolicies)
    throw new ApiFault('PackedPolicyTooLarge', `The session policy has more than ${longestPolicies} characters.`)
  try {
    parsePolicy(input.Policy, 'identity')
  } catch (cause) {
    if (cause instanceof PolicyFlaw) throw new ApiFault('MalformedPolicyDocument', cause.message)
    throw cause
  }
  return [...managed, input.Policy]
}

/** The tags of the request over those that go on from the session it is asked with [doc: id_session-tags]. */
export function sessionTags(
  input: AssumeRoleRequest,
  from: CallerSession | undefined,
): Pick<CallerSession, 'tags' | 'transitiveTagKeys'> {
  const given = checkedTags(input.Tags ?? [])
  const transitive = input.TransitiveTagKeys ?? []
  const unknown = transitive.find((key) => given[key] === undefined)
  if (unknown !== undefined) throw invalid(`The transitive tag key ${unknown} is not among the tags of the request.`)
  const inherited = Object.fromEntries(
    (from?.transitiveTagKeys ?? []).flatMap((key) => {
      const value = from?.tags[key]
      return value === undefined ? [] : [[key, value] as const]
    }),
  )
  const conflict = Object.keys(given).find((key) => inherited[key] !== undefined)
  if (conflict !== undefined)
    throw invalid(`The tag ${conflict} conflicts with a transitive tag of the calling session, which cannot be overridden.`)
  return { tags: { ...inherited, ...given }, transitiveTagKeys: [...Object.keys(inherited), ...transitive] }
}

function checkedTags(list: readonly Tag[]): Tags {
  if (list.length > mostTags) throw invalid(`At most ${mostTags} session tags can be given.`)
  const tags = tagsFrom(list)
  const keys = Object.keys(tags).map((key) => key.toLowerCase())
  if (new Set(keys).size < list.length) throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  const odd = Object.entries(tags).find(
    ([key, value]) => key === '' || key.length > 128 || value.length > 256 || key.toLowerCase().startsWith('aws:'),
  )
  if (odd !== undefined) throw invalid(`The session tag ${odd[0]} is not valid.`)
  return tags
}

function invalid(message: string): ApiFault {
  return new ApiFault('ValidationError', message)
}

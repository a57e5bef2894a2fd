// What AssumeRole says of the session it wants: policies that narrow it, and tags.

import type { AssumeRoleRequest, Tag } from '@aws-sdk/client-sts'
import { PolicyFlaw, parsePolicy } from '../../policies/index.ts'
import { type Draft, everywhere } from '../../store/state.ts'
import { type Tags, tagsFrom } from '../../store/tags.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import type { CallerSession } from '../operation.ts'

/** "The plaintext that you use for both inline and managed session policies can't exceed 2,048 characters" [doc: AssumeRole]. */
const longestPolicies = 2_048
/** "You can provide up to 10 managed policy ARNs", "up to 50 session tags" [doc: AssumeRole]. */
const mostPolicies = 10
const mostTags = 50

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

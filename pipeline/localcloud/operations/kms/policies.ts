// GetKeyPolicy, PutKeyPolicy, and what every policy must be.

import type { GetKeyPolicyRequest, GetKeyPolicyResponse, PutKeyPolicyRequest } from '@aws-sdk/client-kms'
import { PolicyFlaw } from '../../policies/index.ts'
import type { KmsKey } from '../../store/kms-key.ts'
import type { Draft } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Caller, operation } from '../operation.ts'
import { mayUse, policyOf } from './key-policy.ts'
import { change, namedKey } from './named-key.ts'

export const getKeyPolicy = operation<GetKeyPolicyRequest, GetKeyPolicyResponse>({
  handles: ['KeyId', 'PolicyName'],
  run(call) {
    const key = namedKey(call, call.input.KeyId, 'GetKeyPolicy')
    refuseOtherPolicy(call.input.PolicyName)
    return { Policy: key.policy, PolicyName: 'default' }
  },
})

export const putKeyPolicy = operation<PutKeyPolicyRequest, object>({
  handles: ['KeyId', 'PolicyName', 'Policy', 'BypassPolicyLockoutSafetyCheck'],
  run(call) {
    const { input, draft, caller } = call
    const key = namedKey(call, input.KeyId, 'PutKeyPolicy')
    refuseOtherPolicy(input.PolicyName)
    const policy = input.Policy ?? ''
    refuseBadPolicy(draft, { ...key, policy }, caller, input.BypassPolicyLockoutSafetyCheck)
    change(draft, key, { policy })
    return {}
  },
})

/** "The only valid name is default" [doc: GetKeyPolicy]. */
function refuseOtherPolicy(name: string | undefined): void {
  if (name !== undefined && name !== 'default') throw new ApiFault('NotFoundException', 'No such policy exists')
}

/** "The default key policy … gives the account that owns the key permission to use IAM policies" [doc: key-policy-default]. */
export function ownersPolicy(account: string): string {
  const [Sid, Principal] = ['Enable IAM User Permissions', { AWS: `arn:aws:iam::${account}:root` }]
  const statement = { Sid, Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] })
}

/** "The key policy must allow the calling principal to make a subsequent PutKeyPolicy request" [doc: CreateKey]. */
export function refuseBadPolicy(draft: Draft, key: KmsKey, caller: Caller, isLockoutAllowed: boolean | undefined): void {
  try {
    policyOf(key)
  } catch (cause) {
    if (cause instanceof PolicyFlaw) throw new ApiFault('MalformedPolicyDocumentException', cause.message)
    throw cause
  }
  if (isLockoutAllowed || mayUse(draft, { ...key, grants: [] }, caller, ['PutKeyPolicy'])) return
  const why = 'The new key policy will not allow you to update the key policy in the future.'
  throw new ApiFault('MalformedPolicyDocumentException', why)
}

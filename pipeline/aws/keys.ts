// KMS keys: whether one can be used, and by whom.

import { DescribeKeyCommand, GetKeyPolicyCommand, ListGrantsCommand } from '@aws-sdk/client-kms'
import type { CloudAt, EncryptionKey } from '../ports/index.ts'
import { outcomeOf, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { everyItem } from './pages.ts'

type KeyVerbs = Pick<CloudAt, 'describeKey' | 'grantsOf' | 'keyPolicy'>

export function keyVerbs(call: Caller): KeyVerbs {
  return {
    describeKey: (key) => outcomeOf(() => describeKey(call, key)),
    grantsOf: (keyArn, grantee) => outcomeOf(() => grantsOf(call, keyArn, grantee)),
    keyPolicy: (keyArn) => outcomeOf(() => keyPolicy(call, keyArn)),
  }
}

async function describeKey(call: Caller, KeyId: string): Promise<EncryptionKey> {
  const { KeyMetadata: key } = await call(`DescribeKey ${KeyId}`, ({ kms }) => kms.send(new DescribeKeyCommand({ KeyId })))
  return {
    arn: text(key?.Arn, 'ARN of the key'),
    manager: key?.KeyManager === 'AWS' ? 'aws' : 'customer',
    state: text(key?.KeyState, 'state of the key'),
  }
}

/** Asked for by grantee: every attached volume is a grant too, up to 50,000 a key [doc: resource-limits]. */
async function grantsOf(call: Caller, KeyId: string, GranteePrincipal: string): Promise<readonly string[]> {
  const grants = await everyItem(async (Marker) => {
    const request = new ListGrantsCommand({ KeyId, GranteePrincipal, Marker })
    const answer = await call(`ListGrants ${KeyId}`, ({ kms }) => kms.send(request))
    return { items: answer.Grants, next: answer.NextMarker }
  })
  const open = grants.filter(({ Constraints }) => Constraints === undefined || Object.keys(Constraints).length === 0)
  return [...new Set(open.flatMap(({ Operations }) => Operations ?? []))].sort()
}

async function keyPolicy(call: Caller, KeyId: string): Promise<string> {
  const { Policy } = await call(`GetKeyPolicy ${KeyId}`, ({ kms }) => kms.send(new GetKeyPolicyCommand({ KeyId })))
  return text(Policy, 'policy of the key')
}

// A simulated cloud whose roles have exactly the printed policies and trust, less the right that is taken away.

import { KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms'
import type { LocalCloud } from '../../pipeline/localcloud/index.ts'
import type { Rights } from '../../pipeline/rights/index.ts'
import { administrator, hold, without } from '../support/rights.ts'

/** Whose right, by what the role is for, and which: `ec2:RunInstances`. */
export interface Taken {
  readonly from: 'runner' | 'images' | 'stages'
  readonly right: string
}

/** Roles and key policies as they are printed; the runner's own may be taken by the cloud's owner, as CI's may by its repository. */
export async function enforce(local: LocalCloud, { roles, keys }: Rights, taken?: Taken): Promise<void> {
  for (const { arn, duties, trust, policies } of roles) {
    const lost = taken?.from === kindOf(duties) ? taken.right : undefined
    await hold(local, arn, without(policies, lost), duties.includes('runner') ? undefined : trust)
  }
  for (const { account, region, key, policy, grants } of keys) {
    const accounts = grants.map((grant) => grant.account)
    const { arn } = await local.admin.call('add-kms-key', { account, region, name: key, accounts })
    const kms = new KMSClient({ region, endpoint: local.endpoint, credentials: await administrator(local, account) })
    await kms.send(new PutKeyPolicyCommand({ KeyId: arn, Policy: JSON.stringify(policy) }))
  }
}

export function kindOf(duties: readonly string[]): Taken['from'] {
  return duties.includes('runner') ? 'runner' : duties.includes('images') ? 'images' : 'stages'
}

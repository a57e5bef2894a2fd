// Roles of the local cloud that have the policies they are given and no others.

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { LocalCloud } from '../../pipeline/localcloud/index.ts'
import type { PolicyDocument } from '../../pipeline/rights/policy.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type Policies = readonly { readonly name: string; readonly document: PolicyDocument }[]

const region = 'eu-central-1'

/** Makes the role and holds it to those policies; without a trust policy only the owner of the cloud may take it. */
export async function hold(
  local: LocalCloud,
  arn: string,
  policies: Policies,
  trust: object = ownersTrust(local),
): Promise<void> {
  const [, , , , account = ''] = arn.split(':')
  const iam = new IAMClient({ region, endpoint: local.endpoint, credentials: await administrator(local, account) })
  const RoleName = arn.split('/').at(-1) ?? ''
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }))
  for (const { name, document } of policies.filter((policy) => policy.document.Statement.length > 0)) {
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: name, PolicyDocument: JSON.stringify(document) }))
  }
}

/** The policies less one right, wherever it stands. */
export function without(policies: Policies, right: string | undefined): Policies {
  return policies.map(({ name, document }) => {
    const left = document.Statement.map((one) => ({ ...one, Action: one.Action.filter((action) => action !== right) }))
    return { name, document: { ...document, Statement: left.filter(({ Action }) => Action.length > 0) } }
  })
}

/** A role nobody made, which may do everything. */
export async function administrator(local: LocalCloud, account: string): Promise<Credentials> {
  return take(local, local.credentials, `arn:aws:iam::${account}:role/administrator`)
}

export async function take(local: LocalCloud, credentials: Credentials, RoleArn: string): Promise<Credentials> {
  const sts = new STSClient({ region, endpoint: local.endpoint, credentials })
  const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'drover-test' }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken: sessionToken = '' } = given ?? {}
  return { accessKeyId, secretAccessKey, sessionToken }
}

function ownersTrust({ credentials }: LocalCloud): object {
  const Principal = { AWS: `arn:aws:iam::${credentials.account}:root` }
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: ['sts:AssumeRole', 'sts:TagSession'] }] }
}

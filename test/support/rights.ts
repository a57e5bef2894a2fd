// Rights as docs/aws.md lists them, and roles of the local cloud that have those and no others.

import { readFile } from 'node:fs/promises'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { LocalCloud } from '../../pipeline/localcloud/index.ts'
import { operations } from '../../pipeline/localcloud/operations/index.ts'

/** The actions named in a part of the page, as policies write them: `ec2:RunInstances`. */
export async function rightsIn(part: RegExp): Promise<readonly string[]> {
  const page = await readFile(new URL('../../docs/aws.md', import.meta.url), 'utf8')
  const [, section = ''] = part.exec(page) ?? []
  const written = [...section.matchAll(/`([a-z0-9]+:[A-Z]\w+)`/g)].flatMap(([, right = '']) => right)
  const named = [...section.matchAll(/(?<![:\w])[A-Z][A-Za-z]+[a-z]\b(?=[,;` |])/g)].flatMap(([action]) => inService(action))
  return [...new Set([...named, ...written])]
}

function inService(action: string): readonly string[] {
  return Object.entries(operations)
    .filter(([, actions]) => Object.hasOwn(actions, action))
    .map(([service]) => `${service === 'monitoring' ? 'cloudwatch' : service}:${action}`)
}

/** Makes the role, which only the owner of the cloud may take, and holds it to those actions. */
export async function hold(local: LocalCloud, arn: string, allowed: readonly string[]): Promise<void> {
  const [, , , , account = ''] = arn.split(':')
  const client = { region: 'us-east-1', endpoint: local.endpoint }
  const administrator = { RoleArn: `arn:aws:iam::${account}:role/administrator`, RoleSessionName: 'test' }
  const { Credentials } = await new STSClient({ ...client, credentials: local.credentials }).send(
    new AssumeRoleCommand(administrator),
  )
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = Credentials ?? {}
  const iam = new IAMClient({ ...client, credentials: { accessKeyId, secretAccessKey, sessionToken } })
  const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
  const owner = { AWS: `arn:aws:iam::${local.credentials.account}:root` }
  const RoleName = arn.split('/').at(-1) ?? ''
  const AssumeRolePolicyDocument = document({ Effect: 'Allow', Principal: owner, Action: 'sts:AssumeRole' })
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  const PolicyDocument = document({ Effect: 'Allow', Action: allowed, Resource: '*' })
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'drover', PolicyDocument }))
}

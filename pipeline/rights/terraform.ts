// The same rights as Terraform reads them, in its JSON syntax; a provider for each account where there are several.

import type { KeyRights } from './keys.ts'
import type { PolicyDocument } from './policy.ts'
import type { Rights, RoleRights } from './rights.ts'
import type { MaxSession } from './runner.ts'

type Block = Readonly<Record<string, unknown>>
type Resources = Readonly<Record<string, Readonly<Record<string, Block>>>>

/** With one account no provider is named: the root module's own is it. `region` needs the AWS provider 6. */
export function terraformJson({ roles, keys }: Rights): { readonly variable?: Block; readonly resource: Resources } {
  const grantors = keys.flatMap(({ account, policy, grants }) => [
    ...(policy ? [account] : []),
    ...grants.map((grant) => grant.account),
  ])
  const accounts = new Set([...roles.map(({ account }) => account), ...grantors])
  const provider = (account: string): Block => (accounts.size < 2 ? {} : { provider: `aws.account_${account}` })
  const parts = [...roles.map((role) => roleResources(role, provider)), ...keys.map((key) => keyResources(key, provider))]
  const variables = keys.filter(({ arn }) => arn === undefined).map(variableOf)
  return {
    ...(variables.length === 0 ? {} : { variable: Object.fromEntries(variables) }),
    resource: parts.reduce<Resources>(merged, {}),
  }
}

type Provider = (account: string) => Block

function roleResources(role: RoleRights, provider: Provider): Resources {
  const label = labelOf(`${role.account}_${role.name}`)
  const { trust, maxSession } = role
  const policies = role.policies.map(({ name, document }) => ({ name, document, label: labelOf(`${role.account}_${name}`) }))
  const attachedTo = trust === undefined ? role.name : `\${aws_iam_role.${label}.name}`
  return {
    ...(trust === undefined
      ? {}
      : {
          aws_iam_role: {
            [label]: {
              ...provider(role.account),
              name: role.name,
              assume_role_policy: textOf(trust),
              ...(maxSession && { max_session_duration: maxSession.seconds, description: described(maxSession) }),
            },
          },
        }),
    aws_iam_policy: Object.fromEntries(
      policies.map((policy) => [policy.label, { ...provider(role.account), name: policy.name, policy: textOf(policy.document) }]),
    ),
    aws_iam_role_policy_attachment: Object.fromEntries(
      policies.map((policy) => [
        policy.label,
        { ...provider(role.account), role: attachedTo, policy_arn: `\${aws_iam_policy.${policy.label}.arn}` },
      ]),
    ),
  }
}

function keyResources(key: KeyRights, provider: Provider): Resources {
  const label = keyLabel(key)
  const arn = key.arn ?? `\${var.${label}}`
  const policy = key.policy && { ...provider(key.account), region: key.region, key_id: arn, policy: textOf(key.policy) }
  const grants = key.grants.map(({ account, grantee: grantee_principal, operations }) => [
    labelOf(`${label}_for_${account}`),
    { ...provider(account), region: key.region, key_id: arn, grantee_principal, operations },
  ])
  return { ...(policy && { aws_kms_key_policy: { [label]: policy } }), aws_kms_grant: Object.fromEntries(grants) }
}

/** Only AWS knows which key has an alias. */
function variableOf(key: KeyRights): [string, Block] {
  return [keyLabel(key), { type: 'string', description: `ARN of ${key.key} of ${key.account} in ${key.region}` }]
}

function keyLabel({ account, region, key }: KeyRights): string {
  return labelOf(`key_${account}_${region}_${key.replace(/^arn:.*:/, '')}`)
}

function merged(all: Resources, some: Resources): Resources {
  const types = [...new Set([...Object.keys(all), ...Object.keys(some)])]
  const blocks = types.map((type) => [type, { ...all[type], ...some[type] }] as const)
  return Object.fromEntries(blocks.filter(([, named]) => Object.keys(named).length > 0))
}

function labelOf(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, 'role_')
}

/** IAM takes 1,000 characters, and keeps them where whoever shortens the session sees them [doc: API_CreateRole]. */
function described({ seconds, why }: MaxSession): string {
  return `Sessions of ${seconds} s: ${why}`
}

function textOf(document: PolicyDocument): string {
  // Terraform reads ${…} in any text as its own.
  return JSON.stringify(document).replaceAll('${', '$${')
}

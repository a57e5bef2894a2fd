// Keys: what the images' role does with them through EC2, what each key's policy says, and the grants groups need to launch.

import { rightsOfVerbs } from '../aws/index.ts'
import type { Config } from '../config/index.ts'
import { autoScalingRole, type Ground, groundOf, iamArn, keyResource, servicePrincipal } from './arns.ts'
import { keyVerbs } from './duties.ts'
import { type Conditions, type Draft, documentOf, type PolicyDocument, type Statement } from './policy.ts'

export interface KeyRights {
  readonly account: string
  readonly region: string
  /** As the configuration names it. */
  readonly key: string
  /** Undefined for an alias: only AWS knows which key has it. */
  readonly arn: string | undefined
  /** Undefined where only the grants are asked for. */
  readonly policy: PolicyDocument | undefined
  /** One for each account whose groups launch what the key encrypts. */
  readonly grants: readonly KeyGrant[]
}

export interface KeyGrant {
  /** Where the grant is made from. */
  readonly account: string
  readonly grantee: string
  readonly operations: readonly string[]
  readonly command: string
}

/** What EBS does for whoever it does it for. [doc: key-policy-requirements-EBS-encryption] */
const use = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptFrom', 'kms:ReEncryptTo']

/** What the service-linked role is granted. */
const granted = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
]

export function keyDrafts({ images }: Config, ground: Ground): readonly Draft[] {
  return namedKeys(images.account, images.kmsKeyIds, ground.regions).flatMap((keys) => useDrafts(ground, keys))
}

/** The keys of a stage's own volumes are looked at, and used by the role that its groups launch as alone. */
export function volumeKeyDrafts(account: string, kmsKeyIds: Readonly<Record<string, string>>): readonly Draft[] {
  return namedKeys(account, kmsKeyIds, Object.keys(kmsKeyIds)).map(lookDraft)
}

/** Keys that a statement can be about together. */
interface NamedKeys {
  /** Behind the names of their statements. */
  readonly suffix: string
  readonly resources: readonly string[]
  readonly named: Conditions
}

/** Those named by ID or ARN, and those named by alias: IAM knows a key's alias by a condition only. */
function namedKeys(
  account: string,
  kmsKeyIds: Readonly<Record<string, string>>,
  regions: readonly string[],
): readonly NamedKeys[] {
  const keys = regions.flatMap((region) => {
    const written = kmsKeyIds[region]
    return written === undefined ? [] : [keyResource({ account, region }, written)]
  })
  const aliased = keys.filter(({ alias }) => alias !== undefined)
  const aliases = { 'kms:ResourceAliases': [...new Set(aliased.flatMap(({ alias }) => alias ?? []))] }
  return [
    { suffix: '', resources: keys.filter(({ alias }) => alias === undefined).map(({ arn }) => arn), named: {} },
    { suffix: 'ByAlias', resources: aliased.map(({ arn }) => arn), named: { 'ForAnyValue:StringEquals': aliases } },
  ]
}

function lookDraft({ suffix, resources, named }: NamedKeys): Draft {
  return { sid: `LookAtKeys${suffix}`, actions: [...rightsOfVerbs(keyVerbs)], resources, conditions: named }
}

function useDrafts(ground: Ground, keys: NamedKeys): readonly Draft[] {
  const { suffix, resources, named } = keys
  const via = { StringEquals: { 'kms:ViaService': throughEc2(ground) } }
  const forEc2 = { Bool: { 'kms:GrantIsForAWSResource': 'true' } }
  return [
    lookDraft(keys),
    { sid: `UseKeysThroughEc2${suffix}`, actions: use, resources, conditions: { ...named, ...via } },
    { sid: `LetEc2UseKeys${suffix}`, actions: ['kms:CreateGrant'], resources, conditions: { ...named, ...via, ...forEc2 } },
  ]
}

export interface KeyUser {
  readonly account: string
  readonly region: string
}

/** `imagesRole` undefined: the account's own policies alone say who bakes. */
export function keyRights(
  { images }: Config,
  imagesRole: string | undefined,
  regions: readonly string[],
  users: readonly KeyUser[],
): readonly KeyRights[] {
  return Object.entries(images.kmsKeyIds)
    .filter(([region]) => regions.includes(region))
    .map(([region, key]) => {
      const ground = groundOf(images.account, regions)
      const accounts = [...new Set(users.filter((user) => user.region === region).map(({ account }) => account))].sort()
      const workloads = accounts.map((account) => ({ ...ground, account }))
      const { arn, alias } = keyResource({ account: images.account, region }, key)
      return {
        account: images.account,
        region,
        key,
        arn: alias === undefined ? arn : undefined,
        policy: documentOf(keyStatements(ground, imagesRole, workloads, images.organisationArn)),
        grants: workloads.map((workload) => grantFor(workload, region, alias === undefined ? arn : 'KEY_ARN')),
      }
    })
}

function keyStatements(
  ground: Ground,
  imagesRole: string | undefined,
  workloads: readonly Ground[],
  organisationArn: string | undefined,
): readonly Statement[] {
  const via = { StringEquals: { 'kms:ViaService': throughEc2(ground) } }
  const owner = statement('OwnAccount', [iamArn(ground, 'root')], ['kms:*'])
  const baker = imagesRole === undefined ? [] : bakerStatements(imagesRole, via)
  if (organisationArn !== undefined) return [owner, ...baker, ...organisationStatements(ground, organisationArn)]
  const others = workloads.filter(({ account }) => account !== ground.account)
  if (others.length === 0) return [owner, ...baker]
  const roots = others.map((workload) => iamArn(workload, 'root'))
  return [
    owner,
    ...baker,
    statement('WorkloadsLook', roots, ['kms:DescribeKey', 'kms:ListGrants']),
    {
      ...statement('WorkloadsGrantToAutoScaling', roots, ['kms:CreateGrant']),
      Condition: {
        StringLike: { 'kms:GranteePrincipal': others.flatMap(autoScalingRoles) },
        'ForAllValues:StringEquals': { 'kms:GrantOperations': granted },
      },
    },
  ]
}

/** Any account of it makes its own grant, so one that joins needs no other policy [doc: allow-org-ou-to-use-key]. */
function organisationStatements(ground: Ground, organisationArn: string): readonly Statement[] {
  const within = { 'aws:PrincipalOrgID': organisationArn.split('/').at(-1) ?? '' }
  return [
    { ...statement('OrganisationLooks', ['*'], ['kms:DescribeKey', 'kms:ListGrants']), Condition: { StringEquals: within } },
    {
      ...statement('OrganisationGrantsToAutoScaling', ['*'], ['kms:CreateGrant']),
      Condition: {
        StringEquals: within,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of policies
        StringLike: { 'kms:GranteePrincipal': autoScalingRoles({ ...ground, account: '${aws:PrincipalAccount}' }) },
        'ForAllValues:StringEquals': { 'kms:GrantOperations': granted },
      },
    },
  ]
}

/** A group may launch as one of them that has a suffix [doc: autoscaling-service-linked-role]. */
function autoScalingRoles(ground: Ground): readonly string[] {
  const usual = autoScalingRole(ground)
  return [usual, `${usual}_*`]
}

function bakerStatements(
  role: string,
  via: { readonly StringEquals: Readonly<Record<string, readonly string[]>> },
): readonly Statement[] {
  return [
    { ...statement('BakeThroughEc2', [role], use), Condition: via },
    {
      ...statement('BakeGrantsToEc2', [role], ['kms:CreateGrant']),
      Condition: { ...via, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ]
}

function statement(sid: string, principals: readonly string[], actions: readonly string[]): Statement {
  return { Sid: sid, Effect: 'Allow', Principal: { AWS: principals }, Action: actions, Resource: ['*'] }
}

/** "To specify a KMS key in a different account, you must use the key ARN" [doc: CreateGrant]: an alias stands as KEY_ARN. */
function grantFor(workload: Ground, region: string, keyName: string): KeyGrant {
  const grantee = autoScalingRole(workload)
  return { account: workload.account, grantee, operations: granted, command: grantCommand(region, keyName, grantee) }
}

/** Run from the grantee's account. */
export function grantCommand(region: string, keyName: string, grantee: string): string {
  return `aws kms create-grant --region ${region} --key-id ${keyName} --grantee-principal ${grantee} --operations ${granted.join(' ')}`
}

function throughEc2(ground: Ground): readonly string[] {
  return ground.regions.map((region) => servicePrincipal(ground, `ec2.${region}`))
}

// Which key a name means: an ID, an alias, an ARN, or none, which is AWS's own key for EBS.

import { createHash } from 'node:crypto'
import { type KmsKey, keyArn } from './kms-key.ts'
import { type Draft, type PlaceKey, placeKey, placeOf } from './state.ts'

export const ebsAlias = 'alias/aws/ebs'

export function aliasArn(place: PlaceKey, name: string): string {
  const { account, region } = placeOf(place)
  return `arn:aws:kms:${region}:${account}:${name}`
}

/** What a key's or an alias's ARN says; undefined when it is neither's. */
export function parsedArn(arn: string): { readonly place: PlaceKey; readonly id?: string; readonly alias?: string } | undefined {
  const [, region = '', account = '', id, alias] =
    /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(?:key\/([\w-]+)|(alias\/.+))$/.exec(arn) ?? []
  if (account === '') return undefined
  return { place: placeKey(account, region), ...(id === undefined ? {} : { id }), ...(alias === undefined ? {} : { alias }) }
}

/**
 * The ARN of a key written as ARN, ID, alias or not at all (the account's default key for EBS). It is only a name: whether there is such a
 * key shows when it is used. An alias that means none has one all the same.
 */
export function kmsKeyArn(draft: Draft, place: PlaceKey, written: string | undefined): string {
  const name = written === undefined || written === '' ? ebsAlias : written
  const arn = parsedArn(name)
  if (arn?.alias !== undefined) return kmsKeyArn(draft, arn.place, arn.alias)
  if (name.startsWith('arn:')) return name
  const id = name.startsWith('alias/') ? (draft.get(place, 'kmsAliases', name)?.keyId ?? idOfAlias(place, name)) : name
  return keyArn({ ...placeOf(place), id })
}

/** The key of an ARN, AWS's own for EBS included, which every account has in every region. */
export function findKey(draft: Draft, arn: string): KmsKey | undefined {
  const { place, id } = parsedArn(arn) ?? {}
  if (place === undefined || id === undefined) return undefined
  return draft.get(place, 'kmsKeys', id) ?? (isDefaultKey(arn) ? defaultKey(place) : undefined)
}

/** "The default aws/ebs key can't be shared": snapshots under it stay in their account. */
export function isDefaultKey(arn: string): boolean {
  const { place, id } = parsedArn(arn) ?? {}
  return place !== undefined && id === idOfAlias(place, ebsAlias)
}

/** "AWS managed keys … you cannot change their policies or schedule them for deletion": AWS's own policy for the key of EBS. */
export function defaultKey(place: PlaceKey): KmsKey {
  const { account, region } = placeOf(place)
  return {
    id: idOfAlias(place, ebsAlias),
    account,
    region,
    manager: 'AWS',
    description: 'Default key that protects my EBS volumes when no other key is defined',
    createdAt: 0,
    state: 'Enabled',
    policy: JSON.stringify({
      Version: '2012-10-17',
      Id: 'auto-ebs-2',
      Statement: [
        {
          Sid: 'Allow access through EBS for all principals in the account that are authorized to use EBS',
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'CreateGrant', 'DescribeKey'].map(
            (name) => `kms:${name}`,
          ),
          Resource: '*',
          Condition: { StringEquals: { 'kms:ViaService': `ec2.${region}.amazonaws.com`, 'kms:CallerAccount': account } },
        },
        {
          Sid: 'Allow direct access to key metadata to the account',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
          Resource: '*',
        },
      ],
    }),
    grants: [],
    tags: {},
  }
}

/** Always the same for the same alias. */
function idOfAlias(place: PlaceKey, alias: string): string {
  const hex = createHash('sha256').update(`${place}/${alias}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

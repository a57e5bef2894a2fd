// KMS keys by name only: the cloud holds no keys, but knows which one a volume says it is encrypted with.

import { createHash } from 'node:crypto'

const ebsDefault = 'alias/aws/ebs'

/** The ARN of a key written as ARN, ID, alias or not at all (the account's default key for EBS). An alias always means the same key. */
export function kmsKeyArn(written: string | undefined, account: string, region: string): string {
  const name = written === undefined || written === '' ? ebsDefault : written
  if (/^arn:[^:]+:kms:[^:]+:\d{12}:key\//.test(name)) return name
  const alias = /^arn:[^:]+:kms:([^:]+):(\d{12}):(alias\/.+)$/.exec(name)
  if (alias) return keyArn(alias[3] ?? '', alias[2] ?? '', alias[1] ?? '')
  return name.startsWith('alias/') ? keyArn(name, account, region) : `arn:aws:kms:${region}:${account}:key/${name}`
}

/** "The default aws/ebs key can't be shared": snapshots under it stay in their account. */
export function isDefaultKey(arn: string): boolean {
  const [, , , region = '', account = ''] = arn.split(':')
  return arn === keyArn(ebsDefault, account, region)
}

function keyArn(alias: string, account: string, region: string): string {
  const hex = createHash('sha256').update(`${account}/${region}/${alias}`).digest('hex')
  const id = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
  return `arn:aws:kms:${region}:${account}:key/${id}`
}

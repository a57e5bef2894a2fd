// The runner's own roles, one for each environment of the CI: which roles they may take, and the ledger they write.

import { ledgerCalls, sessionCalls } from '../aws/index.ts'
import { type Config, partitionOf } from '../config/index.ts'
import { type Draft, type Statement, statementsFor } from './policy.ts'

/** As policies call what the ledger's store calls. */
const inPolicies: Readonly<Record<string, string>> = { 's3:ListObjectsV2': 's3:ListBucket' }

export function runnerStatements(config: Config, roles: readonly string[]): readonly Statement[] {
  const ledger = config.ledger.kind === 's3' ? ledgerCalls.map((action) => inPolicies[action] ?? action) : []
  const needed = new Set<string>([...(roles.length === 0 ? [] : sessionCalls), ...ledger])
  return statementsFor(needed, [{ sid: 'TakeRoles', actions: sessionCalls, resources: roles }, ...ledgerDrafts(config)])
}

/** No delete: the ledger only grows. */
function ledgerDrafts({ ledger }: Config): readonly Draft[] {
  if (ledger.kind !== 's3') return []
  const bucket = `arn:${partitionOf(ledger.region)}:s3:::${ledger.bucket}`
  const folder = ledger.prefix === '' ? '' : `${ledger.prefix}/`
  return [
    { sid: 'WriteLedger', actions: ['s3:GetObject', 's3:PutObject'], resources: [`${bucket}/${folder}*`] },
    {
      sid: 'ListLedger',
      actions: ['s3:ListBucket'],
      resources: [bucket],
      conditions: folder === '' ? {} : { StringLike: { 's3:prefix': `${folder}*` } },
    },
  ]
}

// Roles: one written as a full ARN must be of the account it is taken in, and of the partition; so must the ledger's bucket.

import { partitionOf } from '../resolve/partition.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { childOf } from '../yaml/mapping.ts'
import type { Placed } from '../yaml/reader.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkRoles({ at, images, stages, ledger }: WrittenConfig): void {
  const home = images.region.value
  checkRole('images', images.account, images.role)
  checkPartition('images', home, images.role)
  for (const { name, value } of stages) {
    checkRole(`stage ${name}`, value.account.value, value.role)
    checkPartition(`stage ${name}`, home, value.role)
  }
  if (ledger.kind === 's3' && ledger.region !== '' && home !== '' && partitionOf(ledger.region) !== partitionOf(home)) {
    const message = `the ledger's region ${ledger.region} and the home region ${home} are in different partitions of AWS`
    reportFollowing(childOf(at, 'ledger'), 'config-conflict', message, separately)
  }
}

const separately = 'No role reaches from one into the other: give each its own configuration.'

function checkPartition(whose: string, home: string, role: Placed<string> | undefined): void {
  const [, partition] = /^arn:([^:]+):iam::/.exec(role?.value ?? '') ?? []
  if (role === undefined || partition === undefined || home === '' || partition === partitionOf(home)) return
  const message = `the role of ${whose} is in ${partition}, but ${home} is in ${partitionOf(home)}`
  reportFollowing(role.at, 'config-conflict', message, separately)
}

function checkRole(whose: string, account: string, role: Placed<string> | undefined): void {
  if (role === undefined || account === '') return
  const [, roleAccount] = /^arn:[^:]*:iam::(\d{12}):role\//.exec(role.value) ?? []
  if (roleAccount === undefined || roleAccount === account) return
  const hint = "Write the role's name alone: drover puts the account in."
  reportFollowing(
    role.at,
    'config-conflict',
    `the role of ${whose} is in account ${roleAccount}, but ${whose} is account ${account}`,
    hint,
  )
}

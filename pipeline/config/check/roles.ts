// Roles: one written as a full ARN must be of the account it is taken in, and of the partition; so must the ledger's bucket. One role
// is taken one way, and only who assumes one shows an external ID.

import { partitionOf, roleArn } from '../resolve/partition.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import type { WrittenRole } from '../written/role.ts'
import { childOf } from '../yaml/mapping.ts'
import type { Placed } from '../yaml/reader.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkRoles(written: WrittenConfig): void {
  const { at, images, stages, ledger } = written
  const home = images.region.value
  checkRole('images', images.account, images.role?.name)
  checkPartition('images', home, images.role?.name)
  for (const { name, value } of stages) {
    checkRole(`stage ${name}`, value.account.value, value.role?.name)
    checkPartition(`stage ${name}`, home, value.role?.name)
  }
  checkWays(written)
  if (ledger.kind === 's3' && ledger.region !== '' && home !== '' && partitionOf(ledger.region) !== partitionOf(home)) {
    const message = `the ledger's region ${ledger.region} and the home region ${home} are in different partitions of AWS`
    reportFollowing(childOf(at, 'ledger'), 'config-conflict', message, separately)
  }
}

interface Use {
  readonly whose: string
  readonly arn: string
  readonly role: WrittenRole
}

function checkWays({ images, stages }: WrittenConfig): void {
  const first = new Map<string, Use>()
  const accounts = [
    { whose: 'images', account: images.account, role: images.role },
    ...stages.map(({ name, value }) => ({ whose: `stage ${name}`, account: value.account.value, role: value.role })),
  ]
  for (const { whose, account, role } of accounts) {
    if (role === undefined) continue
    if (role.by.value === 'oidc' && role.externalId !== undefined) {
      const message = `the role of ${whose} is taken by OIDC, which shows no external ID`
      const hint = 'Leave `externalId` out: what the token says of its repository and environment takes its place.'
      reportFollowing(role.externalId.at, 'config-conflict', message, hint)
    }
    const use = { whose, arn: roleArn(role.name.value, account, images.region.value), role }
    const other = first.get(use.arn)
    if (other === undefined) first.set(use.arn, use)
    else if (!isSameWay(other.role, role)) {
      const message = `the role of ${whose} is that of ${other.whose}, but it is taken another way`
      reportFollowing(role.at, 'config-conflict', message, 'Write `by` and `externalId` alike wherever the role is named.')
    }
  }
}

function isSameWay(one: WrittenRole, other: WrittenRole): boolean {
  return one.by.value === other.by.value && one.externalId?.value === other.externalId?.value
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

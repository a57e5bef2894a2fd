// Roles: one written as a full ARN must be of the account it is taken in.

import type { WrittenConfig } from '../written/drover-file.ts'
import type { Placed } from '../yaml/reader.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkRoles({ images, stages }: WrittenConfig): void {
  checkRole('images', images.account, images.role)
  for (const { name, value } of stages) checkRole(`stage ${name}`, value.account.value, value.role)
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

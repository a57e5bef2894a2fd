// How each account's role is taken, by ARN; one that is simply assumed needs no word.

import type { RoleAccess } from '../../ports/index.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import type { WrittenRole } from '../written/role.ts'
import { roleArn } from './partition.ts'

export function rolesOf({ images, stages }: WrittenConfig): Readonly<Record<string, RoleAccess>> {
  const accounts = [
    { account: images.account, role: images.role },
    ...stages.map(({ value }) => ({ account: value.account.value, role: value.role })),
  ]
  return Object.fromEntries(
    accounts.flatMap(({ account, role }) => {
      const access = role && accessOf(role)
      return access ? [[roleArn(role.name.value, account, images.region.value), access]] : []
    }),
  )
}

function accessOf({ by, externalId }: WrittenRole): RoleAccess | undefined {
  if (by.value === 'oidc') return { by: 'oidc' }
  return externalId && { by: 'assume', externalId: externalId.value }
}

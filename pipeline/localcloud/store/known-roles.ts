// Looks roles up: made, made and deleted, or never made at all.

import type { Role } from './role.ts'
import { type Draft, everywhere } from './state.ts'

/** What is known of a role of that name: undefined when it was never made, and then it may do everything. */
export function knownRole(draft: Draft, account: string, name: string): Role | undefined {
  return draft.get(everywhere, 'roles', `${account}/${name}`)
}

/** The role of that name, when it was made and is still there. */
export function roleNamed(draft: Draft, account: string, name: string): Role | undefined {
  const role = knownRole(draft, account, name)
  return role?.isDeleted ? undefined : role
}

export function putRole(draft: Draft, role: Role): void {
  draft.put(everywhere, 'roles', `${role.account}/${role.name}`, role)
}

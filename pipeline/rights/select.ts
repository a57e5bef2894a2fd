// The part of all rights that one account, or one role, is about.

import type { Rights, RoleRights } from './rights.ts'

export interface Selection {
  readonly account?: string | undefined
  /** A role's name or ARN, or what it is for: `images`, a stage, `runner`. */
  readonly role?: string | undefined
}

/** Of an account also the grants that are made from it; with a role no keys. */
export function selected({ roles, keys }: Rights, { account, role }: Selection): Rights {
  const isAsked = (of: RoleRights) =>
    (account === undefined || of.account === account) &&
    (role === undefined || role === of.name || role === of.arn || of.duties.includes(role))
  if (role !== undefined) return { roles: roles.filter(isAsked), keys: [] }
  if (account === undefined) return { roles, keys }
  const theirs = keys.map((key) => ({
    ...key,
    policy: key.account === account ? key.policy : undefined,
    grants: key.grants.filter((grant) => grant.account === account),
  }))
  return {
    roles: roles.filter(isAsked),
    keys: theirs.filter(({ policy, grants }) => policy !== undefined || grants.length > 0),
  }
}

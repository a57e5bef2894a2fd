// CreateRole, GetRole, DeleteRole, ListRoles, UpdateAssumeRolePolicy.

import type {
  CreateRoleRequest,
  CreateRoleResponse,
  DeleteRoleRequest,
  GetRoleRequest,
  GetRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  UpdateAssumeRolePolicyRequest,
  Role as WireRole,
} from '@aws-sdk/client-iam'
import { putRole, roleNamed } from '../../store/known-roles.ts'
import { arnOfRole, type Role } from '../../store/role.ts'
import { everywhere } from '../../store/state.ts'
import { tagList, tagsFrom } from '../../store/tags.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import {
  alreadyExists,
  checkedDocument,
  checkedName,
  checkedPath,
  deleteConflict,
  encodedDocument,
  findRole,
  iamPage,
} from './entities.ts'

/** "Role trust policy length: 2048 characters" [doc: reference_iam-quotas]. */
const longestTrust = 2_048

export const createRole = operation<CreateRoleRequest, CreateRoleResponse>({
  handles: ['RoleName', 'AssumeRolePolicyDocument', 'Path', 'Description', 'MaxSessionDuration', 'Tags'],
  run({ input, draft, account, now }) {
    const name = checkedName(input.RoleName, 'roleName', 64)
    if (roleNamed(draft, account, name) !== undefined) throw alreadyExists(`Role with name ${name} already exists.`)
    const role: Role = {
      account,
      name,
      path: checkedPath(input.Path),
      id: `AROA${draft.mintHex(17).toUpperCase()}`,
      createdAt: now,
      maxSessionSeconds: sessionSeconds(input.MaxSessionDuration),
      trust: checkedDocument(input.AssumeRolePolicyDocument, 'trust', longestTrust),
      inline: {},
      attached: [],
      tags: tagsFrom(input.Tags),
      isDeleted: false,
      ...(input.Description === undefined ? {} : { description: input.Description }),
    }
    putRole(draft, role)
    return { Role: roleView(role) }
  },
})

/** "From 1 hour to 12 hours" [doc: CreateRole]. */
function sessionSeconds(asked = 3_600): number {
  if (asked >= 3_600 && asked <= 43_200) return asked
  throw new ApiFault(
    'ValidationError',
    `1 validation error detected: Value '${asked}' at 'maxSessionDuration' failed to satisfy constraint: Member must be between 3600 and 43200`,
  )
}

export const getRole = operation<GetRoleRequest, GetRoleResponse>({
  handles: ['RoleName'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    return { Role: { ...roleView(role), Tags: tagList(role.tags) } }
  },
})

export const listRoles = operation<ListRolesRequest, ListRolesResponse>({
  handles: ['PathPrefix', 'Marker', 'MaxItems'],
  run({ input, draft, account }) {
    const rows = draft
      .rows(everywhere, 'roles')
      .filter((role) => role.account === account && !role.isDeleted && role.path.startsWith(input.PathPrefix ?? '/'))
    const page = iamPage(rows, ({ name }) => name, input)
    return { Roles: page.rows.map(roleView), ...page.end }
  },
})

export const updateAssumeRolePolicy = operation<UpdateAssumeRolePolicyRequest, object>({
  handles: ['RoleName', 'PolicyDocument'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    putRole(draft, { ...role, trust: checkedDocument(input.PolicyDocument, 'trust', longestTrust) })
    return {}
  },
})

export const deleteRole = operation<DeleteRoleRequest, object>({
  handles: ['RoleName'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    const isInProfile = draft
      .rows(everywhere, 'instanceProfiles')
      .some((profile) => profile.account === account && profile.roleName === role.name)
    if (isInProfile) throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
    if (role.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.')
    if (Object.keys(role.inline).length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.')
    putRole(draft, { ...role, isDeleted: true })
    return {}
  },
})

export function roleView(role: Role): WireRole {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: arnOfRole(role),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodedDocument(role.trust),
    MaxSessionDuration: role.maxSessionSeconds,
    ...(role.description === undefined ? {} : { Description: role.description }),
  }
}

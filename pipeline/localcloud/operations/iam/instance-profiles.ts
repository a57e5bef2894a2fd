// Instance profiles, made here or through the admin door: each leads to one role.

import type {
  AddRoleToInstanceProfileRequest,
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
  DeleteInstanceProfileRequest,
  GetInstanceProfileRequest,
  GetInstanceProfileResponse,
  ListInstanceProfilesRequest,
  ListInstanceProfilesResponse,
  RemoveRoleFromInstanceProfileRequest,
  InstanceProfile as WireProfile,
  Role as WireRole,
} from '@aws-sdk/client-iam'
import { type InstanceProfile, profileArn, roleArn } from '../../store/account.ts'
import { roleNamed } from '../../store/known-roles.ts'
import { type Draft, everywhere } from '../../store/state.ts'
import { tagList, tagsFrom } from '../../store/tags.ts'
import { unsupported } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { roleId } from '../sts/session.ts'
import { alreadyExists, checkedName, deleteConflict, findRole, iamPage, limitExceeded, noSuchEntity } from './entities.ts'
import { roleView } from './roles.ts'

export const createInstanceProfile = operation<CreateInstanceProfileRequest, CreateInstanceProfileResponse>({
  handles: ['InstanceProfileName', 'Path', 'Tags'],
  run({ input, draft, account, now }) {
    const name = checkedName(input.InstanceProfileName, 'instanceProfileName', 128)
    if (input.Path !== undefined && input.Path !== '/') throw unsupported(`Path=${input.Path} of CreateInstanceProfile`)
    if (draft.get(everywhere, 'instanceProfiles', `${account}/${name}`) !== undefined)
      throw alreadyExists(`Instance Profile ${name} already exists.`)
    const id = `AIPA${draft.mintHex(17).toUpperCase()}`
    const profile: InstanceProfile = { account, name, id, createdAt: now, tags: tagsFrom(input.Tags) }
    putProfile(draft, profile)
    return { InstanceProfile: profileView(draft, profile) }
  },
})

export const getInstanceProfile = operation<GetInstanceProfileRequest, GetInstanceProfileResponse>({
  handles: ['InstanceProfileName'],
  run({ input, draft, account }) {
    const profile = findProfile(draft, account, required(input.InstanceProfileName, 'InstanceProfileName'))
    return { InstanceProfile: profileView(draft, profile) }
  },
})

export const listInstanceProfiles = operation<ListInstanceProfilesRequest, ListInstanceProfilesResponse>({
  handles: ['PathPrefix', 'Marker', 'MaxItems'],
  run({ input, draft, account }) {
    const isAsked = (input.PathPrefix ?? '/') === '/'
    const rows = draft.rows(everywhere, 'instanceProfiles').filter((profile) => isAsked && profile.account === account)
    const page = iamPage(rows, ({ name }) => name, input)
    return { InstanceProfiles: page.rows.map((profile) => profileView(draft, profile)), ...page.end }
  },
})

export const deleteInstanceProfile = operation<DeleteInstanceProfileRequest, object>({
  handles: ['InstanceProfileName'],
  run({ input, draft, account }) {
    const profile = findProfile(draft, account, input.InstanceProfileName)
    if (profile.roleName !== undefined)
      throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
    draft.remove(everywhere, 'instanceProfiles', `${account}/${profile.name}`)
    return {}
  },
})

/** "An instance profile can contain only one role, and this quota cannot be increased" [doc: AddRoleToInstanceProfile]. */
export const addRoleToInstanceProfile = operation<AddRoleToInstanceProfileRequest, object>({
  handles: ['InstanceProfileName', 'RoleName'],
  run({ input, draft, account }) {
    const profile = findProfile(draft, account, input.InstanceProfileName)
    const role = findRole(draft, account, input.RoleName)
    if (profile.roleName !== undefined) throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1')
    putProfile(draft, { ...profile, roleName: role.name })
    return {}
  },
})

export const removeRoleFromInstanceProfile = operation<RemoveRoleFromInstanceProfileRequest, object>({
  handles: ['InstanceProfileName', 'RoleName'],
  run({ input, draft, account }) {
    const { roleName, ...profile } = findProfile(draft, account, input.InstanceProfileName)
    if (roleName === undefined || roleName !== input.RoleName)
      throw noSuchEntity(`Role with name ${input.RoleName} cannot be found in instance profile ${profile.name}.`)
    putProfile(draft, profile)
    return {}
  },
})

function putProfile(draft: Draft, profile: InstanceProfile): void {
  draft.put(everywhere, 'instanceProfiles', `${profile.account}/${profile.name}`, profile)
}

function findProfile(draft: Draft, account: string, name: string | undefined): InstanceProfile {
  const profile = draft.get(everywhere, 'instanceProfiles', `${account}/${name}`)
  if (profile === undefined) throw noSuchEntity(`Instance Profile ${name} cannot be found.`)
  return profile
}

function profileView(draft: Draft, profile: InstanceProfile): WireProfile {
  return {
    Path: '/',
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profileArn(profile.account, profile.name),
    CreateDate: new Date(profile.createdAt),
    Tags: tagList(profile.tags),
    Roles: profile.roleName === undefined ? [] : [roleIn(draft, profile, profile.roleName)],
  }
}

/** A role that was named at the admin door need not have been made. */
function roleIn(draft: Draft, { account, createdAt }: InstanceProfile, name: string): WireRole {
  const made = roleNamed(draft, account, name)
  if (made !== undefined) return roleView(made)
  return {
    Path: '/',
    RoleName: name,
    RoleId: roleId(account, name),
    Arn: roleArn(account, name),
    CreateDate: new Date(createdAt),
  }
}

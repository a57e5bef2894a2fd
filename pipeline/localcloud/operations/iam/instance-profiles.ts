// CreateInstanceProfile, AddRoleToInstanceProfile, GetInstanceProfile: IAM as far as machines need it. Roles have no policies here.

import type {
  AddRoleToInstanceProfileRequest,
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
  GetInstanceProfileRequest,
  GetInstanceProfileResponse,
  InstanceProfile as ProfileView,
} from '@aws-sdk/client-iam'
import { type InstanceProfile, profileArn, roleArn } from '../../store/account.ts'
import { type Draft, everywhere } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'

export const createInstanceProfile = operation<CreateInstanceProfileRequest, CreateInstanceProfileResponse>({
  handles: ['InstanceProfileName', 'Path', 'Tags'],
  run({ input, draft, account, now }) {
    const name = required(input.InstanceProfileName, 'InstanceProfileName')
    if (draft.get(everywhere, 'instanceProfiles', keyOf(account, name)) !== undefined) {
      throw new ApiFault('EntityAlreadyExists', `Instance Profile ${name} already exists.`, 409)
    }
    const profile: InstanceProfile = {
      account,
      name,
      id: `AIPA${draft.mintHex(17).toUpperCase()}`,
      roleName: '',
      createdAt: now,
      tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    }
    draft.put(everywhere, 'instanceProfiles', keyOf(account, name), profile)
    return { InstanceProfile: profileView(profile) }
  },
})

export const addRoleToInstanceProfile = operation<AddRoleToInstanceProfileRequest, object>({
  handles: ['InstanceProfileName', 'RoleName'],
  run({ input, draft, account }) {
    const profile = profileOf(draft, account, required(input.InstanceProfileName, 'InstanceProfileName'))
    // https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html: one role, and the quota can't be raised.
    if (profile.roleName !== '') {
      throw new ApiFault('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1', 409)
    }
    draft.change(everywhere, 'instanceProfiles', keyOf(account, profile.name), { roleName: required(input.RoleName, 'RoleName') })
    return {}
  },
})

export const getInstanceProfile = operation<GetInstanceProfileRequest, GetInstanceProfileResponse>({
  handles: ['InstanceProfileName'],
  run: ({ input, draft, account }) => ({
    InstanceProfile: profileView(profileOf(draft, account, required(input.InstanceProfileName, 'InstanceProfileName'))),
  }),
})

function profileOf(draft: Draft, account: string, name: string): InstanceProfile {
  const profile = draft.get(everywhere, 'instanceProfiles', keyOf(account, name))
  if (profile === undefined) throw new ApiFault('NoSuchEntity', `Instance Profile ${name} cannot be found.`)
  return profile
}

function profileView({ account, name, id, roleName, createdAt }: InstanceProfile): ProfileView {
  return {
    Path: '/',
    InstanceProfileName: name,
    InstanceProfileId: id,
    Arn: profileArn(account, name),
    CreateDate: new Date(createdAt),
    Roles:
      roleName === ''
        ? []
        : [
            {
              Path: '/',
              RoleName: roleName,
              RoleId: `AROA${id.slice(4)}`,
              Arn: roleArn(account, roleName),
              CreateDate: new Date(createdAt),
            },
          ],
  }
}

function keyOf(account: string, name: string): string {
  return `${account}/${name}`
}

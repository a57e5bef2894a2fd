// GetInstanceProfile: profiles are made through the admin door.

import type { GetInstanceProfileRequest, GetInstanceProfileResponse } from '@aws-sdk/client-iam'
import { profileArn, roleArn } from '../../store/account.ts'
import { everywhere } from '../../store/state.ts'
import { tagList } from '../../store/tags.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { roleId } from '../sts/session.ts'

export const getInstanceProfile = operation<GetInstanceProfileRequest, GetInstanceProfileResponse>({
  handles: ['InstanceProfileName'],
  run({ input, draft, account }) {
    const name = required(input.InstanceProfileName, 'InstanceProfileName')
    const profile = draft.get(everywhere, 'instanceProfiles', `${account}/${name}`)
    if (profile === undefined) throw new ApiFault('NoSuchEntity', `Instance Profile ${name} cannot be found.`)
    const createdAt = new Date(profile.createdAt)
    return {
      InstanceProfile: {
        Path: '/',
        InstanceProfileName: profile.name,
        InstanceProfileId: profile.id,
        Arn: profileArn(account, profile.name),
        CreateDate: createdAt,
        Tags: tagList(profile.tags),
        Roles: [
          {
            Path: '/',
            RoleName: profile.roleName,
            RoleId: roleId(account, profile.roleName),
            Arn: roleArn(account, profile.roleName),
            CreateDate: createdAt,
          },
        ],
      },
    }
  },
})

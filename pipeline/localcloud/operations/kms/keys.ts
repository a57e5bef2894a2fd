// CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion.

import type {
  CancelKeyDeletionRequest,
  CancelKeyDeletionResponse,
  CreateKeyRequest,
  CreateKeyResponse,
  DescribeKeyRequest,
  DescribeKeyResponse,
  DisableKeyRequest,
  EnableKeyRequest,
  KeyMetadata,
  ListKeysRequest,
  ListKeysResponse,
  ScheduleKeyDeletionRequest,
  ScheduleKeyDeletionResponse,
  Tag,
} from '@aws-sdk/client-kms'
import { defaultKey } from '../../store/key-name.ts'
import { type KmsKey, keyArn } from '../../store/kms-key.ts'
import type { Tags } from '../../store/tags.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { change, namedKey, refusePendingDeletion } from './named-key.ts'
import { ownersPolicy, refuseBadPolicy } from './policies.ts'

const dayMs = 86_400_000

export const createKey = operation<CreateKeyRequest, CreateKeyResponse>({
  handles: [
    'Policy',
    'Description',
    'KeyUsage',
    'KeySpec',
    'CustomerMasterKeySpec',
    'Origin',
    'BypassPolicyLockoutSafetyCheck',
    'Tags',
    'MultiRegion',
  ],
  run({ input, draft, place, account, region, caller, now }) {
    refuseOtherKinds(input)
    const key: KmsKey = {
      id: draft.mintUuid(),
      account,
      region,
      manager: 'CUSTOMER',
      description: input.Description ?? '',
      createdAt: now,
      state: 'Enabled',
      policy: input.Policy ?? ownersPolicy(account),
      grants: [],
      tags: tagsGiven(input.Tags),
    }
    refuseBadPolicy(draft, key, caller, input.BypassPolicyLockoutSafetyCheck)
    draft.put(place, 'kmsKeys', key.id, key)
    return { KeyMetadata: view(key) }
  },
})

/** Volumes are encrypted with symmetric keys of KMS's own making only. */
function refuseOtherKinds(input: CreateKeyRequest): void {
  const { KeyUsage = 'ENCRYPT_DECRYPT', KeySpec = input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT', Origin = 'AWS_KMS' } = input
  if (KeyUsage !== 'ENCRYPT_DECRYPT') throw unsupported(`KeyUsage=${KeyUsage} of CreateKey`)
  if (KeySpec !== 'SYMMETRIC_DEFAULT') throw unsupported(`KeySpec=${KeySpec} of CreateKey`)
  if (Origin !== 'AWS_KMS') throw unsupported(`Origin=${Origin} of CreateKey`)
  if (input.MultiRegion) throw unsupported('MultiRegion=true of CreateKey')
}

function tagsGiven(tags: readonly Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ TagKey, TagValue }) => [TagKey ?? '', TagValue ?? '']))
}

export const describeKey = operation<DescribeKeyRequest, DescribeKeyResponse>({
  handles: ['KeyId'],
  run(call) {
    return { KeyMetadata: view(namedKey(call, call.input.KeyId, 'DescribeKey', { aliases: true, otherAccounts: true })) }
  },
})

function view(key: KmsKey): KeyMetadata {
  return {
    AWSAccountId: key.account,
    KeyId: key.id,
    Arn: keyArn(key),
    CreationDate: new Date(key.createdAt),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
    ...(key.deletedAt === undefined ? {} : { DeletionDate: new Date(key.deletedAt) }),
  }
}

export const listKeys = operation<ListKeysRequest, ListKeysResponse>({
  handles: ['Limit', 'Marker'],
  run({ input, draft, place }) {
    const keys = [defaultKey(place), ...draft.rows(place, 'kmsKeys')].sort((a, b) => (a.id < b.id ? -1 : 1))
    const page = pageOf(keys, ({ id }) => id, {
      size: input.Limit ?? 100,
      token: input.Marker,
      largest: 1_000,
      badToken: 'InvalidMarkerException',
    })
    return {
      Keys: page.rows.map((key) => ({ KeyId: key.id, KeyArn: keyArn(key) })),
      NextMarker: page.nextToken,
      Truncated: page.nextToken !== undefined,
    }
  },
})

export const enableKey = operation<EnableKeyRequest, object>({
  handles: ['KeyId'],
  run(call) {
    const key = namedKey(call, call.input.KeyId, 'EnableKey')
    refusePendingDeletion(key)
    change(call.draft, key, { state: 'Enabled' })
    return {}
  },
})

export const disableKey = operation<DisableKeyRequest, object>({
  handles: ['KeyId'],
  run(call) {
    const key = namedKey(call, call.input.KeyId, 'DisableKey')
    refusePendingDeletion(key)
    change(call.draft, key, { state: 'Disabled' })
    return {}
  },
})

/** "7 to 30 days, inclusive; the default is 30" [doc: ScheduleKeyDeletion]. */
export const scheduleKeyDeletion = operation<ScheduleKeyDeletionRequest, ScheduleKeyDeletionResponse>({
  handles: ['KeyId', 'PendingWindowInDays'],
  run(call) {
    const key = namedKey(call, call.input.KeyId, 'ScheduleKeyDeletion')
    const days = call.input.PendingWindowInDays ?? 30
    if (days < 7 || days > 30) throw new ApiFault('ValidationException', `${days} is not a waiting period of 7 to 30 days.`)
    refusePendingDeletion(key)
    const deletedAt = call.now + days * dayMs
    change(call.draft, key, { state: 'PendingDeletion', deletedAt })
    return { KeyId: keyArn(key), DeletionDate: new Date(deletedAt), KeyState: 'PendingDeletion', PendingWindowInDays: days }
  },
})

/** "After you cancel the pending deletion of a KMS key, the key state is Disabled" [doc: deleting-keys-cancelling-key-deletion]. */
export const cancelKeyDeletion = operation<CancelKeyDeletionRequest, CancelKeyDeletionResponse>({
  handles: ['KeyId'],
  run(call) {
    const key = namedKey(call, call.input.KeyId, 'CancelKeyDeletion')
    if (key.state !== 'PendingDeletion') throw new ApiFault('KMSInvalidStateException', `${keyArn(key)} is not pending deletion.`)
    const { deletedAt: _deletedAt, ...kept } = key
    call.draft.put(call.place, 'kmsKeys', key.id, { ...kept, state: 'Disabled' })
    return { KeyId: keyArn(key) }
  },
})

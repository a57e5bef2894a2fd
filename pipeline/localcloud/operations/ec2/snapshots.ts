// Snapshots: describing, sharing and deleting them.

import type {
  CreateVolumePermission,
  DeleteSnapshotRequest,
  DescribeSnapshotAttributeRequest,
  DescribeSnapshotAttributeResult,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  ModifySnapshotAttributeRequest,
  Snapshot as WireSnapshot,
} from '@aws-sdk/client-ec2'
import { isDefaultKey } from '../../store/key-name.ts'
import { type Draft, type PlaceKey, placeOf } from '../../store/state.ts'
import { tagList } from '../../store/tags.ts'
import type { Snapshot } from '../../store/volume.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation, required } from '../operation.ts'
import { pageOf, refuseSizeBesideIds } from '../pages.ts'
import { regionSettings } from './sharing-settings.ts'

const fields: Fields<Snapshot> = {
  description: (snapshot) => snapshot.description,
  encrypted: (snapshot) => snapshot.encrypted,
  'owner-id': (snapshot) => snapshot.owner,
  progress: (snapshot) => progress(snapshot),
  'snapshot-id': (snapshot) => snapshot.id,
  'start-time': (snapshot) => new Date(snapshot.startedAt).toISOString(),
  status: (snapshot) => snapshot.state,
  'volume-id': (snapshot) => snapshot.volumeId,
  'volume-size': (snapshot) => snapshot.size,
}

export const describeSnapshots = operation<DescribeSnapshotsRequest, DescribeSnapshotsResult>({
  handles: ['SnapshotIds', 'OwnerIds', 'RestorableByUserIds', 'Filters', 'MaxResults', 'NextToken'],
  filters: fields,
  run({ input, draft, account, region }) {
    refuseSizeBesideIds(input.MaxResults, input.SnapshotIds, 'snapshotSet')
    const visible = draft
      .places()
      .filter((place) => placeOf(place).region === region)
      .flatMap((place) => draft.rows(place, 'snapshots'))
      .filter((snapshot) => snapshot.owner === account || snapshot.isPublic || snapshot.sharedWith.includes(account))
    const owners = input.OwnerIds?.map((owner) => (owner === 'self' ? account : owner))
    const restorers = input.RestorableByUserIds?.map((user) => (user === 'self' ? account : user))
    const chosen = byId(visible, input.SnapshotIds)
      .filter((snapshot) => !owners?.length || owners.includes(snapshot.owner))
      .filter(
        (snapshot) =>
          !restorers?.length ||
          restorers.some((user) =>
            user === 'all' ? snapshot.isPublic : snapshot.owner === user || snapshot.sharedWith.includes(user),
          ),
      )
    const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(chosen, input.Filters, fields), (snapshot) => snapshot.id, request)
    return { NextToken: page.nextToken, Snapshots: page.rows.map((snapshot) => snapshotView(snapshot, account)) }
  },
})

function byId(visible: readonly Snapshot[], ids: readonly string[] | undefined): readonly Snapshot[] {
  if (!ids?.length) return visible
  return ids.map((id) => {
    const snapshot = visible.find((candidate) => candidate.id === id)
    if (snapshot === undefined) throw noSuchSnapshot(id)
    return snapshot
  })
}

export function snapshotView(snapshot: Snapshot, viewer: string): WireSnapshot {
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId,
    State: snapshot.state,
    StartTime: new Date(snapshot.startedAt),
    Progress: progress(snapshot),
    OwnerId: snapshot.owner,
    Description: snapshot.description,
    VolumeSize: snapshot.size,
    Encrypted: snapshot.encrypted,
    StorageTier: 'standard',
    Tags: snapshot.owner === viewer ? tagList(snapshot.tags) : [],
    ...(snapshot.kmsKeyId === undefined ? {} : { KmsKeyId: snapshot.kmsKeyId }),
    ...(snapshot.stateMessage === undefined ? {} : { StateMessage: snapshot.stateMessage }),
  }
}

function progress(snapshot: Snapshot): string {
  return snapshot.state === 'completed' ? '100%' : ''
}

export const deleteSnapshot = operation<DeleteSnapshotRequest, object>({
  handles: ['SnapshotId'],
  run({ input, draft, place }) {
    const snapshot = ownSnapshot(draft, place, required(input.SnapshotId, 'SnapshotId'))
    const user = draft
      .rows(place, 'images')
      .find((image) => image.blockDevices.some((device) => device.snapshotId === snapshot.id))
    if (user !== undefined)
      throw new ApiFault('InvalidSnapshot.InUse', `The snapshot ${snapshot.id} is currently in use by ${user.id}`)
    draft.remove(place, 'snapshots', snapshot.id)
    return {}
  },
})

export const modifySnapshotAttribute = operation<ModifySnapshotAttributeRequest, object>({
  handles: ['SnapshotId', 'Attribute', 'CreateVolumePermission', 'GroupNames', 'OperationType', 'UserIds'],
  run({ input, draft, place }) {
    const snapshot = ownSnapshot(draft, place, required(input.SnapshotId, 'SnapshotId'))
    if (input.Attribute !== undefined && input.Attribute !== 'createVolumePermission') {
      throw unsupported(`the attribute ${input.Attribute} in ModifySnapshotAttribute`)
    }
    const { add, remove } = permissionsAsked(input)
    if (add.length > 0 && snapshot.kmsKeyId !== undefined && isDefaultKey(snapshot.kmsKeyId)) {
      throw new ApiFault('OperationNotPermitted', 'Encrypted snapshots with EBS default key cannot be shared')
    }
    const kept = snapshot.sharedWith.filter((user) => !remove.some((one) => one.UserId === user))
    const added = add.flatMap((one) => one.UserId ?? [])
    const isAll = (one: CreateVolumePermission) => one.Group === 'all'
    if (add.some(isAll) && regionSettings(draft, place).snapshotSharing !== 'unblocked')
      throw new ApiFault(
        'OperationNotPermitted',
        'Block public access for snapshots is enabled: the snapshot cannot be shared publicly.',
      )
    draft.change(place, 'snapshots', snapshot.id, {
      sharedWith: [...new Set([...kept, ...added])],
      isPublic: add.some(isAll) || (snapshot.isPublic && !remove.some(isAll)),
    })
    return {}
  },
})

function permissionsAsked(input: ModifySnapshotAttributeRequest): {
  add: readonly CreateVolumePermission[]
  remove: readonly CreateVolumePermission[]
} {
  const flat: CreateVolumePermission[] = [
    ...(input.UserIds ?? []).map((UserId) => ({ UserId })),
    ...(input.GroupNames ?? []).map((Group) => ({ Group: Group as 'all' })),
  ]
  const add = input.CreateVolumePermission?.Add ?? []
  const remove = input.CreateVolumePermission?.Remove ?? []
  return input.OperationType === 'remove' ? { add, remove: [...remove, ...flat] } : { add: [...add, ...flat], remove }
}

export const describeSnapshotAttribute = operation<DescribeSnapshotAttributeRequest, DescribeSnapshotAttributeResult>({
  handles: ['SnapshotId', 'Attribute'],
  run({ input, draft, place }) {
    const snapshot = ownSnapshot(draft, place, required(input.SnapshotId, 'SnapshotId'))
    if (input.Attribute !== 'createVolumePermission')
      throw unsupported(`the attribute ${input.Attribute} in DescribeSnapshotAttribute`)
    const all = snapshot.isPublic ? [{ Group: 'all' as const }] : []
    return { SnapshotId: snapshot.id, CreateVolumePermissions: [...all, ...snapshot.sharedWith.map((UserId) => ({ UserId }))] }
  },
})

function ownSnapshot(draft: Draft, place: PlaceKey, id: string): Snapshot {
  const snapshot = draft.get(place, 'snapshots', id)
  if (snapshot === undefined) throw noSuchSnapshot(id)
  return snapshot
}

function noSuchSnapshot(id: string): ApiFault {
  return new ApiFault('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`)
}

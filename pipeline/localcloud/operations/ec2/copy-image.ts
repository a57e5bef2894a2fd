// CopyImage and CopySnapshot: the same layers under a new ID, in the place the request was signed for.

import type { CopyImageRequest, CopyImageResult, CopySnapshotRequest, CopySnapshotResult } from '@aws-sdk/client-ec2'
import { type Image, imageTags } from '../../store/image.ts'
import { kmsKeyArn } from '../../store/key-name.ts'
import { type Draft, type PlaceKey, placeOf } from '../../store/state.ts'
import { type Tags, tagList } from '../../store/tags.ts'
import type { Snapshot } from '../../store/volume.ts'
import { ApiFault } from '../../wire/fault.ts'
import type { KeyUser } from '../kms/key-policy.ts'
import { operation, required } from '../operation.ts'
import { madeWith, requestKept } from './client-token.ts'
import { refuseTakenName, specified } from './create-image.ts'
import { findImage, mayLaunch, noSuchImage } from './visible-image.ts'
import { isUsable } from './volume-keys.ts'

/** How long a copy takes on the cloud's clock: the layers are shared, so this is only so that `pending` can be seen. */
export const copyMs = 2_000

export const copyImage = operation<CopyImageRequest, CopyImageResult>({
  handles: [
    'Name',
    'SourceImageId',
    'SourceRegion',
    'ClientToken',
    'Description',
    'Encrypted',
    'KmsKeyId',
    'CopyImageTags',
    'TagSpecifications',
  ],
  run({ input, draft, place, account, region, caller, now }) {
    const name = required(input.Name, 'Name')
    const sourceRegion = required(input.SourceRegion, 'SourceRegion')
    const sourceId = required(input.SourceImageId, 'SourceImageId')
    // Whatever became of its source since.
    const [earlier] = madeWith('images', draft, place, input)
    if (earlier !== undefined) return { ImageId: earlier.id }
    const source = copyableImage(draft, account, sourceRegion, sourceId)
    refuseTakenName(draft, place, name)
    // "User-defined tags attached by other AWS accounts are not copied" [doc: CopyImage].
    const copied: Tags = input.CopyImageTags ? imageTags(source, account) : {}
    const encryption = { encrypted: input.Encrypted ?? input.KmsKeyId !== undefined, kmsKeyId: input.KmsKeyId }
    const id = draft.mint('ami')
    const copies = source.blockDevices.map((device) => {
      const original = readableSnapshot(draft, account, source.region, device.snapshotId)
      const description = `Copied for DestinationAmi ${id} from SourceAmi ${source.id} for SourceSnapshot ${original.id}. Task created on ${now}.`
      const snapshot = snapshotCopy(draft, place, original, encryption, description, specified(input, 'snapshot'), now)
      return { device, snapshot, trouble: keyTrouble(draft, original, snapshot, caller) }
    })
    const trouble = copies.find((copy) => copy.trouble !== undefined)?.trouble
    const image: Image = {
      id,
      region,
      owner: account,
      name,
      description: input.Description ?? source.description,
      state: 'pending',
      architecture: source.architecture,
      createdAt: now,
      protection: 'disabled',
      rootDeviceName: source.rootDeviceName,
      blockDevices: copies.map(({ device, snapshot: { id: snapshotId, encrypted } }) => ({ ...device, snapshotId, encrypted })),
      layers: source.layers,
      isPublic: false,
      launchAccounts: [],
      launchOrganisations: [],
      sourceImageId: source.id,
      sourceRegion: source.region,
      making: { kind: 'copy', doneAt: now + copyMs, ...(trouble === undefined ? {} : { trouble }) },
      tags: { ...copied, ...specified(input, 'image') },
      ...(source.imdsSupport === undefined ? {} : { imdsSupport: source.imdsSupport }),
      ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
      ...requestKept(input),
    }
    draft.put(place, 'images', id, image)
    return { ImageId: id }
  },
})

export const copySnapshot = operation<CopySnapshotRequest, CopySnapshotResult>({
  handles: [
    'SourceRegion',
    'SourceSnapshotId',
    'Description',
    'DestinationRegion',
    'Encrypted',
    'KmsKeyId',
    'PresignedUrl',
    'TagSpecifications',
  ],
  run({ input, draft, place, account, region, caller, now }) {
    if (input.DestinationRegion !== undefined && input.DestinationRegion !== region) {
      throw new ApiFault(
        'InvalidParameterValue',
        `Value (${input.DestinationRegion}) for parameter destinationRegion is invalid. It must be the region of the request.`,
      )
    }
    const original = readableSnapshot(
      draft,
      account,
      required(input.SourceRegion, 'SourceRegion'),
      required(input.SourceSnapshotId, 'SourceSnapshotId'),
    )
    const encryption = { encrypted: input.Encrypted ?? input.KmsKeyId !== undefined, kmsKeyId: input.KmsKeyId }
    const copy = snapshotCopy(draft, place, original, encryption, input.Description ?? '', specified(input, 'snapshot'), now)
    const trouble = keyTrouble(draft, original, copy, caller)
    draft.change(place, 'snapshots', copy.id, trouble ? { state: 'error', stateMessage: trouble } : { state: 'completed' })
    return { SnapshotId: copy.id, Tags: tagList(copy.tags) }
  },
})

function copyableImage(draft: Draft, account: string, region: string, id: string): Image {
  const image = findImage(draft, region, id)
  if (image === undefined || !mayLaunch(draft, image, account)) throw noSuchImage(id)
  if (image.state !== 'available') throw new ApiFault('InvalidAMIID.Unavailable', `The image ID '${id}' is not available`)
  return image
}

/** "The owner must grant read permissions for the storage that backs the AMI" [doc: CopyingAMIs]. */
function readableSnapshot(draft: Draft, account: string, region: string, id: string): Snapshot {
  for (const place of draft.places()) {
    const snapshot = placeOf(place).region === region ? draft.get(place, 'snapshots', id) : undefined
    if (snapshot === undefined) continue
    if (snapshot.owner === account || snapshot.isPublic || snapshot.sharedWith.includes(account)) return snapshot
    throw new ApiFault('InvalidRequest', 'You do not have permission to access the storage of this ami')
  }
  throw new ApiFault('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`)
}

/** A copy of an encrypted snapshot is encrypted; under the account's default key unless another is named [doc: CopySnapshot]. */
function snapshotCopy(
  draft: Draft,
  place: PlaceKey,
  original: Snapshot,
  asked: { readonly encrypted: boolean; readonly kmsKeyId: string | undefined },
  description: string,
  tags: Tags,
  now: number,
): Snapshot {
  const { account, region } = placeOf(place)
  const encrypted = asked.encrypted || original.encrypted
  const snapshot: Snapshot = {
    id: draft.mint('snap'),
    owner: account,
    region,
    volumeId: 'vol-ffffffff',
    size: original.size,
    encrypted,
    state: 'pending',
    startedAt: now,
    description,
    sharedWith: [],
    isPublic: false,
    layers: original.layers,
    tags,
    ...(encrypted ? { kmsKeyId: kmsKeyArn(draft, place, asked.kmsKeyId) } : {}),
  }
  draft.put(place, 'snapshots', snapshot.id, snapshot)
  return snapshot
}

/** "If you attempt to copy an encrypted snapshot without permissions to use the key, the operation fails silently" [doc: ebs-copy-snapshot]. */
function keyTrouble(draft: Draft, original: Snapshot, copy: Snapshot, user: KeyUser): string | undefined {
  const isAccessible = [original, copy].every(
    ({ kmsKeyId, region }) => kmsKeyId === undefined || isUsable(draft, kmsKeyId, region, user),
  )
  return isAccessible ? undefined : 'Given key ID is not accessible. You must have DescribeKey permissions on the default CMK.'
}

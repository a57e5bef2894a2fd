// Whether the keys of encrypted volumes and snapshots can be used by whoever launches or copies.

import type { Instance } from '../../store/instance.ts'
import { findKey } from '../../store/key-name.ts'
import { type Draft, type PlaceKey, placeOf } from '../../store/state.ts'
import { type KeyUser, mayUse } from '../kms/key-policy.ts'
import { findSnapshotKey } from './launch-volumes.ts'

/** Everything EBS does with a key for its user [doc: key-policy-requirements-EBS-encryption]. */
const usedByEbs = ['CreateGrant', 'Decrypt', 'DescribeKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo']

/** How long an instance is pending before EC2 gives up on its volume's key; AWS names no figure. */
const keyRefusedAfterMs = 10_000

/** True for a key that is enabled, in that region, and may be used for EBS. */
export function isUsable(draft: Draft, arn: string, region: string, user: KeyUser): boolean {
  const key = findKey(draft, arn)
  return key?.state === 'Enabled' && key.region === region && mayUse(draft, key, user, usedByEbs, { via: 'ec2' })
}

/** True when its launcher may use every key it needs. */
export function hasItsKeys(draft: Draft, place: PlaceKey, instance: Instance, user: KeyUser): boolean {
  return keysOf(draft, place, instance).every((key) => isUsable(draft, key, placeOf(place).region, user))
}

/** The keys an instance needs: those of its volumes, and of the snapshots these are made of. */
export function keysOf(draft: Draft, place: PlaceKey, { volumes }: Instance): readonly string[] {
  return volumes.flatMap(({ volumeId }) => {
    const volume = draft.get(place, 'volumes', volumeId)
    if (volume === undefined) return []
    return [volume.kmsKeyId, findSnapshotKey(draft, volume.snapshotId)].filter((key) => key !== undefined)
  })
}

/** "Authenticated asynchronously": the launch is answered, and the instance ends when EC2 cannot use the key [doc: CreateVolume]. */
export function doomed(draft: Draft, place: PlaceKey, instance: Instance, now: number): Instance {
  const launchFailsAt = now + keyRefusedAfterMs
  draft.change(place, 'instances', instance.id, { launchFailsAt })
  return { ...instance, launchFailsAt }
}

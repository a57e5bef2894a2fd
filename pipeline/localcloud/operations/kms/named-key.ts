// The key a request of KMS names, if whoever asks may do that to it.

import { aliasArn, defaultKey, ebsAlias, findKey, kmsKeyArn, parsedArn } from '../../store/key-name.ts'
import { type KmsAlias, type KmsKey, keyArn } from '../../store/kms-key.ts'
import { type Draft, type PlaceKey, placeKey, placeOf } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import type { Call } from '../operation.ts'
import { type Circumstances, mayUse } from './key-policy.ts'

type Asking = Pick<Call<object>, 'draft' | 'place' | 'caller'>

/** How far a request may reach: to keys of other accounts, by alias [doc: the action's page says which]. */
export interface Reach {
  readonly otherAccounts?: boolean
  readonly aliases?: boolean
}

/** Throws what KMS answers when there is no such key here, or none for the caller. */
export function namedKey(
  { draft, place, caller }: Asking,
  written: string | undefined,
  action: string,
  reach: Reach = {},
  circumstances: Circumstances = {},
): KmsKey {
  const arn = arnWritten(draft, place, written, reach)
  const owner = parsedArn(arn)?.place ?? place
  const key = findKey(draft, arn)
  if (owner !== place && !reach.otherAccounts) throw accessDenied(caller.arn, action, arn)
  if (key !== undefined && mayUse(draft, key, caller, [action], circumstances)) return key
  // Of another account's keys not even that they are not there is told.
  throw key === undefined && owner === place ? noSuchKey(arn) : accessDenied(caller.arn, action, arn)
}

/** Every alias of a place, AWS's own included. */
export function aliasesOf(draft: Draft, place: PlaceKey): readonly KmsAlias[] {
  const { id: keyId, createdAt } = defaultKey(place)
  return [{ name: ebsAlias, keyId, createdAt }, ...draft.rows(place, 'kmsAliases')]
}

export function refuseUnlessEnabled(key: KmsKey): void {
  refusePendingDeletion(key)
  if (key.state === 'Disabled') throw new ApiFault('DisabledException', `${keyArn(key)} is disabled.`)
}

export function refusePendingDeletion(key: KmsKey): void {
  if (key.state === 'PendingDeletion') throw new ApiFault('KMSInvalidStateException', `${keyArn(key)} is pending deletion.`)
}

export function change(draft: Draft, key: KmsKey, changes: Partial<KmsKey>): void {
  draft.change(placeKey(key.account, key.region), 'kmsKeys', key.id, changes)
}

export function accessDenied(user: string, action: string, arn: string): ApiFault {
  const why = `because no resource-based policy allows the kms:${action} action`
  return new ApiFault(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: kms:${action} on resource: ${arn} ${why}`,
    400,
  )
}

export function noSuchAlias(place: PlaceKey, name: string): ApiFault {
  return new ApiFault('NotFoundException', `Alias ${aliasArn(place, name)} is not found.`)
}

function noSuchKey(arn: string): ApiFault {
  return new ApiFault('NotFoundException', `Key '${arn}' does not exist`)
}

function arnWritten(draft: Draft, place: PlaceKey, written: string | undefined, { aliases }: Reach): string {
  if (written === undefined || written === '') throw new ApiFault('ValidationException', 'A key must be named.')
  const parsed = parsedArn(written)
  if (written.startsWith('arn:') && parsed === undefined) throw new ApiFault('InvalidArnException', `Invalid arn ${written}`)
  const owner = parsed?.place ?? place
  const { region } = placeOf(owner)
  if (region !== placeOf(place).region) throw new ApiFault('NotFoundException', `Invalid arn ${region}`)
  const alias = parsed?.alias ?? (written.startsWith('alias/') ? written : undefined)
  if (alias === undefined) {
    if (parsed === undefined && !/^[\w-]+$/.test(written)) throw new ApiFault('NotFoundException', `Invalid keyId '${written}'`)
    return kmsKeyArn(draft, place, written)
  }
  if (!aliases) throw new ApiFault('NotFoundException', `Invalid keyId '${written}'`)
  if (owner === place && !aliasesOf(draft, owner).some(({ name }) => name === alias)) throw noSuchAlias(owner, alias)
  return kmsKeyArn(draft, place, written)
}

// CreateAlias, DeleteAlias, ListAliases.

import type { CreateAliasRequest, DeleteAliasRequest, ListAliasesRequest, ListAliasesResponse } from '@aws-sdk/client-kms'
import { aliasArn } from '../../store/key-name.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { aliasesOf, namedKey, noSuchAlias, refusePendingDeletion } from './named-key.ts'

export const createAlias = operation<CreateAliasRequest, object>({
  handles: ['AliasName', 'TargetKeyId'],
  run(call) {
    const { input, draft, place, now } = call
    const name = ownAliasName(input.AliasName)
    const key = namedKey(call, input.TargetKeyId, 'CreateAlias')
    refusePendingDeletion(key)
    if (draft.get(place, 'kmsAliases', name) !== undefined) {
      throw new ApiFault('AlreadyExistsException', `An alias with the name ${aliasArn(place, name)} already exists`)
    }
    draft.put(place, 'kmsAliases', name, { name, keyId: key.id, createdAt: now })
    return {}
  },
})

/** "Cannot begin with alias/aws/: this prefix is reserved for AWS managed keys" [doc: CreateAlias]. */
function ownAliasName(name = ''): string {
  if (!name.startsWith('alias/')) {
    throw new ApiFault('ValidationException', `Alias must start with the prefix "alias/": ${name}`)
  }
  if (/^alias\/aws\//.test(name) || !/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(name)) {
    throw new ApiFault('InvalidAliasNameException', `${name} is not a name that an alias of a customer managed key may have`)
  }
  return name
}

export const deleteAlias = operation<DeleteAliasRequest, object>({
  handles: ['AliasName'],
  run({ input, draft, place }) {
    const name = ownAliasName(input.AliasName)
    if (draft.get(place, 'kmsAliases', name) === undefined) throw noSuchAlias(place, name)
    draft.remove(place, 'kmsAliases', name)
    return {}
  },
})

export const listAliases = operation<ListAliasesRequest, ListAliasesResponse>({
  handles: ['KeyId', 'Limit', 'Marker'],
  run(call) {
    const { input, draft, place } = call
    const key = input.KeyId === undefined ? undefined : namedKey(call, input.KeyId, 'ListAliases')
    const aliases = aliasesOf(draft, place)
      .filter(({ keyId }) => key === undefined || keyId === key.id)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const page = pageOf(aliases, ({ name }) => name, {
      size: input.Limit ?? 50,
      token: input.Marker,
      largest: 100,
      badToken: 'InvalidMarkerException',
    })
    return {
      Aliases: page.rows.map(({ name, keyId, createdAt }) => ({
        AliasName: name,
        AliasArn: aliasArn(place, name),
        TargetKeyId: keyId,
        CreationDate: new Date(createdAt),
        LastUpdatedDate: new Date(createdAt),
      })),
      NextMarker: page.nextToken,
      Truncated: page.nextToken !== undefined,
    }
  },
})

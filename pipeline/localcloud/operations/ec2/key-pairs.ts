// CreateKeyPair, ImportKeyPair, DescribeKeyPairs, DeleteKeyPair.

import type {
  CreateKeyPairRequest,
  DeleteKeyPairRequest,
  DeleteKeyPairResult,
  DescribeKeyPairsRequest,
  DescribeKeyPairsResult,
  ImportKeyPairRequest,
  ImportKeyPairResult,
  KeyPair as WireKeyPair,
} from '@aws-sdk/client-ec2'
import type { KeyPair } from '../../store/key-pair.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { type Tags, tagList } from '../../store/tags.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation, required } from '../operation.ts'
import { specified } from './create-image.ts'
import { generateKey, importKey, type MadeKey } from './public-key.ts'

export const createKeyPair = operation<CreateKeyPairRequest, WireKeyPair>({
  handles: ['KeyName', 'KeyType', 'KeyFormat', 'TagSpecifications'],
  run({ input, draft, place, now }) {
    if (input.KeyFormat !== undefined && input.KeyFormat !== 'pem') throw unsupported(`KeyFormat=${input.KeyFormat}`)
    const { material, ...made } = generateKey(input.KeyType ?? 'rsa')
    const pair = stored(draft, place, required(input.KeyName, 'KeyName'), made, specified(input, 'key-pair'), now)
    return { ...view(pair), KeyMaterial: material }
  },
})

export const importKeyPair = operation<ImportKeyPairRequest, ImportKeyPairResult>({
  handles: ['KeyName', 'PublicKeyMaterial', 'TagSpecifications'],
  run({ input, draft, place, now }) {
    const text = Buffer.from(required(input.PublicKeyMaterial, 'PublicKeyMaterial')).toString('utf8')
    return view(stored(draft, place, required(input.KeyName, 'KeyName'), importKey(text), specified(input, 'key-pair'), now))
  },
})

function stored(draft: Draft, place: PlaceKey, name: string, made: MadeKey, tags: Tags, now: number): KeyPair {
  if (draft.get(place, 'keyPairs', name) !== undefined)
    throw new ApiFault('InvalidKeyPair.Duplicate', `The key pair already exists: ${name}`)
  const pair: KeyPair = { id: draft.mint('key'), name, ...made, createdAt: now, tags }
  draft.put(place, 'keyPairs', name, pair)
  return pair
}

function view(pair: KeyPair) {
  return { KeyPairId: pair.id, KeyName: pair.name, KeyFingerprint: pair.fingerprint, Tags: tagList(pair.tags) }
}

const fields: Fields<KeyPair> = {
  fingerprint: (pair) => pair.fingerprint,
  'key-name': (pair) => pair.name,
  'key-pair-id': (pair) => pair.id,
}

export const describeKeyPairs = operation<DescribeKeyPairsRequest, DescribeKeyPairsResult>({
  handles: ['KeyNames', 'KeyPairIds', 'IncludePublicKey', 'Filters'],
  filters: fields,
  run({ input, draft, place }) {
    const all = draft.rows(place, 'keyPairs')
    const wanted = [...(input.KeyNames ?? []), ...(input.KeyPairIds ?? [])]
    for (const one of wanted) {
      if (!all.some((pair) => pair.name === one || pair.id === one))
        throw new ApiFault('InvalidKeyPair.NotFound', `The key pair '${one}' does not exist`)
    }
    const chosen = wanted.length === 0 ? all : all.filter((pair) => wanted.includes(pair.name) || wanted.includes(pair.id))
    return {
      KeyPairs: filtered(chosen, input.Filters, fields).map((pair) => ({
        ...view(pair),
        KeyType: pair.type,
        CreateTime: new Date(pair.createdAt),
        ...(input.IncludePublicKey ? { PublicKey: `${pair.publicKey} ${pair.name}\n` } : {}),
      })),
    }
  },
})

/** "Returns success when there is no such key pair" [doc: DeleteKeyPair]. */
export const deleteKeyPair = operation<DeleteKeyPairRequest, DeleteKeyPairResult>({
  handles: ['KeyName', 'KeyPairId'],
  run({ input, draft, place }) {
    const pair = draft.rows(place, 'keyPairs').find(({ name, id }) => name === input.KeyName || id === input.KeyPairId)
    if (pair === undefined) return { Return: true }
    draft.remove(place, 'keyPairs', pair.name)
    return { Return: true, KeyPairId: pair.id }
  },
})

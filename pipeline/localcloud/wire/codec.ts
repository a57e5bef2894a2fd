// The SDK's own JSON and CBOR codecs, set as the AWS services speak.

import { CborCodec } from '@smithy/core/cbor'
import { JsonCodec2 } from '@smithy/core/protocols'

/** Times are seconds since the epoch unless the model says otherwise. */
export const jsonSettings = { timestampFormat: { useTrait: true, default: 7 }, jsonName: false } as const

export const jsonCodec = new JsonCodec2(jsonSettings)

export const cborCodec = new CborCodec()

/** The sentinel of a schema that any value fits. */
export const documentSchema = 15

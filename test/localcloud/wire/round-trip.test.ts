// Every action this cloud implements, in both directions, against the SDK's own clients: what one writes the other reads.

import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { operations } from '../../../pipeline/localcloud/operations/index.ts'
import { readInput } from '../../../pipeline/localcloud/wire/decode-input.ts'
import { encodeOutput } from '../../../pipeline/localcloud/wire/encode-answer.ts'
import { addressOf, type WireRequest } from '../../../pipeline/localcloud/wire/request.ts'
import { type ServiceName, serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'
import { compact, valueFor } from './arbitrary-value.ts'
import { send } from './sdk-client.ts'

/** The client adds these to a copy of a snapshot, for the service it talks to. */
const addedByClient = ['PresignedUrl', 'DestinationRegion']

const services = Object.entries(operations) as [ServiceName, object][]
/** What the JavaScript client speaks by default, and what other languages' clients speak to CloudWatch. */
const dialects = [
  ...services.map(([name, actions]) => ({ name, actions, protocol: undefined })),
  { name: 'monitoring' as const, actions: operations.monitoring, protocol: SmithyRpcV2CborProtocol },
]

for (const { name, actions, protocol } of dialects) {
  describe(protocol === undefined ? name : `${name} in CBOR`, () => {
    for (const action of Object.keys(actions)) {
      const schema = serviceNamed(name)?.action(action)

      test(action, async () => {
        expect(schema).toBeDefined()
        if (schema === undefined) return
        const input = schema.input.isUnitSchema() ? fc.constant({}) : valueFor(schema.input)
        const output = schema.output.isUnitSchema() ? fc.constant({}) : valueFor(schema.output)
        const property = fc.asyncProperty(input, output, async (asked, answered) => {
          let seen: unknown
          const read = await send(
            name,
            action,
            asked as object,
            async (request) => {
              seen = decoded(request, name)
              return encodeOutput(addressOf(request, serviceNamed(name)), answered as object, 'request-1')
            },
            protocol === undefined ? {} : { protocol },
          )
          expect(without(compact(seen), addedByClient)).toEqual(without(compact(asked), addedByClient))
          expect(compact(read)).toEqual(compact(answered))
        })
        await fc.assert(property, { numRuns: 12, seed: 22 })
      })
    }
  })
}

function decoded(request: WireRequest, name: ServiceName): unknown {
  const address = addressOf(request, serviceNamed(name))
  // What an action requires, and how large a number may be, is for check-input.test.ts.
  return readInput(request, address)
}

function without(value: unknown, names: readonly string[]): unknown {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => !names.includes(key)))
}

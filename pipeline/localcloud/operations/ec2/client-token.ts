// Client tokens: "if you repeat a request with the same client token", it must be the same request [doc: Run_Instance_Idempotency].

import { digestOf, type Json } from '../../../kernel/index.ts'
import type { KeyedBy } from '../../store/by-key.ts'
import type { Tables } from '../../store/rows.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'

/** What a row keeps of the request that made it, where that had a token. */
export function requestKept(input: { readonly ClientToken?: string | undefined }): { readonly requestDigest?: string } {
  if (input.ClientToken === undefined) return {}
  return { requestDigest: digestOf(JSON.parse(JSON.stringify(input)) as Json) }
}

interface Tokened {
  readonly ClientToken?: string | undefined
}

type TokenedTable = 'images' | 'instances' | 'launchTemplates'

function byClientToken<Table extends TokenedTable>(table: Table): KeyedBy<Table> {
  const keysOf = ({ clientToken }: { readonly clientToken?: string }) => (clientToken === undefined ? [] : [clientToken])
  return { table, keysOf }
}

const keyed: { readonly [Table in TokenedTable]: KeyedBy<Table> } = {
  images: byClientToken('images'),
  instances: byClientToken('instances'),
  launchTemplates: byClientToken('launchTemplates'),
}

/** "If you repeat a request with the same client token, the result of the original is returned" [doc: Run_Instance_Idempotency]. */
export function madeWith<Table extends TokenedTable>(
  table: Table,
  draft: Draft,
  place: PlaceKey,
  input: Tokened,
): readonly Tables[Table][] {
  if (input.ClientToken === undefined) return []
  const earlier = draft.found(place, keyed[table], input.ClientToken)
  if (earlier[0] !== undefined) refuseOtherRequest(earlier[0], input)
  return earlier
}

/** Throws unless that request made the row. Rows of before requests were kept are taken to be of it. */
export function refuseOtherRequest(
  row: { readonly requestDigest?: string },
  input: { readonly ClientToken?: string | undefined },
): void {
  if (row.requestDigest === undefined || row.requestDigest === requestKept(input).requestDigest) return
  throw new ApiFault(
    'IdempotentParameterMismatch',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  )
}

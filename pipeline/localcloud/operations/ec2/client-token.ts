// Client tokens: "if you repeat a request with the same client token", it must be the same request [doc: Run_Instance_Idempotency].

import { digestOf, type Json } from '../../../kernel/index.ts'
import { ApiFault } from '../../wire/fault.ts'

/** What a row keeps of the request that made it, where that had a token. */
export function requestKept(input: { readonly ClientToken?: string | undefined }): { readonly requestDigest?: string } {
  if (input.ClientToken === undefined) return {}
  return { requestDigest: digestOf(JSON.parse(JSON.stringify(input)) as Json) }
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

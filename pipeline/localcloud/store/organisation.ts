// Which organisation an account is of, as it was told when the account was added.

import { type Draft, everywhere } from './state.ts'

/** The organisation's ARN; undefined for an account that is of none. */
export function organisationOf(draft: Draft, account: string): string | undefined {
  return draft.get(everywhere, 'accounts', account)?.organisation
}

/** `o-exampleorg`, which policies know as `aws:PrincipalOrgID`. */
export function organisationId(draft: Draft, account: string): string | undefined {
  return organisationOf(draft, account)?.split('/').at(-1)
}

// Tokens of identity providers: whose they are, and whether that provider signed them.

import { compactVerify, createLocalJWKSet, decodeJwt, type JWTPayload } from 'jose'
import { type IdentityProvider, identityProviderArn } from '../../store/account.ts'
import { type CloudState, everywhere, rowIn } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'

export interface ProvenToken {
  readonly provider: IdentityProvider
  readonly providerArn: string
  readonly claims: JWTPayload
}

/** A token that a provider of the account has signed; nothing else in it is checked yet. Throws STS's refusals. */
export async function provenToken(state: CloudState, account: string, token: string): Promise<ProvenToken> {
  const claims = claimsOf(token)
  const providerArn = identityProviderArn(account, claims.iss ?? '')
  const provider = rowIn(state, everywhere, 'identityProviders', providerArn)
  if (provider === undefined || provider.issuer !== claims.iss) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${claims.iss}`)
  }
  try {
    await compactVerify(token, createLocalJWKSet({ keys: provider.keys.map((key) => ({ ...key, kty: String(key.kty) })) }))
  } catch {
    throw invalidToken(
      `Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements`,
    )
  }
  return { provider, providerArn, claims }
}

/** Whether the token is for this cloud, and still good. Wall time, as everything that expires. */
export function refuseStale({ provider, claims }: ProvenToken, wallNow: number): void {
  const audiences = [claims.aud ?? []].flat()
  if (!audiences.some((audience) => provider.audiences.includes(audience))) throw invalidToken('Incorrect token audience')
  const seconds = Math.floor(wallNow / 1_000)
  if (claims.exp === undefined) throw invalidToken('Missing a required claim: exp')
  if (seconds >= claims.exp) {
    throw new ApiFault(
      'ExpiredTokenException',
      `Token expired: current date/time ${seconds} must be before the expiration date/time ${claims.exp}`,
    )
  }
}

export function invalidToken(message: string): ApiFault {
  return new ApiFault('InvalidIdentityToken', message)
}

function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch {
    throw invalidToken('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)')
  }
}

// An issuer of identity tokens such as GitHub's, with a key pair of its own.

import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export const githubIssuer = 'https://token.actions.githubusercontent.com'

export interface Issuer {
  /** As its key set has it. */
  readonly publicKey: JWK
  /** A token for that subject; what is given beside it is changed. `expiresAt` in milliseconds. */
  token(
    subject: string,
    other?: { readonly audience?: string; readonly issuer?: string; readonly expiresAt?: number },
  ): Promise<string>
}

export async function anIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  let issued = 0
  const named = { kid: 'key-1', alg: 'RS256' }
  return {
    publicKey: { ...(await exportJWK(publicKey)), ...named },
    token: (subject, { audience = 'sts.amazonaws.com', issuer = githubIssuer, expiresAt = Date.now() + 300_000 } = {}) =>
      new SignJWT({})
        .setProtectedHeader(named)
        .setSubject(subject)
        .setAudience(audience)
        .setIssuer(issuer)
        .setIssuedAt()
        .setJti(`${++issued}`)
        .setExpirationTime(Math.floor(expiresAt / 1_000))
        .sign(privateKey),
  }
}

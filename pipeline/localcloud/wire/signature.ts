// Checks a request's AWS Signature Version 4 by signing it again and comparing.

import { timingSafeEqual } from 'node:crypto'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { sha256 } from '../../kernel/index.ts'
import { ApiFault } from './fault.ts'
import type { WireRequest } from './request.ts'
import type { FaultFamily } from './service.ts'

/** What the Authorization header claims; nothing in it is proven yet. */
export interface Claim {
  readonly accessKeyId: string
  /** `yyyymmdd` of the scope. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** A key this cloud has given out. */
export interface Secret {
  readonly secretAccessKey: string
  /** Present for a session; the request must carry it. */
  readonly sessionToken?: string
  /** Wall time in milliseconds since the epoch. */
  readonly expiresAt?: number
}

/** AWS answers a request whose date is further off than this with an error. EC2 says five minutes, the others fifteen. */
const skewAllowedMs: Readonly<Record<FaultFamily, number>> = { ec2: 300_000, query: 900_000, json: 900_000 }

const shape =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/

/** The claim of a request, or undefined when it was not signed at all. */
export function claimOf(request: WireRequest): Claim | undefined {
  const header = request.headers.authorization
  if (header === undefined) return undefined
  const match = shape.exec(header.trim())
  if (match === null) throw new ApiFault('IncompleteSignature', 'The Authorization header is not a Signature Version 4 header.')
  const [, accessKeyId = '', date = '', region = '', service = '', signedHeaders = '', signature = ''] = match
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature }
}

/** Throws the fault AWS would answer unless the request was signed with that secret, lately. */
export async function checkSignature(
  request: WireRequest,
  claim: Claim,
  secret: Secret | undefined,
  family: FaultFamily,
  wallNow: number,
): Promise<void> {
  if (secret === undefined) throw unknownKey(family)
  if (secret.sessionToken !== request.headers['x-amz-security-token']) throw unknownKey(family)
  const signedAt = dateOf(request.headers['x-amz-date'])
  if (signedAt === undefined || !['host', 'x-amz-date'].every((name) => claim.signedHeaders.includes(name))) {
    throw new ApiFault('IncompleteSignature', 'The request must carry X-Amz-Date and sign it and the host header.')
  }
  if (!isAsCarried(claim, request)) throw wrongSignature(family)
  const expected = await signatureOf(request, claim, secret, signedAt)
  if (!isOwnBody(request)) throw wrongSignature(family)
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature))) throw wrongSignature(family)
  if (Math.abs(wallNow - signedAt.getTime()) > skewAllowedMs[family]) throw skewed(family, request.headers['x-amz-date'] ?? '')
  if (secret.expiresAt !== undefined && wallNow >= secret.expiresAt) throw expired(family)
}

/** "A semicolon-separated list of request headers", in order and each once [doc: create-signed-request]: of headers that are there. */
function isAsCarried({ signedHeaders }: Claim, { headers }: WireRequest): boolean {
  const inOrder = [...new Set(signedHeaders)].sort()
  return inOrder.join(';') === signedHeaders.join(';') && inOrder.every((name) => Object.hasOwn(headers, name))
}

/** What is signed is the digest the request names, so the body must have that digest. */
function isOwnBody({ headers, body }: WireRequest): boolean {
  const named = headers['x-amz-content-sha256']
  return named === undefined || named === sha256(body)
}

async function signatureOf(request: WireRequest, claim: Claim, secret: Secret, signingDate: Date): Promise<string> {
  const signer = new SignatureV4({
    // The token is among the headers already where the client signed it, so the signer must not add it again.
    credentials: { accessKeyId: claim.accessKeyId, secretAccessKey: secret.secretAccessKey },
    region: claim.region,
    service: claim.service,
    sha256: Sha256,
    applyChecksum: false,
  })
  const signed = new Set(claim.signedHeaders)
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => signed.has(name)))
  const again = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: 'localhost',
      path: request.path,
      query: queryBag(request.query),
      headers,
      body: request.body,
    },
    { signingDate, signableHeaders: signed },
  )
  return /Signature=([0-9a-f]+)$/.exec(again.headers.authorization ?? '')?.[1] ?? ''
}

function queryBag(query: URLSearchParams): Record<string, string[]> {
  const bag: Record<string, string[]> = {}
  for (const key of new Set(query.keys())) bag[key] = query.getAll(key)
  return bag
}

function dateOf(text: string | undefined): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '')
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match.map(Number) as [number, number, number, number, number, number, number]
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second))
}

function unknownKey(family: FaultFamily): ApiFault {
  if (family === 'ec2') return new ApiFault('AuthFailure', 'AWS was not able to validate the provided access credentials')
  const code = family === 'json' ? 'UnrecognizedClientException' : 'InvalidClientTokenId'
  return new ApiFault(code, 'The security token included in the request is invalid.')
}

function wrongSignature(family: FaultFamily): ApiFault {
  if (family === 'ec2') return new ApiFault('AuthFailure', 'AWS was not able to validate the provided access credentials')
  const code = family === 'json' ? 'InvalidSignatureException' : 'SignatureDoesNotMatch'
  return new ApiFault(
    code,
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
  )
}

function skewed(family: FaultFamily, sent: string): ApiFault {
  if (family === 'ec2') return new ApiFault('RequestExpired', 'Request has expired.')
  const code = family === 'json' ? 'InvalidSignatureException' : 'SignatureDoesNotMatch'
  return new ApiFault(code, `Signature not yet current or expired: ${sent} is further than 15 minutes from now.`)
}

function expired(family: FaultFamily): ApiFault {
  if (family === 'ec2') return new ApiFault('RequestExpired', 'Request has expired.')
  const code = family === 'json' ? 'ExpiredTokenException' : 'ExpiredToken'
  return new ApiFault(code, 'The security token included in the request is expired')
}

// Checks a request's AWS Signature Version 4 by signing it again and comparing.

import { timingSafeEqual } from 'node:crypto'
import { sha256 } from '../../kernel/index.ts'
import { signatureOf } from './canonical-request.ts'
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
export function checkSignature(
  request: WireRequest,
  claim: Claim,
  secret: Secret | undefined,
  family: FaultFamily,
  wallNow: number,
): void {
  if (secret === undefined) throw unknownKey(family)
  if (secret.sessionToken !== request.headers['x-amz-security-token']) throw unknownKey(family)
  const signedAt = request.headers['x-amz-date'] ?? ''
  const instant = instantOf(signedAt)
  if (instant === undefined || !['host', 'x-amz-date'].every((name) => claim.signedHeaders.includes(name))) {
    throw new ApiFault('IncompleteSignature', 'The request must carry X-Amz-Date and sign it and the host header.')
  }
  const unsigned = unsignedOf(claim, request)
  if (unsigned !== undefined) {
    throw new ApiFault('IncompleteSignature', `'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`)
  }
  if (!isAsCarried(claim, request)) throw wrongSignature(family)
  // What is signed is the digest the request names, so the body must have that digest.
  const bodyDigest = sha256(request.body)
  if ((request.headers['x-amz-content-sha256'] ?? bodyDigest) !== bodyDigest) throw wrongSignature(family)
  const { region, service, signedHeaders } = claim
  const expected = signatureOf(request, bodyDigest, { signedAt, region, service, signedHeaders }, secret)
  if (!timingSafeEqual(expected, Buffer.from(claim.signature, 'hex'))) throw wrongSignature(family)
  if (Math.abs(wallNow - instant) > skewAllowedMs[family]) throw skewed(family, signedAt)
  if (secret.expiresAt !== undefined && wallNow >= secret.expiresAt) throw expired(family)
}

/** "A semicolon-separated list of request headers", in order and each once [doc: create-signed-request]: of headers that are there. */
function isAsCarried({ signedHeaders }: Claim, { headers }: WireRequest): boolean {
  return signedHeaders.every(
    (name, index) => Object.hasOwn(headers, name) && (index === 0 || (signedHeaders[index - 1] ?? '') < name),
  )
}

/** "You must include the host header, and any x-amz-* headers in the signature" [doc: create-signed-request]: the first that is not. */
function unsignedOf({ signedHeaders }: Claim, { headers }: WireRequest): string | undefined {
  for (const name in headers) if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) return name
  return undefined
}

/** The refusal of a signature whose scope is not the request's. */
export function misscoped(family: FaultFamily, wanted: string): ApiFault {
  const code = family === 'ec2' ? 'AuthFailure' : family === 'json' ? 'InvalidSignatureException' : 'SignatureDoesNotMatch'
  return new ApiFault(code, `Credential should be scoped to ${wanted}`)
}

/** What is signed within one second says the same date. */
let last: { readonly text: string; readonly instant: number | undefined } | undefined

/** In milliseconds since the epoch; undefined for what is no date, such as the 30th of February. */
function instantOf(text: string): number | undefined {
  if (last?.text !== text) last = { text, instant: readInstant(text) }
  return last.instant
}

function readInstant(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const instant = Date.parse(`${written}Z`)
  return Number.isNaN(instant) || new Date(instant).toISOString() !== `${written}.000Z` ? undefined : instant
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

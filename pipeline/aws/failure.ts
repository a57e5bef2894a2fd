// What went wrong in AWS's words, sorted into the few kinds a caller branches on.

import type { CloudFailure, CloudFailureKind } from '../ports/index.ts'

/** Failures travel as this inside the room; the door (`outcomeOf`) turns them into values. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed'
  readonly failure: CloudFailure

  constructor(failure: CloudFailure, cause?: unknown) {
    super(failure.message, { cause })
    this.failure = failure
  }
}

/** Sorts whatever a call threw. `subject` names the action, the thing and the place: `DescribeImages ami-1 in 111111111111/eu-central-1`. */
export function failureOf(error: unknown, subject: string): CloudFailure {
  if (error instanceof CallFailed) return error.failure
  const thrown = (error ?? {}) as Thrown
  // An answer to HEAD has no body to name its error in.
  const code = thrown.$metadata?.httpStatusCode === 403 && codeOf(thrown) === 'UnknownError' ? 'AccessDenied' : codeOf(thrown)
  const text = sentence(thrown.message ?? '')
  const requestId = thrown.$metadata?.requestId ?? thrown.RequestId
  return {
    ok: false,
    kind: kindOf(code, text),
    code,
    message: `${subject}: ${text === '' || text === code ? code : `${text} (${code})`}`,
    ...(requestId === undefined ? {} : { requestId }),
  }
}

/**
 * How sure it is that nothing was done: `refused` answers and connections never made leave no trace;
 * after a lost answer or a 5xx the request may have been carried out all the same.
 */
export function retryOf(error: unknown): 'never' | 'refused' | 'uncertain' {
  const thrown = (error ?? {}) as Thrown
  const code = codeOf(thrown)
  const kind = kindOf(code, thrown.message ?? '')
  if (kind === 'throttled' || neverSent.has(code) || skewed.has(code)) return 'refused'
  if (lostAnswer.has(code) || isUnverified(code, thrown.message ?? '')) return 'uncertain'
  // EC2 says “no capacity” with a 5xx as well: that is an answer, not a breakdown.
  return kind === 'unavailable' && (thrown.$metadata?.httpStatusCode ?? 0) >= 500 ? 'uncertain' : 'never'
}

/** What the SDK throws: service errors with metadata, network errors with a `code`. */
export interface Thrown {
  readonly name?: string
  readonly code?: unknown
  readonly Code?: unknown
  readonly message?: string
  readonly RequestId?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

/** Codes of sockets that never connected. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

const lostAnswer = new Set([
  'IDPCommunicationError',
  'IDPCommunicationErrorException',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
])

/** The SDK learns the right time from the answer, so the next try is signed with it. */
const skewed = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture'])

/** First match wins; a code is tried whole, so that `RequestLimitExceeded` is not taken for a quota. */
const kinds: readonly (readonly [CloudFailureKind, RegExp])[] = [
  [
    'throttled',
    /^(RequestLimitExceeded|Throttl(ing|ed)(Exception)?|RequestThrottled(Exception)?|TooManyRequestsException|EC2ThrottledException|BandwidthLimitExceeded|PriorRequestNotComplete|SlowDown|ResourceContention(Fault)?|.*RateExceeded)$/,
  ],
  ['expired-credentials', /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/],
  [
    'denied',
    /^(UnauthorizedOperation|AccessDenied(Exception)?|AuthFailure|NotAuthorized|OptInRequired|Blocked|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|MissingAuthenticationToken(Exception)?|IncompleteSignature|CredentialsProviderError|PendingVerification|InvalidIdentityToken(Exception)?|KMS.*AccessDenied.*)$/,
  ],
  ['no-capacity', /^(Insufficient.*|.*CapacityNotAvailable)$/],
  ['quota', /(LimitExceeded|LimitsExceeded|CountExceeded|QuotaExceeded(Exception)?|TooManyParameters|LimitExceededException)$/],
  [
    'not-found',
    /(NotFound(Exception|Fault)?|\.Unknown|^InvalidAMIID\.Unavailable|InvocationDoesNotExist|^InvalidCommandId|^InvalidInstanceId)$/,
  ],
  [
    'conflict',
    /(Duplicate|AlreadyExists(Exception|Fault)?|InstanceRefreshInProgress(Fault)?|ScalingActivityInProgress(Fault)?|ResourceInUse(Exception|Fault)?|InUse|DependencyViolation|IdempotentParameterMismatch|IdempotentInstanceTerminated|IncorrectState|IncorrectInstanceState|InvalidState)$/,
  ],
  [
    'unsupported',
    /^(Unsupported.*|.*NotSupported|IrreversibleInstanceRefresh(Fault)?|InvalidAction|UnknownOperation(Exception)?|NotImplemented)$/,
  ],
  [
    'invalid',
    /^(Invalid.*|Missing.*|Malformed.*|Validation(Error|Exception)|.*MalformedPolicyDocument.*|Unknown(Parameter|ParameterException))$/,
  ],
]

function kindOf(code: string, text: string): CloudFailureKind {
  // Auto Scaling has no code of its own for a group or template that isn't there.
  if (code === 'ValidationError' && /not found|does not exist/i.test(text)) return 'not-found'
  if (isUnverified(code, text)) return 'unavailable'
  return kinds.find(([, shape]) => shape.test(code))?.[0] ?? 'unavailable'
}

/** STS says so of a good token too, when it did not reach whoever has signed it. */
function isUnverified(code: string, text: string): boolean {
  return /^InvalidIdentityToken/.test(code) && /retrieve verification key/i.test(text)
}

/** What the answer, the network or the SDK calls it. */
export function codeOf(thrown: Thrown): string {
  const named = [thrown.Code, thrown.code, thrown.name].find((code) => typeof code === 'string' && !nameless.has(code))
  return typeof named === 'string' ? named : 'UnknownError'
}

/** What the SDK calls an error that the answer didn't name. */
const nameless = new Set(['', 'Error', 'SyntaxError', 'Unknown', 'UnknownError'])

/** AWS's message on one line; the encoded authorization blob helps nobody who reads it. */
function sentence(message: string): string {
  const line = message
    .replace(/Encoded authorization failure message: \S+|Deserialization error: to see the raw response.*/gs, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
  return line.length > 500 ? `${line.slice(0, 499)}…` : line
}

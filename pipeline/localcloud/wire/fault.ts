// What an API action answers when it refuses: AWS's own code, a message, an HTTP status.

/** Thrown by operations and codecs; the server encodes it in the shape of the caller's protocol. */
export class ApiFault extends Error {
  /** AWS's own code, such as `InvalidAMIID.NotFound`. */
  readonly code: string
  /** HTTP status. */
  readonly status: number

  constructor(code: string, message: string, status: number = statusOf[code] ?? 400) {
    super(message)
    this.name = 'ApiFault'
    this.code = code
    this.status = status
  }
}

/** The codes that are not answered with 400, from the services' common-error pages and models. */
const statusOf: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  AccessDenied: 403,
  ExpiredToken: 403,
  IncompleteSignature: 403,
  InvalidClientTokenId: 403,
  MissingAuthenticationToken: 403,
  SignatureDoesNotMatch: 403,
  UnauthorizedOperation: 403,
  NoSuchEntity: 404,
  DryRunOperation: 412,
  InternalError: 500,
  InternalFailure: 500,
  InsufficientInstanceCapacity: 500,
  ResourceContention: 500,
  RequestLimitExceeded: 503,
  Throttling: 400,
  Unavailable: 503,
}

/** The honest answer to anything this cloud does not do: the thing is named. */
export function unsupported(what: string): ApiFault {
  return new ApiFault('UnsupportedOperation', `The local cloud does not implement ${what}.`)
}

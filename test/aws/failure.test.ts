import { describe, expect, it } from 'vitest'
import { failureOf, retryOf } from '../../pipeline/aws/failure.ts'
import type { CloudFailureKind } from '../../pipeline/ports/index.ts'

function thrown(code: string, message = '', httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { Code: code, $metadata: { httpStatusCode, requestId: 'request-1' } })
}

describe('kinds of failure', () => {
  const table: Readonly<Record<CloudFailureKind, readonly string[]>> = {
    throttled: [
      'RequestLimitExceeded',
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
      'ResourceContention',
      'EC2ThrottledException',
    ],
    'expired-credentials': ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'],
    denied: [
      'UnauthorizedOperation',
      'AccessDenied',
      'AccessDeniedException',
      'AuthFailure',
      'InvalidClientTokenId',
      'SignatureDoesNotMatch',
      'OptInRequired',
    ],
    'no-capacity': ['InsufficientInstanceCapacity', 'InsufficientFreeAddressesInSubnet'],
    quota: [
      'InstanceLimitExceeded',
      'VcpuLimitExceeded',
      'SnapshotLimitExceeded',
      'MaxSpotInstanceCountExceeded',
      'LimitExceeded',
    ],
    'not-found': [
      'InvalidAMIID.NotFound',
      'InvalidInstanceID.NotFound',
      'InvalidLaunchTemplateId.VersionNotFound',
      'InvalidAMIID.Unavailable',
      'ParameterNotFound',
      'ActiveInstanceRefreshNotFound',
      'InvocationDoesNotExist',
    ],
    conflict: [
      'InvalidKeyPair.Duplicate',
      'InvalidGroup.Duplicate',
      'InvalidAMIName.Duplicate',
      'InstanceRefreshInProgress',
      'DependencyViolation',
      'IdempotentParameterMismatch',
      'IncorrectInstanceState',
      'AlreadyExists',
      'InvalidSnapshot.InUse',
    ],
    unsupported: ['UnsupportedOperation', 'Unsupported', 'IrreversibleInstanceRefresh', 'InvalidAction'],
    invalid: ['InvalidParameterValue', 'InvalidAMIID.Malformed', 'MissingParameter', 'ValidationError', 'MalformedQueryString'],
    unavailable: ['InternalError', 'ServiceUnavailable', 'ECONNRESET', 'SomethingNew'],
  }
  const rows = Object.entries(table).flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const))
  it.each(rows)('%s is %s', (code, kind) => {
    expect(failureOf(thrown(code), 'DescribeImages')).toMatchObject({ kind, code })
  })

  it('reads Auto Scaling’s one code for everything by its message', () => {
    const message = 'AutoScalingGroup name not found - AutoScalingGroup web not found'
    expect(failureOf(thrown('ValidationError', message), 'StartInstanceRefresh web').kind).toBe('not-found')
  })
})

describe('what a person reads', () => {
  it('names the action, the thing, AWS’s words, code and request', () => {
    expect(failureOf(thrown('InvalidAMIID.NotFound', "The image id '[ami-1]' does not exist."), 'DescribeImages ami-1')).toEqual({
      ok: false,
      kind: 'not-found',
      code: 'InvalidAMIID.NotFound',
      message: "DescribeImages ami-1: The image id '[ami-1]' does not exist (InvalidAMIID.NotFound)",
      requestId: 'request-1',
    })
  })

  it('keeps to one line, without the encoded blob', () => {
    const message = `You are not authorized\nto perform this operation. Encoded authorization failure message: ${'x'.repeat(900)}`
    expect(failureOf(thrown('UnauthorizedOperation', message), 'RunInstances').message).toBe(
      'RunInstances: You are not authorized to perform this operation (UnauthorizedOperation)',
    )
  })

  it('cuts what would fill the screen', () => {
    expect(failureOf(thrown('InternalError', 'x'.repeat(5_000)), 'RunInstances').message.length).toBeLessThan(600)
  })

  it.each([undefined, null, 'boom', new Error('boom'), {}])('makes something of %s', (error) => {
    expect(failureOf(error, 'DescribeImages')).toMatchObject({ ok: false, kind: 'unavailable', code: 'UnknownError' })
  })
})

describe('whether a repeat can help', () => {
  it.each([
    ['RequestLimitExceeded', 503, 'refused'],
    ['ECONNREFUSED', 0, 'refused'],
    ['RequestTimeTooSkewed', 400, 'refused'],
    ['InternalError', 500, 'uncertain'],
    ['InsufficientInstanceCapacity', 500, 'never'],
    ['TimeoutError', 0, 'uncertain'],
    ['ECONNRESET', 0, 'uncertain'],
    ['InvalidParameterValue', 400, 'never'],
    ['UnauthorizedOperation', 403, 'never'],
  ])('%s with %d: %s', (code, status, answer) => {
    expect(retryOf(thrown(code, '', status))).toBe(answer)
  })
})

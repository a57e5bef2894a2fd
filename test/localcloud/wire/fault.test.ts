// Refusals as the SDK's clients read them, in every shape.

import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor'
import { describe, expect, test } from 'vitest'
import { encodeFault } from '../../../pipeline/localcloud/wire/encode-answer.ts'
import { ApiFault, unsupported } from '../../../pipeline/localcloud/wire/fault.ts'
import { addressOf, type Protocol } from '../../../pipeline/localcloud/wire/request.ts'
import { type ServiceName, serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'
import { send } from './sdk-client.ts'

interface Refusal {
  readonly name: string
  readonly message: string
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string }
}

async function refusal(service: ServiceName, action: string, fault: ApiFault, protocol?: unknown): Promise<Refusal> {
  const answer = async (request: Parameters<typeof addressOf>[0]) =>
    encodeFault(addressOf(request, serviceNamed(service)), fault, 'request-7')
  return send(service, action, {}, answer, protocol === undefined ? {} : { protocol }).then(
    () => expect.unreachable('the client took a refusal for an answer'),
    (refused) => refused,
  )
}

describe('a refusal', () => {
  test.each<[ServiceName, string, string, number]>([
    ['ec2', 'DescribeImages', 'InvalidAMIID.NotFound', 400],
    ['ec2', 'RunInstances', 'InsufficientInstanceCapacity', 500],
    ['ec2', 'RunInstances', 'AuthFailure', 401],
    ['autoscaling', 'DescribeAutoScalingGroups', 'ValidationError', 400],
    ['sts', 'AssumeRole', 'AccessDenied', 403],
    ['iam', 'GetInstanceProfile', 'NoSuchEntity', 404],
    ['ssm', 'GetParameter', 'ParameterNotFound', 400],
    ['monitoring', 'DescribeAlarms', 'InvalidParameterValue', 400],
  ])('of %s %s keeps its code, its words, its status and the request ID', async (service, action, code, status) => {
    const message = `<"no" & 'never'>`
    const refused = await refusal(service, action, new ApiFault(code, message))
    const { name, $metadata } = refused
    // Some models name the error's shape after its code, with a suffix.
    expect(name.replace(/Exception$/, '')).toBe(code)
    expect(refused.message).toBe(message)
    expect($metadata).toMatchObject({ httpStatusCode: status, requestId: 'request-7' })
  })

  test('of a modelled code becomes the class the model names', async () => {
    const refused = await refusal(
      'autoscaling',
      'StartInstanceRefresh',
      new ApiFault('InstanceRefreshInProgress', 'one at a time'),
    )
    expect(refused.constructor.name).toBe('InstanceRefreshInProgressFault')
  })

  test('in CBOR is read as in JSON', async () => {
    const refused = await refusal(
      'monitoring',
      'SetAlarmState',
      new ApiFault('ResourceNotFound', 'no such alarm', 404),
      SmithyRpcV2CborProtocol,
    )
    expect([refused.name, refused.message, refused.$metadata.httpStatusCode]).toEqual(['ResourceNotFound', 'no such alarm', 404])
  })

  test('for what is not implemented names the thing', () => {
    expect(unsupported('the parameter X of Y')).toMatchObject({
      code: 'UnsupportedOperation',
      message: 'The local cloud does not implement the parameter X of Y.',
    })
  })

  test('of a request of which nothing could be read has the shape of EC2', () => {
    const { status, body } = encodeFault(undefined, new ApiFault('MissingAction', 'none'), 'r')
    expect(status).toBe(400)
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>MissingAction</Code><Message>none</Message></Error></Errors><RequestID>r</RequestID></Response>',
    )
  })

  test('of awsQuery says whose fault it is', () => {
    const service = serviceNamed('sts')
    if (service === undefined) expect.unreachable('there is an STS')
    const bodyOf = (status: number) =>
      String(encodeFault({ service, protocol: 'awsQuery' satisfies Protocol }, new ApiFault('X', 'y', status), 'r').body)
    expect(bodyOf(400)).toContain('<Type>Sender</Type>')
    expect(bodyOf(500)).toContain('<Type>Receiver</Type>')
  })
})

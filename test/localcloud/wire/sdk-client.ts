// The real SDK clients with a handler instead of a socket.

import * as autoScaling from '@aws-sdk/client-auto-scaling'
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import * as cloudWatch from '@aws-sdk/client-cloudwatch'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import * as ec2 from '@aws-sdk/client-ec2'
import { EC2Client } from '@aws-sdk/client-ec2'
import * as eks from '@aws-sdk/client-eks'
import { EKSClient } from '@aws-sdk/client-eks'
import * as elasticLoadBalancing from '@aws-sdk/client-elastic-load-balancing-v2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import * as iam from '@aws-sdk/client-iam'
import { IAMClient } from '@aws-sdk/client-iam'
import * as kms from '@aws-sdk/client-kms'
import { KMSClient } from '@aws-sdk/client-kms'
import * as serviceQuotas from '@aws-sdk/client-service-quotas'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import * as ssm from '@aws-sdk/client-ssm'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as sts from '@aws-sdk/client-sts'
import { STSClient } from '@aws-sdk/client-sts'
import { HttpResponse } from '@smithy/core/protocols'
import type { WireRequest, WireResponse } from '../../../pipeline/localcloud/wire/request.ts'
import type { ServiceName } from '../../../pipeline/localcloud/wire/service.ts'

export type Answer = (request: WireRequest) => Promise<WireResponse>

const modules = {
  ec2,
  autoscaling: autoScaling,
  sts,
  ssm,
  monitoring: cloudWatch,
  iam,
  elasticloadbalancing: elasticLoadBalancing,
  kms,
  eks,
  servicequotas: serviceQuotas,
} as const
const clients = {
  ec2: EC2Client,
  autoscaling: AutoScalingClient,
  sts: STSClient,
  ssm: SSMClient,
  monitoring: CloudWatchClient,
  iam: IAMClient,
  elasticloadbalancing: ElasticLoadBalancingV2Client,
  kms: KMSClient,
  eks: EKSClient,
  servicequotas: ServiceQuotasClient,
} as const

export interface TestCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export const testCredentials: TestCredentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }

/** Sends one action through the service's own client; the handler's answer is what it reads. */
export async function send(
  service: ServiceName,
  action: string,
  input: object,
  answer: Answer,
  options: { readonly credentials?: TestCredentials; readonly protocol?: unknown; readonly region?: string } = {},
): Promise<Record<string, unknown>> {
  const Client = clients[service] as unknown as new (
    configuration: object,
  ) => { send(command: unknown): Promise<Record<string, unknown>> }
  const Command = (modules[service] as unknown as Record<string, new (input: object) => unknown>)[`${action}Command`]
  if (Command === undefined) throw new Error(`${service} has no ${action}`)
  const client = new Client({
    region: 'eu-central-1',
    endpoint: 'http://127.0.0.1:4566',
    maxAttempts: 1,
    credentials: testCredentials,
    ...options,
    requestHandler: { handle: async (request: SdkRequest) => ({ response: sdkResponse(await answer(wireRequest(request))) }) },
  })
  const { $metadata: _metadata, ...output } = await client.send(new Command(input))
  return output
}

interface SdkRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string | readonly string[]>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export function wireRequest(request: SdkRequest): WireRequest {
  const query = new URLSearchParams()
  for (const [key, values] of Object.entries(request.query)) for (const value of [values].flat()) query.append(key, String(value))
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
  return { method: request.method, path: request.path, query, headers, body: new Uint8Array(Buffer.from(request.body ?? '')) }
}

function sdkResponse(answer: WireResponse): HttpResponse {
  const { ReadableStream } = globalThis
  const bytes = Buffer.from(answer.body as string)
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes))
      controller.close()
    },
  })
  return new HttpResponse({ statusCode: answer.status, headers: { ...answer.headers }, body })
}

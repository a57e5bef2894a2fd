// One SDK client for each service drover talks to, all set up alike.

import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2'
import { EKSClient } from '@aws-sdk/client-eks'
import { GuardDutyClient } from '@aws-sdk/client-guardduty'
import { Inspector2Client } from '@aws-sdk/client-inspector2'
import { KMSClient } from '@aws-sdk/client-kms'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { SESv2Client } from '@aws-sdk/client-sesv2'
import { SNSClient } from '@aws-sdk/client-sns'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient } from '@aws-sdk/client-sts'
import type { ApiCall } from '../ports/index.ts'
import { recordCalls } from './call-recorder.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** How requests travel: the SDK's own HTTP handler, or one that answers in this process. */
export type RequestHandler = NonNullable<EC2ClientConfig['requestHandler']>

export interface ClientSettings {
  readonly region: string
  /** Undefined: the SDK's own chain (environment, profile, web identity, instance role). */
  readonly credentials: AwsCredentials | (() => Promise<AwsCredentials>) | undefined
  /** Undefined: what AWS_ENDPOINT_URL or the profile says, else AWS itself. */
  readonly endpoint: string | undefined
  readonly requestHandler: RequestHandler | undefined
  readonly fips: boolean | undefined
  /** Told of every call and its answer; undefined: nobody is. */
  readonly onCall: ((call: ApiCall) => void) | undefined
}

export interface Clients {
  readonly ec2: EC2Client
  readonly autoScaling: AutoScalingClient
  readonly kms: KMSClient
  readonly sts: STSClient
  readonly ssm: SSMClient
  readonly cloudWatch: CloudWatchClient
  readonly ses: SESv2Client
  readonly sns: SNSClient
  readonly serviceQuotas: ServiceQuotasClient
  readonly inspector: Inspector2Client
  readonly guardDuty: GuardDutyClient
  readonly eks: EKSClient
}

// Drover is ready for both (package.json names the oldest); a warning on every command would hide what matters.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

/** Drover retries by itself, through its clock: the SDK's retries sleep on real timers. */
export function createClients(settings: ClientSettings): Clients {
  const configuration = {
    region: settings.region,
    maxAttempts: 1,
    requestHandler: settings.requestHandler ?? { connectionTimeout: 10_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
    ...(settings.endpoint === undefined ? fipsSetting(settings.fips) : { endpoint: settings.endpoint }),
  }
  const clients: Clients = {
    ec2: new EC2Client(configuration),
    autoScaling: new AutoScalingClient(configuration),
    kms: new KMSClient(configuration),
    sts: new STSClient(configuration),
    ssm: new SSMClient(configuration),
    cloudWatch: new CloudWatchClient(configuration),
    ses: new SESv2Client(configuration),
    sns: new SNSClient(configuration),
    serviceQuotas: new ServiceQuotasClient(configuration),
    inspector: new Inspector2Client(configuration),
    guardDuty: new GuardDutyClient(configuration),
    eks: new EKSClient(configuration),
  }
  if (settings.onCall !== undefined) for (const client of Object.values(clients)) recordCalls(client, settings.onCall)
  return clients
}

/** The SDK refuses FIPS with an endpoint of one's own. */
export function fipsSetting(fips: boolean | undefined): { readonly useFipsEndpoint?: true } {
  return fips ? { useFipsEndpoint: true } : {}
}

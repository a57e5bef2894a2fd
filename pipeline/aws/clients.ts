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
import { type RecordableClient, recordCalls } from './call-recorder.ts'

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
  /** Made when it is first asked for: most sessions talk to few of the services. */
  const first = <Client extends RecordableClient>(make: (given: typeof configuration) => Client): (() => Client) => {
    let made: Client | undefined
    return () => {
      if (made !== undefined) return made
      made = make(configuration)
      if (settings.onCall !== undefined) recordCalls(made, settings.onCall)
      return made
    }
  }
  return withGetters({
    ec2: first((given) => new EC2Client(given)),
    autoScaling: first((given) => new AutoScalingClient(given)),
    kms: first((given) => new KMSClient(given)),
    sts: first((given) => new STSClient(given)),
    ssm: first((given) => new SSMClient(given)),
    cloudWatch: first((given) => new CloudWatchClient(given)),
    ses: first((given) => new SESv2Client(given)),
    sns: first((given) => new SNSClient(given)),
    serviceQuotas: first((given) => new ServiceQuotasClient(given)),
    inspector: first((given) => new Inspector2Client(given)),
    guardDuty: first((given) => new GuardDutyClient(given)),
    eks: first((given) => new EKSClient(given)),
  })
}

function withGetters(makers: { readonly [Name in keyof Clients]: () => Clients[Name] }): Clients {
  const properties = Object.entries(makers).map(([name, get]) => [name, { get, enumerable: true }])
  return Object.defineProperties({}, Object.fromEntries(properties)) as Clients
}

/** The SDK refuses FIPS with an endpoint of one's own. */
export function fipsSetting(fips: boolean | undefined): { readonly useFipsEndpoint?: true } {
  return fips ? { useFipsEndpoint: true } : {}
}

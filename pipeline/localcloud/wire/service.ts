// The services this endpoint speaks for, as the SDK's own schemas describe them: the schemas alone, since a client with all its commands takes
// four times the memory.

import * as autoScaling from '@aws-sdk/client-auto-scaling/dist-es/schemas/schemas_0.js'
import * as cloudWatch from '@aws-sdk/client-cloudwatch/dist-es/schemas/schemas_0.js'
import * as ec2 from '@aws-sdk/client-ec2/dist-es/schemas/schemas_0.js'
import * as eks from '@aws-sdk/client-eks/dist-es/schemas/schemas_0.js'
import * as elasticLoadBalancing from '@aws-sdk/client-elastic-load-balancing-v2/dist-es/schemas/schemas_0.js'
import * as iam from '@aws-sdk/client-iam/dist-es/schemas/schemas_0.js'
import * as kms from '@aws-sdk/client-kms/dist-es/schemas/schemas_0.js'
import * as serviceQuotas from '@aws-sdk/client-service-quotas/dist-es/schemas/schemas_0.js'
import * as ssm from '@aws-sdk/client-ssm/dist-es/schemas/schemas_0.js'
import * as sts from '@aws-sdk/client-sts/dist-es/schemas/schemas_0.js'
import { NormalizedSchema } from '@smithy/core/schema'

export type ServiceName =
  | 'ec2'
  | 'autoscaling'
  | 'sts'
  | 'ssm'
  | 'monitoring'
  | 'iam'
  | 'elasticloadbalancing'
  | 'kms'
  | 'eks'
  | 'servicequotas'

type SchemaReference = Parameters<typeof NormalizedSchema.of>[0]

/** How refusals are worded and shaped: three families that grew apart. */
export type FaultFamily = 'ec2' | 'query' | 'json'

export interface ActionSchema {
  readonly name: string
  readonly input: NormalizedSchema
  readonly output: NormalizedSchema
  /** Method, path with its labels in braces, status of the answer; what REST goes by. */
  readonly http: readonly [method: string, path: string, status: number]
}

export interface Service {
  /** The name in a signature's credential scope. */
  readonly name: ServiceName
  /** The protocol of a request to this service that names none in its headers. */
  readonly queryDialect: 'ec2Query' | 'awsQuery' | 'rest-json'
  readonly faultFamily: FaultFamily
  /** Prefix of `X-Amz-Target`, and the service's name in an RPC v2 path; a service that speaks REST has none. */
  readonly target?: string
  readonly xmlNamespace?: string
  /** JSON and CBOR answers carry the older query error code in a header. */
  readonly queryCompatible: boolean
  action(name: string): ActionSchema | undefined
  /** Every action there is, for those who go by method and path. */
  actions(): readonly ActionSchema[]
  /** The modelled error shape that stands for a query error code, such as `ResourceNotFoundException` for `ResourceNotFound`. */
  errorShape(code: string): string | undefined
  /** The HTTP status of a modelled error. */
  errorStatus(code: string): number | undefined
}

type ServiceFacts = Omit<Service, 'action' | 'actions' | 'errorShape' | 'errorStatus'>

/** The service of that signing name, or undefined when this cloud has none. */
export function serviceNamed(name: string): Service | undefined {
  return Object.hasOwn(services, name) ? services[name as ServiceName] : undefined
}

/** The service whose JSON target or RPC v2 path prefix this is. */
export function serviceOfTarget(target: string): Service | undefined {
  return Object.values(services).find((service) => service.target === target)
}

const services: Readonly<Record<ServiceName, Service>> = {
  ec2: fromModule(ec2, {
    name: 'ec2',
    queryDialect: 'ec2Query',
    faultFamily: 'ec2',
    target: 'AmazonEC2',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    queryCompatible: false,
  }),
  autoscaling: fromModule(autoScaling, {
    name: 'autoscaling',
    queryDialect: 'awsQuery',
    faultFamily: 'query',
    target: 'AutoScaling_2011_01_01',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    queryCompatible: false,
  }),
  sts: fromModule(sts, {
    name: 'sts',
    queryDialect: 'awsQuery',
    faultFamily: 'query',
    target: 'AWSSecurityTokenServiceV20110615',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    queryCompatible: false,
  }),
  ssm: fromModule(ssm, {
    name: 'ssm',
    queryDialect: 'awsQuery',
    faultFamily: 'json',
    target: 'AmazonSSM',
    xmlNamespace: 'http://ssm.amazonaws.com/doc/2014-11-06/',
    queryCompatible: false,
  }),
  monitoring: fromModule(cloudWatch, {
    name: 'monitoring',
    queryDialect: 'awsQuery',
    faultFamily: 'query',
    target: 'GraniteServiceVersion20100801',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    queryCompatible: true,
  }),
  iam: fromModule(iam, {
    name: 'iam',
    queryDialect: 'awsQuery',
    faultFamily: 'query',
    target: 'AWSIdentityManagementV20100508',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    queryCompatible: false,
  }),
  elasticloadbalancing: fromModule(elasticLoadBalancing, {
    name: 'elasticloadbalancing',
    queryDialect: 'awsQuery',
    faultFamily: 'query',
    target: 'ElasticLoadBalancing_v10',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    queryCompatible: false,
  }),
  kms: fromModule(kms, {
    name: 'kms',
    queryDialect: 'awsQuery',
    faultFamily: 'json',
    target: 'TrentService',
    xmlNamespace: 'https://kms.amazonaws.com/doc/2014-11-01/',
    queryCompatible: false,
  }),
  eks: fromModule(eks, {
    name: 'eks',
    queryDialect: 'rest-json',
    faultFamily: 'json',
    queryCompatible: false,
  }),
  servicequotas: fromModule(serviceQuotas, {
    name: 'servicequotas',
    queryDialect: 'awsQuery',
    faultFamily: 'json',
    target: 'ServiceQuotasV20190624',
    xmlNamespace: 'http://servicequotas.amazonaws.com/doc/2019-06-24/',
    queryCompatible: false,
  }),
}

/** Schemas are exported by name with a `$` at the end; they are read when first asked for. */
function fromModule(module: object, facts: ServiceFacts): Service {
  const exported = module as Readonly<Record<string, unknown>>
  const known = new Map<string, ActionSchema | undefined>()
  let all: readonly ActionSchema[] | undefined
  let errors: ErrorTraits | undefined
  const action = (name: string) => {
    if (!known.has(name)) known.set(name, actionSchema(name, exported))
    return known.get(name)
  }
  return {
    ...facts,
    action,
    actions() {
      all ??= Object.keys(exported).flatMap((key) => (key.endsWith('$') ? (action(key.slice(0, -1)) ?? []) : []))
      return all
    },
    errorShape(code) {
      errors ??= errorTraits(exported)
      return errors.shapes.get(code)
    },
    errorStatus(code) {
      errors ??= errorTraits(exported)
      return errors.statuses.get(code)
    },
  }
}

const operationKind = 9
const errorKind = -3

function actionSchema(name: string, exported: Readonly<Record<string, unknown>>): ActionSchema | undefined {
  const key = `${name}$`
  const schema = Object.hasOwn(exported, key) ? exported[key] : undefined
  if (!Array.isArray(schema) || schema[0] !== operationKind) return undefined
  const { http = ['POST', '/', 200] } = schema[3] as { readonly http?: ActionSchema['http'] }
  return {
    name,
    input: NormalizedSchema.of(resolved(schema[4])),
    output: NormalizedSchema.of(resolved(schema[5])),
    http,
  }
}

/** By query error code the modelled shape, and by shape its HTTP status. */
interface ErrorTraits {
  readonly shapes: ReadonlyMap<string, string>
  readonly statuses: ReadonlyMap<string, number>
}

function errorTraits(exported: Readonly<Record<string, unknown>>): ErrorTraits {
  const shapes = new Map<string, string>()
  const statuses = new Map<string, number>()
  for (const schema of Object.values(exported)) {
    if (!Array.isArray(schema) || schema[0] !== errorKind) continue
    const traits = NormalizedSchema.of(schema as unknown as SchemaReference).getMergedTraits() as {
      awsQueryError?: readonly [string, number]
      httpError?: number
    }
    const code = traits.awsQueryError?.[0]
    if (code !== undefined) shapes.set(code, schema[2] as string)
    if (traits.httpError !== undefined) statuses.set(schema[2] as string, traits.httpError)
  }
  return { shapes, statuses }
}

function resolved(reference: unknown): SchemaReference {
  return (typeof reference === 'function' ? reference() : reference) as SchemaReference
}

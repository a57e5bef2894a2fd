// What each action of the operator's door takes.

import { z } from 'zod'
import { regions } from './store/region.ts'

const account = z.string().regex(/^\d{12}$/)
const region = z.enum(regions)

/** An instance's ID, an image's, or the name of an Auto Scaling group. */
const machine = { kind: z.literal('machine'), target: z.string().min(1) }

/** Which calls or boots a fault hits: after so many, so many of them, one in so many. */
const aim = {
  skip: z.number().int().nonnegative().optional(),
  times: z.number().int().positive().optional(),
  oneIn: z.number().int().positive().optional(),
}

/** By action; unknown members are refused. */
export const adminInputs = {
  'add-account': z.strictObject({
    id: account,
    organisation: z
      .string()
      .regex(/^arn:[^:]+:organizations::\d{12}:organization\/o-[a-z0-9]+$/)
      .optional(),
  }),
  'add-identity-provider': z.strictObject({
    account,
    issuer: z.string().regex(/^https:\/\/[^\s?#]*[^\s?#/]$/),
    audiences: z.array(z.string().min(1)).min(1),
    /** Its JSON Web Key Set's `keys`: an address to fetch them from would be one outside. */
    keys: z.array(z.looseObject({ kty: z.string() })).min(1),
  }),
  'add-instance-profile': z.strictObject({ account, name: z.string().min(1), role: z.string().min(1) }),
  'add-kms-key': z.strictObject({
    account,
    /** Any: a configuration may name keys of regions that this cloud has not. */
    region: z.string().min(1),
    /** ID, ARN or alias. */
    name: z.string().min(1),
    /** Others that run what it encrypts. */
    accounts: z.array(account),
  }),
  'seed-image': z.strictObject({
    owner: account,
    name: z.string().min(3),
    description: z.string().default(''),
    architecture: z.enum(['x86_64', 'arm64']).default('x86_64'),
    regions: z.array(region).min(1),
    /** A folder on this machine; adopted as a layer without a copy. */
    rootDirectory: z.string().startsWith('/'),
    sizeGib: z.number().int().positive().default(8),
    /** The public parameter that names it, such as `/aws/service/debian/release/13/latest/amd64`. */
    parameter: z.string().startsWith('/aws/service/').optional(),
    /** It is the newest image of EKS for nodes of that Kubernetes version: the public parameters EKS publishes say so. */
    eks: z
      .strictObject({ kubernetes: z.string().regex(/^1\.\d+$/), releaseVersion: z.string().regex(/^1\.\d+\.\d+-\d{8}$/) })
      .optional(),
  }),
  'set-clock': z.strictObject({ skipIdle: z.boolean() }),
  'set-egress': z.strictObject({ mode: z.enum(['open', 'closed']) }),
  'set-faults': z.strictObject({
    faults: z.array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('full-subnet'), zone: z.string() }),
        z.strictObject({ kind: z.literal('insufficient-capacity'), zone: z.string(), instanceType: z.string().optional() }),
        z.strictObject({ kind: z.literal('vcpu-quota'), account, limit: z.number().int().nonnegative() }),
        z.strictObject({ kind: z.literal('no-kms-grant'), account }),
        z.strictObject({
          kind: z.literal('refuse-action'),
          action: z.string(),
          code: z.string(),
          message: z.string(),
          status: z.number().int().default(400),
          ...aim,
        }),
        z.strictObject({
          kind: z.literal('disturb-action'),
          action: z.string(),
          how: z.enum(['lose-request', 'lose-answer', 'delay']),
          delayMs: z.number().int().positive().max(600_000).optional(),
          ...aim,
        }),
        z.discriminatedUnion('how', [
          z.strictObject({ ...machine, how: z.enum(['never-boots', 'silent']), ...aim }),
          z.strictObject({ ...machine, how: z.enum(['falls-ill', 'dies']), afterMs: z.number().int().nonnegative(), ...aim }),
        ]),
      ]),
    ),
  }),
  /** From then on; an instance stays what it was launched as. */
  'set-simulated': z.strictObject({ targets: z.array(z.string().min(1)) }),
  /** 1 for EC2's own token buckets, 0 for none, anything between or above to scale them. */
  'set-throttling': z.strictObject({ scale: z.number().nonnegative() }),
  /** How old what EC2's reads answer may be, drawn for each of them up to this. */
  'set-consistency': z.strictObject({ readLagMs: z.number().int().nonnegative().max(600_000) }),
  /** For node groups that are not named, pods leave in the usual time. */
  'set-drains': z.strictObject({
    drains: z.array(
      z.strictObject({
        /** Its cluster's name, a slash, and its own. */
        nodeGroup: z.string().regex(/^[^/]+\/[^/]+$/),
        drainMs: z.number().int().nonnegative().optional(),
        isBlocked: z.boolean().optional(),
      }),
    ),
  }),
  /** An API server that runs beside the cloud: what DescribeCluster tells of it from then on. */
  'set-control-plane': z.strictObject({
    account,
    region,
    cluster: z.string().min(1),
    endpoint: z.url({ protocol: /^https$/ }),
    authority: z.string().startsWith('-----BEGIN CERTIFICATE-----'),
  }),
  'end-sessions': z.strictObject({ account: account.optional() }),
  shutdown: z.strictObject({}),
  status: z.strictObject({}),
} as const

export type AdminAction = keyof typeof adminInputs

/** As it is written, before defaults. */
export type AdminInput<A extends AdminAction> = z.input<(typeof adminInputs)[A]>

/** As an action gets it. */
export type AdminParsed<A extends AdminAction> = z.output<(typeof adminInputs)[A]>

// EC2's token buckets: how many calls of an action an account may make in a region, and how fast it may go on. Pure but for its memory.

import { ApiFault } from './wire/fault.ts'

interface Rate {
  /** Most tokens a bucket holds. */
  readonly size: number
  readonly perSecond: number
}

/** What one call takes, of which bucket of its account and region. */
export interface Toll {
  readonly bucket: string
  readonly tokens: number
  readonly rate: Rate
}

/** Buckets that have been drawn on, by account, region and name. `scale` makes all of them larger and faster, or smaller and slower. */
export class Throttle {
  readonly #buckets = new Map<string, { readonly tokens: number; readonly at: number }>()

  /** Takes the call's tokens, or throws EC2's refusal and takes none. `now` in milliseconds, never going back. */
  pay(place: string, tolls: readonly Toll[], scale: number, now: number): void {
    const after = tolls.map(({ bucket, tokens, rate }) => {
      const key = `${place} ${bucket}`
      // However small the scale, one call fits, with all its instances: it would otherwise be refused for ever.
      const size = Math.max(1, Math.min(tokens, rate.size), rate.size * scale)
      const known = this.#buckets.get(key) ?? { tokens: size, at: now }
      const filled = Math.min(size, known.tokens + ((now - known.at) / 1_000) * rate.perSecond * scale)
      return { key, tokens: filled - tokens }
    })
    if (after.some(({ tokens }) => tokens < 0)) throw new ApiFault('RequestLimitExceeded', 'Request limit exceeded.')
    for (const { key, tokens } of after) this.#buckets.set(key, { tokens, at: now })
  }
}

const mutating: Rate = { size: 50, perSecond: 5 }
const oftenCalled: Rate = { size: 100, perSecond: 5 }
const blockPublicAccess: Rate = { size: 1, perSecond: 0.1 }

/** "Uncategorized actions" [doc: ec2-api-throttling], as of 2026. Auto Scaling and the other services publish no sizes, so theirs are not made up here. */
const ratesOf: Readonly<Record<string, Rate>> = {
  CopyImage: { size: 100, perSecond: 1 },
  CreateLaunchTemplateVersion: oftenCalled,
  CreateSnapshot: oftenCalled,
  CreateTags: { size: 100, perSecond: 10 },
  DeleteSnapshot: oftenCalled,
  DeleteTags: { size: 100, perSecond: 10 },
  DeleteVolume: oftenCalled,
  DeregisterImage: oftenCalled,
  DisableImageBlockPublicAccess: blockPublicAccess,
  DisableSnapshotBlockPublicAccess: blockPublicAccess,
  EnableImageBlockPublicAccess: blockPublicAccess,
  EnableSnapshotBlockPublicAccess: blockPublicAccess,
  ModifyImageAttribute: oftenCalled,
  ModifyLaunchTemplate: oftenCalled,
  ModifySnapshotAttribute: oftenCalled,
  RunInstances: { size: 5, perSecond: 2 },
  StartInstances: { size: 5, perSecond: 2 },
  TerminateInstances: oftenCalled,
}
const nonMutating: Rate = { size: 100, perSecond: 20 }
const unfilteredAndUnpaged: Rate = { size: 50, perSecond: 10 }

/** Those whose answer is long when nothing narrows it. */
const heavy = new Set([
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeSecurityGroups',
  'DescribeSnapshots',
  'DescribeVolumes',
])

/** "Resource token bucket sizes": instances are paid for one by one, beside the call itself. */
const perInstance: Readonly<Record<string, Rate>> = {
  RunInstances: { size: 1_000, perSecond: 2 },
  StartInstances: { size: 1_000, perSecond: 2 },
  StopInstances: { size: 1_000, perSecond: 20 },
  TerminateInstances: { size: 1_000, perSecond: 20 },
}

/** Every action has a bucket of its own, and a long read that nothing narrows a smaller one. Empty for services that publish none. */
export function tollsOf(service: string, action: string, input: Readonly<Record<string, unknown>>): readonly Toll[] {
  if (service !== 'ec2') return []
  const call = callToll(action, input)
  const rate = own(perInstance, action)
  if (rate === undefined) return [call]
  return [call, { bucket: `${action} per instance`, tokens: instancesOf(input), rate }]
}

function callToll(action: string, input: Readonly<Record<string, unknown>>): Toll {
  const rate = own(ratesOf, action)
  if (rate !== undefined) return { bucket: action, tokens: 1, rate }
  if (!/^(?:Describe|Get)/.test(action)) return { bucket: action, tokens: 1, rate: mutating }
  const isNarrowed = Object.entries(input).some(([name, value]) => value !== undefined && name !== 'NextToken')
  return heavy.has(action) && !isNarrowed
    ? { bucket: `${action} unfiltered`, tokens: 1, rate: unfilteredAndUnpaged }
    : { bucket: action, tokens: 1, rate: nonMutating }
}

function instancesOf({ InstanceIds: ids, MaxCount: most }: Readonly<Record<string, unknown>>): number {
  return Array.isArray(ids) ? ids.length : Number(most ?? 1)
}

function own(rates: Readonly<Record<string, Rate>>, action: string): Rate | undefined {
  return Object.hasOwn(rates, action) ? rates[action] : undefined
}

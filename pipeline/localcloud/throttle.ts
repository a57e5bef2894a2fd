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
      const known = this.#buckets.get(key) ?? { tokens: rate.size * scale, at: now }
      const filled = Math.min(rate.size * scale, known.tokens + ((now - known.at) / 1_000) * rate.perSecond * scale)
      return { key, tokens: filled - tokens }
    })
    if (after.some(({ tokens }) => tokens < 0)) throw new ApiFault('RequestLimitExceeded', 'Request limit exceeded.')
    for (const { key, tokens } of after) this.#buckets.set(key, { tokens, at: now })
  }
}

/** [doc: ec2-api-throttling], as of 2026. Auto Scaling and the other services publish no sizes, so theirs are not made up here. */
const ratesOf: Readonly<Record<string, Rate>> = {
  CopyImage: { size: 100, perSecond: 1 },
  CreateLaunchTemplateVersion: { size: 100, perSecond: 5 },
  CreateTags: { size: 100, perSecond: 10 },
  DeregisterImage: { size: 100, perSecond: 5 },
  ModifyImageAttribute: { size: 100, perSecond: 5 },
  ModifyLaunchTemplate: { size: 100, perSecond: 5 },
  ModifySnapshotAttribute: { size: 100, perSecond: 5 },
}
const nonMutating: Rate = { size: 100, perSecond: 20 }
const unfilteredAndUnpaged: Rate = { size: 50, perSecond: 10 }
const mutating: Rate = { size: 50, perSecond: 5 }

/** Those whose answer is long when nothing narrows it. */
const heavy = new Set([
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeSecurityGroups',
  'DescribeSnapshots',
  'DescribeVolumes',
])

/** Instances are paid for one by one, beside the call itself. */
const perInstance = {
  RunInstances: { size: 1_000, perSecond: 2 },
  TerminateInstances: { size: 1_000, perSecond: 20 },
} as const

/** Every action has a bucket of its own. Empty for services that publish none. */
export function tollsOf(service: string, action: string, input: Readonly<Record<string, unknown>>): readonly Toll[] {
  if (service !== 'ec2') return []
  const call: Toll = { bucket: action, tokens: 1, rate: rateOf(action, input) }
  if (action === 'RunInstances') {
    return [call, { bucket: 'RunInstances per instance', tokens: Number(input.MaxCount ?? 1), rate: perInstance.RunInstances }]
  }
  if (action === 'TerminateInstances') {
    const tokens = Array.isArray(input.InstanceIds) ? input.InstanceIds.length : 1
    return [call, { bucket: 'TerminateInstances per instance', tokens, rate: perInstance.TerminateInstances }]
  }
  return [call]
}

function rateOf(action: string, input: Readonly<Record<string, unknown>>): Rate {
  const own = Object.hasOwn(ratesOf, action) ? ratesOf[action] : undefined
  if (own !== undefined) return own
  if (!/^(?:Describe|Get)/.test(action)) return mutating
  const isNarrowed = Object.entries(input).some(([name, value]) => value !== undefined && name !== 'NextToken')
  return heavy.has(action) && !isNarrowed ? unfilteredAndUnpaged : nonMutating
}

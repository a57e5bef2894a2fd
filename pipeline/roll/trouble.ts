// What a group's scaling activities say about why its new instances don't come: minutes into a roll, not after AWS's hour.

import type { ScalingActivity } from '../ports/index.ts'

export interface Trouble {
  /** One sentence: what fails, AWS's words, and what helps where that is known. */
  readonly cause: string
  /** Failures in a row: no instance came and stayed since the first of them. */
  readonly failures: number
  /** True when waiting longer will not help. */
  readonly hopeless: boolean
}

/**
 * `activities` newest first; only those that began at `since` (ISO 8601) or later count, none while a refresh has not begun.
 * Undefined while all is well.
 */
export function troubleOf(activities: readonly ScalingActivity[], since: string | undefined): Trouble | undefined {
  if (since === undefined) return undefined
  const ours = activities.filter(({ startedAt }) => startedAt >= since)
  const lost = unhealthyInstances(ours)
  const failures: ScalingActivity[] = []
  for (const activity of ours) {
    if (isStanding(activity, lost)) break
    if (isFailure(activity, ours)) failures.push(activity)
  }
  const [latest] = failures
  if (latest === undefined) return undefined
  const kind = kindOf(latest)
  return {
    cause: `${kind.says}: ${wordsOf(latest)}${kind.helps === undefined ? '' : ` (${kind.helps})`}`,
    failures: failures.length,
    hopeless: failures.length >= kind.patience,
  }
}

/** How activities say that a health check of EC2, of a load balancer or of the user took an instance out. */
const unhealthyWords = /health[ -]check|status checks|unhealthy/i

interface TroubleKind {
  readonly shape: RegExp
  readonly says: string
  readonly helps?: string
  /** So many failures in a row mean that waiting will not help. */
  readonly patience: number
}

/** First match wins. Errors that are the same on every try get less patience than those that may pass. */
const kinds: readonly TroubleKind[] = [
  {
    shape: /KMS|Client\.InternalError|Client\.InvalidKMSKey|encrypted (volume|snapshot)/i,
    says: 'new instances end while they start',
    helps: "the group's Auto Scaling service-linked role needs a grant on the image's KMS key",
    patience: 2,
  },
  {
    shape: /InvalidAMIID|image id .* does not exist|not authorized for images|AMI .* (invalid|disabled|deregistered)/i,
    says: 'the image cannot be launched in this account',
    helps: 'share the image with the account and keep it registered',
    patience: 1,
  },
  {
    shape: /not authorized|UnauthorizedOperation|AccessDenied/i,
    says: 'the group may not launch instances',
    patience: 2,
  },
  {
    shape: /LimitExceeded|vCPU (limit|capacity)|quota|maximum number of/i,
    says: 'a quota of the account is used up',
    helps: 'ask for a higher quota or roll with a lower maximum healthy percentage',
    patience: 3,
  },
  {
    shape: /InsufficientFreeAddresses|free (private )?(IP )?addresses|not enough .*addresses/i,
    says: "the group's subnets are full",
    helps: 'free addresses or add a subnet',
    patience: 3,
  },
  {
    shape: /InsufficientInstanceCapacity|(do(es)? not have|insufficient) (sufficient )?.*capacity/i,
    says: 'AWS has no capacity for the instance type',
    patience: 10,
  },
  { shape: unhealthyWords, says: 'new instances start but are not healthy', patience: 3 },
  { shape: /lifecycle (hook|action)/i, says: 'a lifecycle hook gives new instances up', patience: 3 },
]

const anyOther: TroubleKind = { shape: /^/, says: 'launches fail', patience: 3 }

function kindOf(activity: ScalingActivity): TroubleKind {
  const text = `${activity.statusMessage ?? ''} ${activity.description} ${activity.cause}`
  return kinds.find(({ shape }) => shape.test(text)) ?? anyOther
}

/** Came up, and was not taken out again for its health. */
function isStanding(activity: ScalingActivity, lost: ReadonlySet<string>): boolean {
  return isLaunch(activity) && activity.status === 'Successful' && !lost.has(instanceOf(activity))
}

/** A launch that came to nothing, or a new instance taken out because it was not healthy. An old one falling ill is no sign. */
function isFailure(activity: ScalingActivity, ours: readonly ScalingActivity[]): boolean {
  if (isLaunch(activity)) return activity.status === 'Failed' || activity.status === 'Cancelled'
  return isUnhealthyEnd(activity) && ours.some((other) => isLaunch(other) && instanceOf(other) === instanceOf(activity))
}

function unhealthyInstances(activities: readonly ScalingActivity[]): ReadonlySet<string> {
  return new Set(activities.filter(isUnhealthyEnd).map(instanceOf))
}

function isLaunch({ description }: ScalingActivity): boolean {
  return description.startsWith('Launching')
}

function isUnhealthyEnd({ description, cause }: ScalingActivity): boolean {
  return description.startsWith('Terminating') && unhealthyWords.test(cause)
}

function instanceOf({ description }: ScalingActivity): string {
  return /\bi-[0-9a-f]+/.exec(description)?.[0] ?? ''
}

/** A failed launch says why in its status, a termination in its cause. */
function wordsOf(activity: ScalingActivity): string {
  const words = activity.statusMessage ?? activity.cause
  return (words === '' ? activity.description : words)
    .replace(/\s+/g, ' ')
    .replace(/^At \S+Z /, '')
    .trim()
    .replace(/\.$/, '')
}

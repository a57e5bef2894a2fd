// Who drover is at a place: the assumed role's session there, opened once, shared, and renewed before it ends.

import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import type { Clock, Place, Random, Tags } from '../ports/index.ts'
import { text } from './answer.ts'
import { type Backoff, patientBackoff } from './backoff.ts'
import { type AwsCredentials, type Clients, createClients, type RequestHandler } from './clients.ts'
import { retried } from './retried.ts'

export interface SessionOptions {
  readonly clock: Clock
  readonly random: Random
  /** What roles are assumed from. Default: the SDK's own chain. */
  readonly credentials?: (() => Promise<AwsCredentials>) | undefined
  /** Default: what AWS_ENDPOINT_URL or the profile says, else AWS itself. */
  readonly endpoint?: string | undefined
  /** By the FIPS endpoints of AWS; an endpoint that is named is taken as it is. */
  readonly fips?: boolean | undefined
  /** Names drover's sessions in CloudTrail; the release's ID is a good one. */
  readonly sessionName: string
  /** Session tags (the role's trust policy must allow sts:TagSession). */
  readonly sessionTags?: Tags | undefined
  readonly externalId?: string | undefined
  readonly requestHandler?: RequestHandler | undefined
  /** How long a call is tried. Default: about a minute and a half. */
  readonly backoff?: Backoff | undefined
}

export interface Session {
  readonly clients: Clients
  /** The role's; undefined when the place has none. */
  readonly credentials: AwsCredentials | undefined
  /** Wall time in milliseconds; Infinity without a role (the chain renews by itself). */
  readonly endsAt: number
}

export interface Sessions {
  /** A session that still lasts that long. Rejects with what AssumeRole threw. */
  open(place: Place, lastingMs?: number): Promise<Session>
  /** Forgets that session, if it is still the current one: AWS has called it expired. */
  drop(place: Place, session: Session): void
}

/** An hour is what every role allows, and all that a chained one gets. */
const durationMs = 3_600_000

/** Long enough for any one call and its retries. */
const shortestRestMs = 5 * 60_000

/** Sessions end by wall time, also in a rehearsal: AWS (or the local cloud) checks them by it. */
export function createSessions(options: SessionOptions): Sessions {
  const current = new Map<string, Promise<Session>>()

  async function open(place: Place, lastingMs = shortestRestMs): Promise<Session> {
    const key = keyOf(place)
    const known = current.get(key)
    if (known !== undefined && (await known).endsAt - options.clock.wallNow() >= lastingMs) return known
    // Another caller may have replaced it while we waited: two would then ask for one session each.
    if (current.get(key) !== known) return open(place, lastingMs)
    const opening = openSession(options, place)
    current.set(key, opening)
    opening.catch(() => current.delete(key))
    return opening
  }

  function drop(place: Place, session: Session): void {
    const key = keyOf(place)
    current.get(key)?.then(
      (known) => known === session && current.delete(key),
      () => undefined,
    )
  }

  return { open, drop }
}

async function openSession(options: SessionOptions, place: Place): Promise<Session> {
  const { endpoint, requestHandler, fips } = options
  const settings = { region: place.region, endpoint, requestHandler, fips }
  const own = createClients({ ...settings, credentials: options.credentials })
  if (place.role === undefined) return { clients: own, credentials: undefined, endsAt: Number.POSITIVE_INFINITY }
  const { credentials, endsAt } = await assume(own, place.role, options)
  return { clients: createClients({ ...settings, credentials }), credentials, endsAt }
}

async function assume(
  own: Clients,
  role: string,
  options: SessionOptions,
): Promise<{ credentials: AwsCredentials; endsAt: number }> {
  const request = new AssumeRoleCommand({
    RoleArn: role,
    RoleSessionName: sessionNameOf(options.sessionName),
    DurationSeconds: durationMs / 1_000,
    ExternalId: options.externalId,
    Tags: Object.entries(options.sessionTags ?? {}).map(([Key, Value]) => ({ Key, Value })),
  })
  const answer = await retried(() => own.sts.send(request), {
    ...options,
    backoff: options.backoff ?? patientBackoff,
    repeat: 'safe',
  })
  const granted = answer.Credentials
  return {
    credentials: {
      accessKeyId: text(granted?.AccessKeyId, 'access key ID'),
      secretAccessKey: text(granted?.SecretAccessKey, 'secret access key'),
      sessionToken: text(granted?.SessionToken, 'session token'),
    },
    endsAt: granted?.Expiration?.getTime() ?? options.clock.wallNow() + durationMs,
  }
}

/** STS takes 2 to 64 characters of a small alphabet. */
function sessionNameOf(name: string): string {
  return `drover-${name}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64)
}

function keyOf(place: Place): string {
  return `${place.account} ${place.region} ${place.role ?? ''}`
}

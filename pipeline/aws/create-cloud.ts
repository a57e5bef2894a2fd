// The Cloud port over AWS: one CloudAt for each place, and the environment for a child that acts there.

import type { AccessLease, Cloud, CloudAt, LentAccess, Place } from '../ports/index.ts'
import { outcomeOf } from './answer.ts'
import { createCaller, openAt } from './caller.ts'
import type { AwsCredentials } from './clients.ts'
import { clusterVerbs } from './clusters.ts'
import { openEndpoint } from './credentials-endpoint.ts'
import { groupVerbs } from './groups.ts'
import { guardDutyVerbs } from './guardduty.ts'
import { imageVerbs } from './images.ts'
import { inspectorVerbs } from './inspector.ts'
import { instanceVerbs } from './instances.ts'
import { keyVerbs } from './keys.ts'
import { machineSessionVerbs } from './machine-sessions.ts'
import { messagingVerbs } from './messaging.ts'
import { migratingVerbs } from './migrating.ts'
import { networkVerbs } from './network.ts'
import { nodeGroupVerbs } from './node-groups.ts'
import { refreshVerbs } from './refreshes.ts'
import { retiringVerbs } from './retiring.ts'
import { createSessions, type Session, type SessionOptions, type Sessions } from './sessions.ts'
import { surroundingVerbs } from './surroundings.ts'
import { templateVerbs } from './templates.ts'
import { watchingVerbs } from './watching.ts'

export type CloudOptions = SessionOptions

export function createCloud(options: CloudOptions): Cloud {
  const sessions = createSessions(options)
  return {
    at: (place) => cloudAt(place, sessions, options),
    environmentFor: (place) => outcomeOf(() => environment(place, sessions, options, childSessionMs)),
    lend: (place, lease) => outcomeOf(() => lend(place, lease, sessions, options)),
  }
}

function cloudAt(place: Place, sessions: Sessions, options: CloudOptions): CloudAt {
  const call = createCaller(place, sessions, options)
  return {
    place,
    ...networkVerbs(call),
    ...imageVerbs(call),
    ...keyVerbs(call),
    ...instanceVerbs(call),
    ...surroundingVerbs(call),
    ...templateVerbs(call, options.clock),
    ...groupVerbs(call),
    ...clusterVerbs(call, place.region),
    ...refreshVerbs(call),
    ...nodeGroupVerbs(call),
    ...watchingVerbs(call),
    ...machineSessionVerbs(call, place, () => environment(place, sessions, options)),
    ...inspectorVerbs(call),
    ...guardDutyVerbs(call),
    ...messagingVerbs(call),
    ...retiringVerbs(call),
    ...migratingVerbs(call, options.clock),
  }
}

/** A child with keys of its own can't renew them, so it gets a session with nearly all its hour before it. */
const childSessionMs = 55 * 60_000

/** For a child that is done within that time; by default with its first calls. */
async function environment(
  place: Place,
  sessions: Sessions,
  options: CloudOptions,
  lastingMs?: number,
): Promise<Readonly<Record<string, string>>> {
  const { credentials } = await childSession(place, sessions, options, lastingMs)
  return { ...whereabouts(place, options), ...keysOf(credentials) }
}

function keysOf(credentials: AwsCredentials | undefined): Readonly<Record<string, string>> {
  return {
    ...(credentials === undefined
      ? {}
      : { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey }),
    ...(credentials?.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
  }
}

function whereabouts(place: Place, options: CloudOptions): Readonly<Record<string, string>> {
  return {
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    ...(options.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: options.endpoint }),
    ...(options.fips && options.endpoint === undefined ? { AWS_USE_FIPS_ENDPOINT: 'true' } : {}),
  }
}

/** Without a role and without credentials of our own the child finds what the runner has in its own environment. */
async function childSession(
  place: Place,
  sessions: Sessions,
  options: CloudOptions,
  lastingMs?: number,
): Promise<Pick<Session, 'credentials' | 'endsAt'>> {
  if (place.role !== undefined) return openAt(place, sessions, lastingMs)
  const own = await options.credentials?.(lastingMs === undefined ? {} : { lastingMs })
  return { credentials: own, endsAt: own?.expiration?.getTime() ?? Number.POSITIVE_INFINITY }
}

/** Wherever an SDK looks for credentials before it asks the endpoint; Go's takes keys of the default profile first. */
const elsewhere: Readonly<Record<string, string | undefined>> = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_DEFAULT_PROFILE: undefined,
  AWS_ROLE_ARN: undefined,
  AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: undefined,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
}

async function lend(
  place: Place,
  lease: AccessLease | undefined,
  sessions: Sessions,
  options: CloudOptions,
): Promise<LentAccess> {
  const current = () => childSession(place, sessions, options, childSessionMs)
  // Now, so that a role that can't be taken is told before the child starts.
  const { credentials, endsAt } = await current()
  const there = whereabouts(place, options)
  if (credentials === undefined || endsAt === Number.POSITIVE_INFINITY) {
    const masked = credentials === undefined ? {} : elsewhere
    return { environment: { ...masked, ...there, ...keysOf(credentials) }, lease: undefined, end: async () => undefined }
  }
  const endpoint = await openEndpoint(lease ?? { port: 0, token: options.random.hex(64) }, current)
  return { environment: { ...elsewhere, ...there, ...endpoint.environment }, lease: endpoint.lease, end: endpoint.end }
}

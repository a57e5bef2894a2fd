// The Cloud port over AWS: one CloudAt for each place, and the environment for a child that acts there.

import type { Cloud, CloudAt, Place } from '../ports/index.ts'
import { outcomeOf } from './answer.ts'
import { createCaller, openAt } from './caller.ts'
import type { AwsCredentials } from './clients.ts'
import { groupVerbs } from './groups.ts'
import { imageVerbs } from './images.ts'
import { instanceVerbs } from './instances.ts'
import { keyVerbs } from './keys.ts'
import { messagingVerbs } from './messaging.ts'
import { networkVerbs } from './network.ts'
import { refreshVerbs } from './refreshes.ts'
import { retiringVerbs } from './retiring.ts'
import { createSessions, type SessionOptions, type Sessions } from './sessions.ts'
import { surroundingVerbs } from './surroundings.ts'
import { templateVerbs } from './templates.ts'
import { watchingVerbs } from './watching.ts'

export type CloudOptions = SessionOptions

export function createCloud(options: CloudOptions): Cloud {
  const sessions = createSessions(options)
  return {
    at: (place) => cloudAt(place, sessions, options),
    environmentFor: (place) => outcomeOf(() => environment(place, sessions, options)),
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
    ...refreshVerbs(call),
    ...watchingVerbs(call),
    ...messagingVerbs(call),
    ...retiringVerbs(call),
  }
}

/** A child can't renew its session, so it gets one with nearly all its hour before it. */
const childSessionMs = 55 * 60_000

async function environment(place: Place, sessions: Sessions, options: CloudOptions): Promise<Readonly<Record<string, string>>> {
  const credentials = await childCredentials(place, sessions, options)
  return {
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    ...(options.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: options.endpoint }),
    ...(options.fips && options.endpoint === undefined ? { AWS_USE_FIPS_ENDPOINT: 'true' } : {}),
    ...(credentials === undefined
      ? {}
      : { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey }),
    ...(credentials?.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
  }
}

/** Without a role and without credentials of our own the child finds what the runner has in its own environment. */
async function childCredentials(place: Place, sessions: Sessions, options: CloudOptions): Promise<AwsCredentials | undefined> {
  if (place.role === undefined) return options.credentials?.()
  return (await openAt(place, sessions, childSessionMs)).credentials
}

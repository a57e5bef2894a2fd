// Who drover is at a place: the session of its role there, opened once, shared, and renewed before it ends.

import type { ApiCall, Place } from '../ports/index.ts'
import { type AwsCredentials, type Clients, createClients, type RequestHandler } from './clients.ts'
import { type TakingOptions, takeRole } from './take-role.ts'

/** The runner's own; `expiration` where they end. The SDK asks with properties of its own, and is given what its next calls need. */
export type OwnCredentials = (wanted?: {
  readonly lastingMs?: number
}) => Promise<AwsCredentials & { readonly expiration?: Date }>

export interface SessionOptions extends TakingOptions {
  /** What roles are assumed from. Default: the SDK's own chain. */
  readonly credentials?: OwnCredentials | undefined
  /** Default: what AWS_ENDPOINT_URL or the profile says, else AWS itself. */
  readonly endpoint?: string | undefined
  /** By the FIPS endpoints of AWS; an endpoint that is named is taken as it is. */
  readonly fips?: boolean | undefined
  readonly requestHandler?: RequestHandler | undefined
  /** Told of every call and its answer, secrets included. Default: nobody is. */
  readonly onCall?: ((call: ApiCall) => void) | undefined
}

export interface Session {
  readonly clients: Clients
  /** The role's; undefined when the place has none. */
  readonly credentials: AwsCredentials | undefined
  /** Wall time in milliseconds; Infinity without a role (the chain renews by itself). */
  readonly endsAt: number
}

export interface Sessions {
  /** A session that still lasts that long. Rejects with CallFailed. */
  open(place: Place, lastingMs?: number): Promise<Session>
  /** Forgets that session, if it is still the current one: AWS has called it expired. */
  drop(place: Place, session: Session): void
}

/** Long enough for any one call and its retries. */
const shortestRestMs = 5 * 60_000

/** Sessions end by wall time, also in a rehearsal: AWS (or the local cloud) checks them by it. */
export function createSessions(options: SessionOptions): Sessions {
  const current = new Map<string, Promise<Session>>()
  const allowedSeconds = new Map<string, number>()

  async function open(place: Place, lastingMs = shortestRestMs): Promise<Session> {
    const key = keyOf(place)
    const known = current.get(key)
    if (known !== undefined && (await known).endsAt - options.clock.wallNow() >= lastingMs) return known
    // Another caller may have replaced it while we waited: two would then ask for one session each.
    if (current.get(key) !== known) return open(place, lastingMs)
    const opening = openSession(options, place, allowedSeconds)
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

async function openSession(options: SessionOptions, place: Place, allowedSeconds: Map<string, number>): Promise<Session> {
  const { endpoint, requestHandler, fips, onCall } = options
  const settings = { region: place.region, endpoint, requestHandler, fips, onCall }
  const own = createClients({ ...settings, credentials: options.credentials })
  if (place.role === undefined) return { clients: own, credentials: undefined, endsAt: Number.POSITIVE_INFINITY }
  const { credentials, endsAt } = await takeRole(own, place.role, options, allowedSeconds)
  return { clients: createClients({ ...settings, credentials }), credentials, endsAt }
}

function keyOf(place: Place): string {
  return `${place.account} ${place.region} ${place.role ?? ''}`
}

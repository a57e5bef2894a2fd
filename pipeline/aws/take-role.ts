// Taking a role: assumed from the runner's own credentials, or with an identity token of the runner's.

import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, type Credentials } from '@aws-sdk/client-sts'
import type { Clock, FetchIdentityToken, Random, RoleAccess, Tags } from '../ports/index.ts'
import { text } from './answer.ts'
import { type Backoff, patientBackoff, pauseAfter } from './backoff.ts'
import type { AwsCredentials, Clients } from './clients.ts'
import { CallFailed, failureOf } from './failure.ts'
import { refusedRole } from './refused-role.ts'
import { retried } from './retried.ts'

export interface TakingOptions {
  readonly clock: Clock
  readonly random: Random
  /** Names drover's sessions in CloudTrail; the release's ID is a good one. */
  readonly sessionName: string
  /** Session tags of roles that are assumed (their trust policies must allow sts:TagSession). */
  readonly sessionTags?: Tags | undefined
  /** By ARN; any other role is assumed without an external ID. */
  readonly roles?: Readonly<Record<string, RoleAccess>> | undefined
  /** For roles taken by OIDC; asked anew for every session. */
  readonly identityToken?: FetchIdentityToken | undefined
  /** How long a call is tried. Default: about a minute and a half. */
  readonly backoff?: Backoff | undefined
}

export interface Taken {
  readonly credentials: AwsCredentials
  /** Wall time in milliseconds. */
  readonly endsAt: number
}

const hourSeconds = 3_600

/** "Role chaining limits your session to a maximum of one hour"; otherwise up to 12, as the role allows [doc: id_roles_use]: `drover iam` asks 3 of a runner's. */
const identitySeconds = [12 * hourSeconds, 4 * hourSeconds, 3 * hourSeconds, hourSeconds] as const

const plain: RoleAccess = { by: 'assume' }

/** `allowed` remembers how long each role lets a session last. Rejects with CallFailed. */
export async function takeRole(own: Clients, role: string, options: TakingOptions, allowed: Map<string, number>): Promise<Taken> {
  const access = options.roles?.[role] ?? plain
  return access.by === 'oidc' ? withToken(own, role, options, allowed) : assumed(own, role, access, options)
}

async function assumed(own: Clients, role: string, { externalId }: RoleAccess, options: TakingOptions): Promise<Taken> {
  const tags = Object.entries(options.sessionTags ?? {}).map(([Key, Value]) => ({ Key, Value: tagValue(Value) }))
  const request = new AssumeRoleCommand({
    RoleArn: role,
    RoleSessionName: sessionNameOf(options.sessionName),
    DurationSeconds: hourSeconds,
    ExternalId: externalId,
    ...(tags.length === 0 ? {} : { Tags: tags }),
  })
  try {
    const { Credentials: granted } = await sent(() => own.sts.send(request), options)
    return takenFrom(granted, options, hourSeconds)
  } catch (error) {
    const asked = { by: 'assume', hasExternalId: externalId !== undefined, hasTags: tags.length > 0 } as const
    throw refusedRole(failureOf(error, `AssumeRole ${role}`), role, asked, error)
  }
}

async function withToken(own: Clients, role: string, options: TakingOptions, allowed: Map<string, number>): Promise<Taken> {
  const token = await identityToken(options, role)
  const known = allowed.get(role)
  for (const seconds of known === undefined ? identitySeconds : [known]) {
    const request = new AssumeRoleWithWebIdentityCommand({
      RoleArn: role,
      RoleSessionName: sessionNameOf(options.sessionName),
      DurationSeconds: seconds,
      WebIdentityToken: token,
    })
    try {
      const { Credentials: granted } = await sent(() => own.sts.send(request), options)
      allowed.set(role, seconds)
      return takenFrom(granted, options, seconds)
    } catch (error) {
      if (seconds > hourSeconds && isTooLong(error)) {
        allowed.delete(role)
        continue
      }
      throw refusedRole(failureOf(error, `AssumeRoleWithWebIdentity ${role}`), role, { by: 'oidc', token }, error)
    }
  }
  // What the role allowed before it allows no longer.
  return withToken(own, role, options, allowed)
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && /MaxSessionDuration/.test(error.message)
}

/** Asked for as long as a call is tried, while whoever gives tokens only stumbles. */
async function identityToken({ identityToken: fetch, ...options }: TakingOptions, role: string): Promise<string> {
  const backoff = options.backoff ?? patientBackoff
  for (let failed = 1; ; failed++) {
    const answer = await fetch?.()
    if (answer?.ok) return answer.token
    if (!answer?.mayPass || failed >= backoff.tries) {
      throw new CallFailed({
        ok: false,
        kind: answer?.mayPass ? 'unavailable' : 'denied',
        code: 'NoIdentityToken',
        message: `${role} is taken by OIDC, and there is no identity token for it: ${answer?.message ?? 'nothing gives this runner one'}`,
      })
    }
    await options.clock.pause(pauseAfter(failed, backoff, options.random))
  }
}

function sent<Answer>(send: () => Promise<Answer>, options: TakingOptions): Promise<Answer> {
  return retried(send, { ...options, backoff: options.backoff ?? patientBackoff, repeat: 'safe' })
}

function takenFrom(granted: Credentials | undefined, { clock }: TakingOptions, seconds: number): Taken {
  return {
    credentials: {
      accessKeyId: text(granted?.AccessKeyId, 'access key ID'),
      secretAccessKey: text(granted?.SecretAccessKey, 'secret access key'),
      sessionToken: text(granted?.SessionToken, 'session token'),
    },
    endsAt: granted?.Expiration?.getTime() ?? clock.wallNow() + seconds * 1_000,
  }
}

/** STS takes 2 to 64 characters of a small alphabet. */
function sessionNameOf(name: string): string {
  return `drover-${name}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64)
}

/** "Up to 256 characters" of letters, digits, blanks and `_.:/=+-@` [doc: id_session-tags]. */
function tagValue(value: Tags[string]): string {
  return value.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '-').slice(0, 256)
}

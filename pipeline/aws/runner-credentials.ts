// The runner's own credentials where its role is taken by OIDC: a session, and the next one before that ends, however long a runner runs.

import { assert } from '../kernel/index.ts'
import { createSessions, type OwnCredentials, type SessionOptions } from './sessions.ts'

interface RunnerRole {
  /** ARN. */
  readonly role: string
  /** Whose STS is asked. */
  readonly region: string
}

/** For the `credentials` of a cloud and of a bucket: whoever uses them asks again before `expiration`. Rejects with CallFailed. */
export function runnerCredentials(
  { role, region }: RunnerRole,
  options: Omit<SessionOptions, 'credentials' | 'roles' | 'sessionTags'>,
): OwnCredentials {
  const sessions = createSessions({ ...options, roles: { [role]: { by: 'oidc' } } })
  const [, account = ''] = /::(\d{12}):/.exec(role) ?? []
  return async ({ lastingMs } = {}) => {
    const { credentials, endsAt } = await sessions.open({ account, region, role }, lastingMs)
    assert(credentials, `the session of ${role} has no credentials`)
    return { ...credentials, expiration: new Date(endsAt) }
  }
}

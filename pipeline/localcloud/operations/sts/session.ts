// Keys of assumed roles: temporary, carried with a token, ended by wall time.

import { createHash } from 'node:crypto'
import type { Random } from '../../../ports/index.ts'
import type { AccessKey } from '../../store/account.ts'
import { type Draft, everywhere } from '../../store/state.ts'
import type { Tags } from '../../store/tags.ts'

export interface SessionRequest {
  readonly account: string
  readonly role: string
  readonly name: string
  readonly durationSeconds: number
  readonly isChained: boolean
  /** The role's own, when somebody made it. */
  readonly roleId?: string
  readonly policies?: readonly string[]
  readonly tags?: Tags
  readonly transitiveTagKeys?: readonly string[]
}

export function openSession(draft: Draft, request: SessionRequest, wallNow: number, random: Random): AccessKey {
  forgetExpired(draft, wallNow)
  const { account, role, name } = request
  const key: AccessKey = {
    id: `ASIA${random.hex(16).toUpperCase()}`,
    secretAccessKey: random.hex(40),
    sessionToken: random.hex(120),
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    userId: `${request.roleId ?? roleId(account, role)}:${name}`,
    expiresAt: wallNow + request.durationSeconds * 1_000,
    isChained: request.isChained,
    ...(request.policies?.length ? { sessionPolicies: request.policies } : {}),
    ...(request.tags === undefined ? {} : { sessionTags: request.tags }),
    ...(request.transitiveTagKeys?.length ? { transitiveTagKeys: request.transitiveTagKeys } : {}),
  }
  draft.put(everywhere, 'accessKeys', key.id, key)
  return key
}

/** What both ways of taking a role answer. */
export function sessionAnswer(key: AccessKey, wallNow: number) {
  return {
    Credentials: {
      AccessKeyId: key.id,
      SecretAccessKey: key.secretAccessKey,
      SessionToken: key.sessionToken,
      Expiration: new Date(key.expiresAt ?? wallNow),
    },
    AssumedRoleUser: { AssumedRoleId: key.userId, Arn: key.arn },
  }
}

/** The unique ID of a role nobody made: always the same for the same role. */
export function roleId(account: string, role: string): string {
  return `AROA${createHash('sha256').update(`${account}/${role}`).digest('hex').slice(0, 17).toUpperCase()}`
}

const keptAfterEndMs = 3_600_000

/** An expired key is known for a while: its use is answered as expired, not as unknown. */
function forgetExpired(draft: Draft, wallNow: number): void {
  for (const key of draft.rows(everywhere, 'accessKeys')) {
    if (key.expiresAt !== undefined && key.expiresAt + keptAfterEndMs < wallNow) draft.remove(everywhere, 'accessKeys', key.id)
  }
}

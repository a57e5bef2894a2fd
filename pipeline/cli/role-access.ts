// How this runner takes the configuration's roles.

import type { CloudOptions } from '../aws/index.ts'
import type { Config } from '../config/index.ts'
import { createFiles, createHttpClient, createIdentityToken } from '../system/index.ts'

export type TakenRoles = Pick<CloudOptions, 'roles' | 'identityToken'>

export function takenRoles({ roles }: Config): TakenRoles {
  const ports = { files: createFiles(), http: createHttpClient() }
  return { roles, identityToken: createIdentityToken({ ...ports, environment: process.env }) }
}

/** The rehearsal's cloud knows no issuer of tokens: its owner assumes every role. */
export function rehearsedRoles({ roles }: Config): TakenRoles {
  return { roles: Object.fromEntries(Object.entries(roles).filter(([, { by }]) => by === 'assume')) }
}

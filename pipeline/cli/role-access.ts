// How this runner takes the configuration's roles, and whom it takes them as.

import { type CloudOptions, runnerCredentials } from '../aws/index.ts'
import type { Config } from '../config/index.ts'
import { createFiles, createHttpClient, createIdentityToken, createRandom, createSystemClock } from '../system/index.ts'

export type TakenRoles = Pick<CloudOptions, 'roles' | 'identityToken' | 'credentials'>

/** `DROVER_ROLE` is taken by OIDC, and again before each session ends; without it the runner is whoever the SDK finds by itself. */
export function takenRoles({ roles, images, organisation, fips }: Config): TakenRoles {
  const ports = { files: createFiles(), http: createHttpClient() }
  const identityToken = createIdentityToken({ ...ports, environment: process.env })
  const role = process.env.DROVER_ROLE
  if (!role) return { roles, identityToken }
  const named = { sessionName: organisation, clock: createSystemClock(), random: createRandom() }
  const credentials = runnerCredentials({ role, region: images.region }, { ...named, identityToken, fips })
  return { roles, identityToken, credentials }
}

/** The rehearsal's cloud knows no issuer of tokens: its owner assumes every role. */
export function rehearsedRoles({ roles }: Config): TakenRoles {
  return { roles: Object.fromEntries(Object.entries(roles).filter(([, { by }]) => by === 'assume')) }
}

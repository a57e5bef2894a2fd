// How to reach a running local cloud: a file in its state folder, readable by its owner only, and the admin door behind it.

import { z } from 'zod'
import { ProblemError } from '../kernel/index.ts'
import type { Detached, Files } from '../ports/index.ts'
import type { AdminOutputs } from './admin.ts'
import type { AdminAction, AdminInput } from './admin-inputs.ts'
import { adminPath } from './server.ts'

const schema = z.object({
  /** AWS_ENDPOINT_URL. */
  endpoint: z.url(),
  /** The home account and its root key. */
  account: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  adminToken: z.string(),
  /** The process that serves it. */
  pid: z.number(),
  startTicks: z.number(),
})

export type CloudAccess = Readonly<z.infer<typeof schema>>

export function accessFile(stateDirectory: string): string {
  return `${stateDirectory}/access.json`
}

/** What the cloud of that state folder wrote when it came up; undefined when it is down or never was. */
export async function readAccess(files: Files, stateDirectory: string): Promise<CloudAccess | undefined> {
  const text = await files.readText(accessFile(stateDirectory))
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}

/** The process that serves it, for asking whether it is still alive. */
export function processOf({ pid, startTicks }: CloudAccess): Detached {
  return { pid, startTicks }
}

/** One action of the admin door of a running cloud. Throws ProblemError with the door's own words when it refuses. */
export async function askAdmin<A extends AdminAction>(
  access: CloudAccess,
  action: A,
  input: AdminInput<A>,
): Promise<AdminOutputs[A]> {
  const headers = { authorization: `Bearer ${access.adminToken}`, 'content-type': 'application/json' }
  const response = await fetch(`${access.endpoint}${adminPath}${action}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(input),
  })
  const body = (await response.json()) as AdminOutputs[A] & { readonly error?: string }
  if (response.ok) return body
  throw new ProblemError({ code: 'bad-argument', message: `the local cloud refused ${action}: ${body.error ?? response.status}` })
}

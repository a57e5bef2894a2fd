// The way to a cluster by a kubeconfig: its current context, with a token or a certificate in it or beside it.

import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { CloudOutcome, Files } from '../../ports/index.ts'
import type { ClusterAccess } from './api.ts'

const text = z.string().min(1)

const clusterShape = z.object({
  server: z.url({ protocol: /^https$/ }),
  'certificate-authority': text.optional(),
  'certificate-authority-data': z.base64().optional(),
})

const userShape = z.object({
  token: text.optional(),
  tokenFile: text.optional(),
  'client-certificate': text.optional(),
  'client-certificate-data': z.base64().optional(),
  'client-key': text.optional(),
  'client-key-data': z.base64().optional(),
})

const shape = z.object({
  'current-context': text,
  contexts: z.array(z.object({ name: text, context: z.object({ cluster: text, user: text }) })),
  clusters: z.array(z.object({ name: text, cluster: z.unknown() })),
  users: z.array(z.object({ name: text, user: z.unknown() })),
})

/** Read anew each time: whoever renews a token there is followed. What is in the file is never told. */
export async function accessByKubeconfig(files: Pick<Files, 'readText'>, path: string): Promise<CloudOutcome<ClusterAccess>> {
  const written = await files.readText(path)
  if (written === undefined) return refused(`there is no kubeconfig ${path}`)
  const whole = shape.safeParse(parsed(written))
  if (!whole.success) return refused(`${path} is no kubeconfig: ${placeOf(whole.error)}`)
  const { 'current-context': current, contexts, clusters, users } = whole.data
  const context = contexts.find(({ name }) => name === current)?.context
  const cluster = clusterShape.safeParse(clusters.find(({ name }) => name === context?.cluster)?.cluster)
  if (!cluster.success) return refused(`${path} has no cluster for its current context: ${placeOf(cluster.error)}`)
  const user = userShape.safeParse(users.find(({ name }) => name === context?.user)?.user)
  if (!user.success) return refused(`${path} has no user for its current context: ${placeOf(user.error)}`)

  /** Written there as base64, or in a file beside it. */
  const pem = async (data: string | undefined, file: string | undefined): Promise<string | undefined> =>
    data === undefined
      ? file && (await files.readText(resolve(dirname(path), file)))
      : Buffer.from(data, 'base64').toString('utf8')
  const authority = await pem(cluster.data['certificate-authority-data'], cluster.data['certificate-authority'])
  if (!authority) return refused(`${path} names no authority for the cluster: who answers there could be anybody`)
  const certificate = await pem(user.data['client-certificate-data'], user.data['client-certificate'])
  const key = await pem(user.data['client-key-data'], user.data['client-key'])
  const { tokenFile } = user.data
  const token = user.data.token ?? (tokenFile && (await files.readText(resolve(dirname(path), tokenFile)))?.trim())
  const isKnown = certificate && key
  if (!token && !isKnown) {
    return refused(`${path} has neither a token nor a certificate for its user; of an EKS cluster, name the cluster instead`)
  }
  return {
    ok: true,
    value: {
      server: cluster.data.server.replace(/\/+$/, ''),
      trust: { authority, ...(isKnown ? { client: { certificate, key } } : {}) },
      ...(token ? { token } : {}),
    },
  }
}

function parsed(written: string): unknown {
  try {
    return parse(written)
  } catch {
    return undefined
  }
}

function placeOf({ issues: [first] }: z.ZodError): string {
  const where = first?.path.map(String).join('.')
  return where ? `\`${where}\` is not as it should be` : 'it is missing, or something else'
}

function refused(message: string): CloudOutcome<never> {
  return { ok: false, kind: 'invalid', code: 'NoAccess', message }
}

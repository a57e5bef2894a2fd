// The instance metadata service, version 2 (and 1 where the instance allows it): one request, one answer. Pure.

import type { InstanceFacts } from './facts.ts'
import { issueToken, isTokenValid, parseTokenSeconds } from './token.ts'
import { type MetadataFolder, type MetadataNode, metadataTree } from './tree.ts'

export interface MetadataRequest {
  readonly method: string
  /** Path and query, as in the request line. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface MetadataAnswer {
  readonly status: 200 | 400 | 401 | 403 | 404 | 405
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface MetadataContext {
  /** Signs the tokens. */
  readonly secret: string
  readonly nowMs: number
}

const tokenHeader = 'x-aws-ec2-metadata-token'
const tokenSecondsHeader = 'x-aws-ec2-metadata-token-ttl-seconds'
/** Versions are dates, and EC2 goes on answering the old ones; a listing needs only a few. */
const listedVersions = ['2016-09-02', '2018-09-24', '2021-03-23', '2024-04-11', 'latest']
const version = /^(?:latest|1\.0|\d{4}-\d{2}-\d{2})$/
/** The first version that shows an instance its tags. */
const tagsSince = '2021-03-23'

export function answerMetadata(
  request: MetadataRequest,
  facts: InstanceFacts | undefined,
  context: MetadataContext,
): MetadataAnswer {
  if (facts === undefined) return refuse(404)
  if (facts.options.endpoint === 'disabled') return refuse(403)
  const [path = '/'] = request.path.split('?')
  const parts = path.split('/').filter((part) => part !== '')
  if (request.method === 'PUT') return parts.join('/') === 'latest/api/token' ? answerToken(request, facts, context) : refuse(405)
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
  const token = request.headers[tokenHeader]
  if (token === undefined && facts.options.tokens === 'required') return refuse(401)
  if (token !== undefined && !isTokenValid(context.secret, facts.instanceId, token, context.nowMs)) return refuse(401)
  return answerPath(parts, facts)
}

/** A request that came through a proxy gets no token: the rule that keeps credentials from open proxies. */
function answerToken(
  { headers }: MetadataRequest,
  { instanceId }: InstanceFacts,
  { secret, nowMs }: MetadataContext,
): MetadataAnswer {
  if (headers['x-forwarded-for'] !== undefined) return refuse(403)
  const seconds = parseTokenSeconds(headers[tokenSecondsHeader])
  if (seconds === undefined) return refuse(400)
  return {
    ...accept(issueToken(secret, instanceId, nowMs + seconds * 1_000)),
    headers: { ...plain, [tokenSecondsHeader]: String(seconds) },
  }
}

function answerPath([asked, ...rest]: readonly string[], facts: InstanceFacts): MetadataAnswer {
  if (asked === undefined) return accept(listedVersions.join('\n'))
  if (!version.test(asked)) return refuse(404)
  const { tags, ...untagged } = facts
  const node = find(metadataTree(asked >= tagsSince ? facts : untagged), rest)
  if (node === undefined) return refuse(404)
  if (typeof node === 'string' || node instanceof Uint8Array) return accept(node)
  return accept(rest.at(-1) === 'public-keys' && facts.keyPair ? `0=${facts.keyPair.name}` : list(node))
}

function find(root: MetadataNode, path: readonly string[]): MetadataNode | undefined {
  let node = root
  for (const name of path) {
    if (typeof node === 'string' || node instanceof Uint8Array || !Object.hasOwn(node, name)) return undefined
    node = node[name] as MetadataNode
  }
  return node
}

/** A name a line; folders end in a slash. */
function list(folder: MetadataFolder): string {
  return Object.entries(folder)
    .map(([name, node]) => (typeof node === 'string' || node instanceof Uint8Array ? name : `${name}/`))
    .join('\n')
}

const plain = { 'content-type': 'text/plain', server: 'EC2ws' }

function accept(body: string | Uint8Array): MetadataAnswer {
  return {
    status: 200,
    headers: body instanceof Uint8Array ? { ...plain, 'content-type': 'application/octet-stream' } : plain,
    body,
  }
}

function refuse(status: MetadataAnswer['status']): MetadataAnswer {
  return { status, headers: plain, body: '' }
}

// The runner's identity token for AWS: from the file that its platform keeps fresh, or asked of GitHub for each session.

import type { FetchIdentityToken, Files, HttpClient } from '../ports/index.ts'

export interface IdentityTokenOptions {
  readonly files: Pick<Files, 'readText'>
  readonly http: HttpClient
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Whom the token is made out to. */
const audience = 'sts.amazonaws.com'

/** Nothing is kept: GitHub's tokens last minutes, and a file's are replaced in place. It is asked once: who takes a role asks again. */
export function createIdentityToken(options: IdentityTokenOptions): FetchIdentityToken {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: file, ACTIONS_ID_TOKEN_REQUEST_URL: url } = options.environment
  if (file) return () => fromFile(options, file)
  if (url) return () => fromGitHub(options, url)
  const hint =
    'give the job `permissions: id-token: write` (GitHub), or name the file that has the token in AWS_WEB_IDENTITY_TOKEN_FILE'
  return async () => ({ ok: false, message: hint, mayPass: false })
}

async function fromFile({ files }: IdentityTokenOptions, file: string): ReturnType<FetchIdentityToken> {
  const written = await files.readText(file)
  const token = written?.trim()
  if (token) return { ok: true, token }
  // An empty one may be about to be written.
  return { ok: false, message: `${file} (AWS_WEB_IDENTITY_TOKEN_FILE) has none`, mayPass: written !== undefined }
}

/** "The audience of the token is the `audience` of the query" [doc: oidc-reference]. */
async function fromGitHub({ http, environment }: IdentityTokenOptions, url: string): ReturnType<FetchIdentityToken> {
  const asked = new URL(url)
  asked.searchParams.set('audience', audience)
  const headers = { authorization: `Bearer ${environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? ''}`, accept: 'application/json' }
  const signal = new AbortController().signal
  const reply = await http.send({ method: 'GET', url: asked.href, headers, timeoutMs: 10_000, signal })
  const token = reply.ok && reply.status === 200 ? tokenIn(reply.body) : undefined
  if (token !== undefined) return { ok: true, token }
  const mayPass = !reply.ok || reply.status >= 500 || reply.status === 429 || reply.status === 200
  return { ok: false, message: `GitHub gave none: ${reply.ok ? `status ${reply.status}` : reply.message}`, mayPass }
}

function tokenIn(body: string): string | undefined {
  try {
    const { value } = JSON.parse(body)
    return typeof value === 'string' && value !== '' ? value : undefined
  } catch {
    return undefined
  }
}

// A loopback address where a child of drover gets the current session, in the form the AWS SDKs ask for it.

import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AccessLease } from '../ports/index.ts'
import { CallFailed } from './failure.ts'
import type { Session } from './sessions.ts'

export interface CredentialsEndpoint {
  readonly lease: AccessLease
  /** What makes an SDK ask here. [doc: feature-container-credentials] */
  readonly environment: Readonly<Record<string, string>>
  end(): Promise<void>
}

type LentSession = Pick<Session, 'credentials' | 'endsAt'>

const path = '/session'

/** Serves whoever shows the token, and no other machine. `current` rejects with CallFailed. */
export async function openEndpoint(wanted: AccessLease, current: () => Promise<LentSession>): Promise<CredentialsEndpoint> {
  const { token } = wanted
  const server = createServer((request, response) => void answer(request, response, token, current))
  const port = await listen(server, wanted.port)
  return {
    lease: { port, token },
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}${path}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
    },
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code ?? 'UnknownError'
      reject(
        new CallFailed({ ok: false, kind: 'unavailable', code, message: `no loopback port to lend access on: ${code}` }, cause),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

async function answer(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  token: string,
  current: () => Promise<LentSession>,
): Promise<void> {
  const say = (status: number, body: object) =>
    response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' }).end(JSON.stringify(body))
  if (method !== 'GET' || url !== path) return void say(404, { code: 'NotFound', message: 'there is nothing else here' })
  if (!isSame(headers.authorization ?? '', token)) return void say(403, { code: 'AccessDenied', message: 'the token is not it' })
  try {
    const { credentials, endsAt } = await current()
    say(200, {
      AccessKeyId: credentials?.accessKeyId,
      SecretAccessKey: credentials?.secretAccessKey,
      Token: credentials?.sessionToken,
      Expiration: new Date(endsAt).toISOString(),
    })
  } catch (cause) {
    const failure = cause instanceof CallFailed ? cause.failure : { code: 'InternalError', message: 'no session' }
    say(500, { code: failure.code, message: failure.message })
  }
}

function isSame(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)]
  return left.length === right.length && timingSafeEqual(left, right)
}

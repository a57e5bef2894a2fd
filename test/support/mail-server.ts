// A real mail server on this machine, which keeps what it is given.

import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface TestMailServer {
  readonly port: number
  /** Letters as they came, headers and all. */
  readonly letters: string[]
  close(): Promise<void>
}

export async function startMailServer(options: SMTPServerOptions = {}): Promise<TestMailServer> {
  const letters: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    onData: async (stream, _session, done) => {
      let letter = ''
      for await (const chunk of stream) letter += chunk
      letters.push(letter)
      done()
    },
    ...options,
  })
  // A client that hangs up in the middle is part of some tests.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return { port, letters, close: () => new Promise((resolve) => void server.close(() => resolve())) }
}

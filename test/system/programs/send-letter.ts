// Sends a letter to the port it is given, as `security` says; prints the outcome. Its certificates are those of its environment.

import type { MailServer } from '../../../pipeline/ports/index.ts'
import { createMailer } from '../../../pipeline/system/index.ts'

const [port, security] = process.argv.slice(2)
const server: MailServer = { host: 'localhost', port: Number(port), security: security as 'tls', login: undefined }
const letter = { from: 'a@acme.example', to: ['b@acme.example'], subject: 's', text: 't', messageId: 'm@x', thread: 'm@x' }
const outcome = await createMailer().send(server, letter, { timeoutMs: 5_000, signal: new AbortController().signal })
process.stdout.write(`${JSON.stringify(outcome)}\n`)

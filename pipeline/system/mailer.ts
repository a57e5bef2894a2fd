// Letters by SMTP, through nodemailer.

import { createTransport } from 'nodemailer'
import { thrownWords } from '../kernel/index.ts'
import type { Letter, Mailer, MailOutcome, MailServer } from '../ports/index.ts'

export function createMailer(): Mailer {
  return { send }
}

async function send(
  server: MailServer,
  letter: Letter,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<MailOutcome> {
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A text is all that is sent: nothing in it may become a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(server.login === undefined ? {} : { auth: { user: server.login.user, pass: server.login.password } }),
  })
  const over = AbortSignal.any([AbortSignal.timeout(timeoutMs), signal])
  try {
    return await Promise.race([deliver(transport, letter), untilAborted(over, timeoutMs)])
  } finally {
    transport.close()
  }
}

async function deliver(transport: ReturnType<typeof createTransport>, letter: Letter): Promise<MailOutcome> {
  const { from, to, subject, text, messageId, thread } = letter
  try {
    const references = messageId === thread ? {} : { references: `<${thread}>`, inReplyTo: `<${thread}>` }
    await transport.sendMail({ from, to: [...to], subject, text, messageId: `<${messageId}>`, ...references })
    return { ok: true }
  } catch (error) {
    return failureOf(error)
  }
}

/** 4xx is "not now", 5xx is "no"; without an answer the server may be back soon. */
function failureOf(error: unknown): MailOutcome {
  const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0
  return { ok: false, message: thrownWords(error), mayPass: !(code >= 500) }
}

function untilAborted(signal: AbortSignal, timeoutMs: number): Promise<MailOutcome> {
  return new Promise((resolve) => {
    const give = () => resolve({ ok: false, message: `no answer within ${timeoutMs} ms`, mayPass: true })
    if (signal.aborted) give()
    else signal.addEventListener('abort', give, { once: true })
  })
}

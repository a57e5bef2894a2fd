import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Letter, MailServer } from '../../pipeline/ports/index.ts'
import { createMailer } from '../../pipeline/system/index.ts'
import { startMailServer, type TestMailServer } from '../support/mail-server.ts'

const mailer = createMailer()
const never = new AbortController().signal
const open: TestMailServer[] = []
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-mail-'))
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  await execa('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    ...subject,
    '-keyout',
    key(),
    '-out',
    certificate(),
  ])
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const key = () => join(folder, 'key.pem')
const certificate = () => join(folder, 'certificate.pem')

async function start(options: Parameters<typeof startMailServer>[0] = {}): Promise<TestMailServer> {
  const server = await startMailServer(options)
  open.push(server)
  return server
}

async function withCertificate(options: Parameters<typeof startMailServer>[0] = {}): Promise<TestMailServer> {
  return start({ key: await readFile(key()), cert: await readFile(certificate()), ...options })
}

function aServer(port: number, over: Partial<MailServer> = {}): MailServer {
  return { host: '127.0.0.1', port, security: 'none', login: undefined, ...over }
}

function aLetter(over: Partial<Letter> = {}): Letter {
  return {
    from: 'images@acme.example',
    to: ['ops@acme.example', 'security@acme.example'],
    subject: 'The bake failed',
    text: 'Grüße\n',
    messageId: 'hash-1@acme.example',
    thread: 'acme.web@acme.example',
    ...over,
  }
}

const limits = { timeoutMs: 5_000, signal: never }

describe('a letter', () => {
  test('arrives with its text, its ID and its thread', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    expect(await mailer.send(aServer(server.port), aLetter(), limits)).toEqual({ ok: true })
    const [letter = ''] = server.letters
    expect(letter).toContain('From: images@acme.example\r\n')
    expect(letter).toContain('To: ops@acme.example, security@acme.example\r\n')
    expect(letter).toContain('Message-ID: <hash-1@acme.example>\r\n')
    expect(letter).toContain('References: <acme.web@acme.example>\r\n')
    expect(letter).toContain('Content-Type: text/plain; charset=utf-8\r\n')
    expect(letter).toMatch(/Gr=C3=BC=C3=9Fe/)
  })

  test('gets no header from its subject', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    await mailer.send(aServer(server.port), aLetter({ subject: 'The bake\r\nBcc: eve@evil.example\r\n\r\nfailed' }), limits)
    const [headers = ''] = (server.letters[0] ?? '').split('\r\n\r\n')
    expect(headers).not.toMatch(/^Bcc:/m)
  })

  test('logs in, and says which login was refused without its password', async () => {
    const server = await start({
      authOptional: false,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username, password }, _session, answer) =>
        password === 'right' ? answer(null, { user: username ?? '' }) : answer(new Error('no such login')),
    })
    const login = { user: 'drover', password: 'right' }
    expect(await mailer.send(aServer(server.port, { login }), aLetter(), limits)).toEqual({ ok: true })
    const refused = await mailer.send(aServer(server.port, { login: { ...login, password: 'hunter2' } }), aLetter(), limits)
    expect(refused).toMatchObject({ ok: false, mayPass: false })
    expect(JSON.stringify(refused)).not.toContain('hunter2')
  })
})

describe('in the clear nothing is said', () => {
  test('to a server that does not offer STARTTLS', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    expect(await mailer.send(aServer(server.port, { security: 'starttls' }), aLetter(), limits)).toMatchObject({ ok: false })
    expect(server.letters).toEqual([])
  })

  test.each(['starttls', 'tls'] as const)('nor to one whose certificate nobody vouches for (%s)', async (security) => {
    const server = await withCertificate({ secure: security === 'tls' })
    const outcome = await mailer.send(aServer(server.port, { host: 'localhost', security }), aLetter(), limits)
    expect(outcome).toMatchObject({ ok: false, message: expect.stringMatching(/certificate/) })
    expect(server.letters).toEqual([])
  })

  test.each(['starttls', 'tls'] as const)(
    'with a certificate that the runner trusts it is said in secret (%s)',
    async (security) => {
      const secured: boolean[] = []
      const server = await withCertificate({
        secure: security === 'tls',
        onMailFrom: (_address, session, done) => {
          secured.push(session.secure)
          done()
        },
      })
      const program = join(import.meta.dirname, 'programs/send-letter.ts')
      const { stdout } = await execa('npx', ['tsx', program, String(server.port), security], {
        env: { NODE_EXTRA_CA_CERTS: certificate() },
      })
      expect(JSON.parse(stdout)).toEqual({ ok: true })
      expect(secured).toEqual([true])
    },
  )
})

describe('a server that', () => {
  test.each([
    [451, true],
    [550, false],
  ])('answers %d may take it later: %s', async (responseCode, mayPass) => {
    const server = await start({
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('not now'), { responseCode })),
    })
    expect(await mailer.send(aServer(server.port), aLetter(), limits)).toMatchObject({ ok: false, mayPass })
  })

  test('is not there may be back', async () => {
    const server = await startMailServer()
    await server.close()
    expect(await mailer.send(aServer(server.port), aLetter(), limits)).toMatchObject({ ok: false, mayPass: true })
  })

  test('never says a word is given up in time', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = silent.address() as AddressInfo
      const outcome = await mailer.send(aServer(port), aLetter(), { timeoutMs: 100, signal: never })
      expect(outcome).toMatchObject({ ok: false, mayPass: true })
    } finally {
      silent.close()
    }
  })
})

// Where the runner's identity token comes from: a file, or GitHub's address, asked over a socket.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createHttpClient, createIdentityToken } from '../../pipeline/system/index.ts'
import { type LoopbackService, type ServiceReply, startService } from '../support/loopback-service.ts'
import { createMemoryFiles } from '../support/memory-files.ts'

let service: LoopbackService
let url: string
let answers: ServiceReply[]

beforeAll(async () => {
  service = await startService(() => answers.shift() ?? { status: 500 })
  url = `${service.origin}/token?api-version=2.0`
})

beforeEach(() => {
  answers = []
})

afterAll(() => service.close())

function tokenOf(environment: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  const ports = { files: createMemoryFiles(files), http: createHttpClient() }
  return createIdentityToken({ ...ports, environment })
}

const github = () => tokenOf({ ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token' })

test('a platform’s file comes first, and is read each time', async () => {
  const environment = { AWS_WEB_IDENTITY_TOKEN_FILE: '/run/token', ACTIONS_ID_TOKEN_REQUEST_URL: url }
  expect(await tokenOf(environment, { '/run/token': 'a.b.c\n' })()).toEqual({ ok: true, token: 'a.b.c' })
  const none = { ok: false, message: '/run/token (AWS_WEB_IDENTITY_TOKEN_FILE) has none' }
  expect(await tokenOf(environment)()).toEqual({ ...none, mayPass: false })
  expect(await tokenOf(environment, { '/run/token': '' })()).toEqual({ ...none, mayPass: true })
})

test('GitHub is asked for one that is made out to AWS', async () => {
  answers = [{ status: 200, body: '{"count":1,"value":"a.b.c"}' }]
  expect(await github()()).toEqual({ ok: true, token: 'a.b.c' })
  const last = service.asked.at(-1)
  expect(last?.path).toBe('/token?api-version=2.0&audience=sts.amazonaws.com')
  expect(last?.headers.authorization).toBe('Bearer request-token')
})

test.each([
  [503, 'request-token', true],
  [429, '', true],
  [200, 'try again later', true],
  [403, 'request-token', false],
])('a status of %i without a token is told by its number: it stumbles or refuses', async (status, body, mayPass) => {
  answers = [{ status, body }]
  expect(await github()()).toEqual({ ok: false, message: `GitHub gave none: status ${status}`, mayPass })
})

test('an address where nobody answers may answer later', async () => {
  const environment = {
    ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:9/token',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
  }
  expect(await tokenOf(environment)()).toMatchObject({ ok: false, mayPass: true })
})

test('a runner with neither is told what to give it', async () => {
  const answer = await tokenOf({})()
  expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('id-token: write') })
})

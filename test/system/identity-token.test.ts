// Where the runner's identity token comes from: a file, or GitHub's address, asked over a socket.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createHttpClient, createIdentityToken } from '../../pipeline/system/index.ts'
import { type LoopbackService, type ServiceReply, startService } from '../support/loopback-service.ts'
import { createMemoryFiles } from '../support/memory-files.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

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
  const ports = { files: createMemoryFiles(files), http: createHttpClient(), clock: createVirtualClock() }
  return createIdentityToken({ ...ports, environment })
}

const github = () => tokenOf({ ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token' })

test('a platform’s file comes first, and is read each time', async () => {
  const environment = { AWS_WEB_IDENTITY_TOKEN_FILE: '/run/token', ACTIONS_ID_TOKEN_REQUEST_URL: url }
  expect(await tokenOf(environment, { '/run/token': 'a.b.c\n' })()).toEqual({ ok: true, token: 'a.b.c' })
  expect(await tokenOf(environment)()).toEqual({ ok: false, message: '/run/token (AWS_WEB_IDENTITY_TOKEN_FILE) has none' })
})

test('GitHub is asked for one that is made out to AWS', async () => {
  answers = [{ status: 200, body: '{"count":1,"value":"a.b.c"}' }]
  expect(await github()()).toEqual({ ok: true, token: 'a.b.c' })
  const last = service.asked.at(-1)
  expect(last?.path).toBe('/token?api-version=2.0&audience=sts.amazonaws.com')
  expect(last?.headers.authorization).toBe('Bearer request-token')
})

test('it is asked again when it stumbles, and not when it refuses', async () => {
  answers = [{ status: 503 }, { status: 200, body: '{"value":"a.b.c"}' }]
  expect(await github()()).toEqual({ ok: true, token: 'a.b.c' })
  answers = [{ status: 403, body: 'request-token' }]
  expect(await github()()).toEqual({ ok: false, message: 'GitHub gave none: status 403' })
  const before = service.asked.length
  expect(await github()()).toMatchObject({ ok: false, message: 'GitHub gave none: status 500' })
  expect(service.asked.length - before).toBe(3)
})

test('a runner with neither is told what to give it', async () => {
  const answer = await tokenOf({})()
  expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('id-token: write') })
})

// Tickets, over a stateful server that answers as GitHub does.

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Sender } from '../../pipeline/notify/sender.ts'
import { type FakeGithub, startGithub } from './fake-github.ts'
import { aMessage, hostile, never, senderOf } from './sending.ts'

const limits = { timeoutMs: 5_000, signal: never }
const mark = '<!-- drover ticket: acme/web -->'
const labels = [{ name: 'drover' }]
let github: FakeGithub
let sender: Sender

beforeEach(async () => {
  github = await startGithub()
  sender = senderFor(github)
})
afterEach(() => github.close())

function senderFor({ origin }: FakeGithub, token = 'ghp_right'): Sender {
  return senderOf(
    {
      kind: 'github',
      repository: 'acme/images',
      token: { kind: 'environment', name: 'GITHUB_TOKEN' },
      api: origin,
      label: 'drover',
      tell: 'action',
    },
    { environment: { GITHUB_TOKEN: token } },
  )
}

const failure = aMessage()
const recovery = aMessage({ level: 'recovery', headline: 'web-2026.48.1 is in production', meaning: '', action: '' })

test('a failure opens a ticket, the next adds to it, the recovery closes it, and what fails later opens another', async () => {
  for (const message of [failure, aMessage({ headline: 'Another failure' }), recovery, failure]) {
    expect(await sender.deliver(message, limits)).toEqual({ ok: true })
  }
  expect(github.issues.map(({ state, comments }) => [state, comments.length])).toEqual([
    ['closed', 2],
    ['open', 0],
  ])
  expect(github.issues[0]?.comments[0]).toContain('Another failure')
})

test('a ticket reads so, and nothing in it mentions anyone or leads elsewhere', async () => {
  await sender.deliver(failure, limits)
  const { title, body } = github.issues[0] ?? { title: '', body: '' }
  expect(body).toContain(hostile)
  await expect(`${title}\n\n${body}\n`).toMatchFileSnapshot('golden/ticket.md')
})

test.each([
  ['of another family', { body: '<!-- drover ticket: acme/database -->', labels }],
  ['of another organisation', { body: '<!-- drover ticket: other/web -->', labels }],
  ['that only speaks of the mark', { body: `see ${mark}`, labels }],
  ['without the label', { body: mark, labels: [] }],
  ['that is closed', { body: mark, labels, state: 'closed' as const }],
  ['that is a pull request', { body: mark, labels, pull_request: {} }],
])('an issue %s is left alone', async (_, issue) => {
  const other = github.add(issue)
  await sender.deliver(failure, limits)
  await sender.deliver(recovery, limits)
  expect(other.comments).toEqual([])
  expect(github.issues).toHaveLength(2)
})

test('what is no failure opens nothing, but adds to what is open', async () => {
  const asked = aMessage({ level: 'action', headline: 'web-2026.47.1 waits for approval' })
  await sender.deliver(asked, limits)
  await sender.deliver(recovery, limits)
  expect(github.issues).toEqual([])
  await sender.deliver(failure, limits)
  await sender.deliver(asked, limits)
  expect(github.issues[0]?.comments[0]).toContain('waits for approval')
})

test('the recovery is told to whoever keeps tickets, whatever else it asked for', () => {
  expect(sender.wants(recovery)).toBe(true)
  expect(sender.wants(aMessage({ level: 'info' }))).toBe(false)
})

test('a ticket is found behind a hundred others, and two that two runners opened are both closed', async () => {
  for (let index = 0; index < 100; index++) github.add({ body: 'another', labels })
  const both = [github.add({ body: mark, labels }), github.add({ body: mark, labels })]
  await sender.deliver(recovery, limits)
  expect(both.map(({ state }) => state)).toEqual(['closed', 'closed'])
  expect(github.issues.filter(({ state }) => state === 'closed')).toHaveLength(2)
})

test('a token that may not set labels is told of: such a ticket would never be found again', async () => {
  const readOnly = await startGithub({ writes: false })
  try {
    expect(await senderFor(readOnly).deliver(failure, limits)).toEqual({
      ok: false,
      message: 'issue 1 was opened without the label drover: the token needs write access',
      mayPass: false,
    })
  } finally {
    await readOnly.close()
  }
})

test.each([
  ['a limit, as 403 with the time to wait', { status: 403, headers: { 'retry-after': '60' } }, true, 60_000],
  [
    'a limit, as 403 with the time of its end',
    { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.UTC(2026, 10, 22, 6, 5) / 1_000) } },
    true,
    120_000,
  ],
  ['a right that is missing', { status: 403 }, false, undefined],
  ['a repository that is not there', { status: 404 }, false, undefined],
  ['a breakdown', { status: 502 }, true, undefined],
  ['a repository that has moved', { status: 301, headers: { location: '/elsewhere' } }, false, undefined],
])('%s', async (_, reply, mayPass, retryAfterMs) => {
  github.instead.push(reply)
  const delivery = await sender.deliver(failure, limits)
  expect(delivery).toMatchObject({ ok: false, mayPass })
  expect('retryAfterMs' in delivery ? delivery.retryAfterMs : undefined).toBe(retryAfterMs)
})

test('a wrong token is told of without the token', async () => {
  const delivery = await senderFor(github, 'ghp_hunter2').deliver(failure, limits)
  expect(delivery).toMatchObject({ ok: false, mayPass: false, message: expect.stringContaining('Bad credentials') })
  expect(JSON.stringify(delivery)).not.toContain('hunter2')
})

// A review at a GitHub environment becomes an answer in the ledger; asked of a service that speaks as GitHub documents.

import { afterEach, describe, expect, test } from 'vitest'
import { readEnvironmentAnswer } from '../../pipeline/cli/environment-approval.ts'
import { answerApproval } from '../../pipeline/conductor/index.ts'
import { createHttpClient } from '../../pipeline/system/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, recordsOf, testReleaseId } from '../support/factories.ts'
import { type LoopbackService, type ServiceReply, startService } from '../support/loopback-service.ts'
import { ledgerOf } from '../support/memory-ledger.ts'

let github: LoopbackService
afterEach(() => github.close())

const review = (login: string, state: string, comment: string | null = '', name = 'approval') => ({
  state,
  comment,
  environments: [{ id: 1, name, html_url: 'https://github.com/acme/images' }],
  user: { login, id: 7 },
})

const variables = { GITHUB_TOKEN: 'secret', GITHUB_REPOSITORY: 'acme/images', GITHUB_RUN_ID: '41' }

async function answered(reply: ServiceReply | readonly object[], over: Readonly<Record<string, string>> = {}) {
  github = await startService(() => ('status' in reply ? reply : { status: 200, body: JSON.stringify(reply) }))
  const { signal } = new AbortController()
  const own = { ...variables, GITHUB_API_URL: `${github.origin}/`, ...over }
  return readEnvironmentAnswer({ environment: 'approval', variables: own, http: createHttpClient(), signal })
}

describe('an answer', () => {
  test('is who reviewed, what they said and why, asked with the token of the run', async () => {
    expect(await answered([review('ben', 'approved', ' change\n4711 ')])).toEqual({
      granted: true,
      by: 'ben via github environment approval',
      reason: 'change 4711',
    })
    expect(github.asked).toMatchObject([
      { method: 'GET', path: '/repos/acme/images/actions/runs/41/approvals', headers: { authorization: 'Bearer secret' } },
    ])
  })

  test('without a comment names the run', async () => {
    expect(await answered([review('ben', 'approved', null)])).toMatchObject({ reason: 'approved in run 41' })
  })

  test('may be no', async () => {
    const answer = await answered([review('ben', 'rejected', 'the fair is on')])
    expect(answer).toEqual({ granted: false, by: 'ben via github environment approval', reason: 'the fair is on' })
  })

  test('is the newest one’s, and never another environment’s', async () => {
    const reviews = [review('ada', 'approved'), review('ben', 'approved'), review('eve', 'rejected', '', 'production')]
    expect(await answered(reviews)).toMatchObject({ granted: true, by: 'ben via github environment approval' })
  })
})

test.each<[string, ServiceReply | readonly object[], Readonly<Record<string, string>>, string]>([
  ['nobody answered', [], {}, 'nobody has approved run 41 at the environment approval'],
  ['only another environment was answered', [review('ben', 'approved', '', 'production')], {}, 'nobody has approved run 41'],
  ['somebody has only commented', [review('ben', 'pending', 'hm')], {}, 'required reviewers'],
  ['one said yes and one no', [review('ben', 'rejected'), review('ada', 'approved')], {}, 'Start a new run'],
  ['the token may not ask', { status: 403 }, {}, 'GitHub answered 403'],
  ['GitHub says something else', [{ state: 'approved' }], {}, 'are not what GitHub documents'],
  ['a login could pass for somebody else', [review('ada@acme via x', 'approved')], {}, 'are not what GitHub documents'],
  ['it runs somewhere else', [review('ben', 'approved')], { GITHUB_RUN_ID: '' }, 'needs GITHUB_TOKEN, GITHUB_REPOSITORY'],
])('it is refused when %s', async (_, reply, over, message) => {
  const refused = answered(reply, over)
  await expect(refused).rejects.toThrow(message)
  await expect(refused).rejects.not.toThrow('secret')
})

test('nobody’s answer counts at an address where nobody is', async () => {
  await expect(answered([], { GITHUB_API_URL: 'http://127.0.0.1:9' })).rejects.toThrow("run 41 of acme/images can't be read")
})

test('the rules of approvers hold for the login', async () => {
  const stages = [aStage('prod', { approval: 'required', approvers: { by: ['ben'], notOpener: true } })]
  const opening = anOpening({ policy: aPolicy({ stages }), openedBy: 'ada via acme/images run 7' })
  const conductor = aConductor({ ledger: await ledgerOf(recordsOf([opening])), runner: 'ben@ci' })
  const stage = { releaseId: testReleaseId, stage: 'prod' }
  const say = async (login: string) => {
    const answer = await answered([review(login, 'approved')])
    await github.close()
    return answerApproval(conductor, { ...stage, ...answer })
  }
  await expect(say('ada')).rejects.toThrow('ada opened web-2026.47.1 and may not answer for prod')
  await expect(say('eve')).rejects.toThrow('eve may not answer for prod')
  expect((await say('ben')).event).toMatchObject({ type: 'approval.granted', by: 'ben via github environment approval' })
})

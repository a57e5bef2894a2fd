import { expect, it } from 'vitest'
import { place, stubAws } from './stub-aws.ts'

const answer = { SessionId: 'drover-0123', StreamUrl: 'wss://stream.example/drover-0123', TokenValue: 'a secret' }

it('tells the plugin where to and as whom, what is secret in its environment only', async () => {
  const { cloud, asked } = stubAws({ StartSession: [answer] })
  const begun = await cloud.at(place).beginSession('i-00000000000000001', 22)
  const request = { Target: 'i-00000000000000001', DocumentName: 'AWS-StartSSHSession', Parameters: { portNumber: ['22'] } }
  expect(asked.at(-1)?.parameters).toEqual(request)
  if (!begun.ok) throw new Error(begun.message)
  const { id, words, environment } = begun.value
  expect(id).toBe(answer.SessionId)
  expect(words).toEqual(['AWS_SSM_START_SESSION_RESPONSE', place.region, 'StartSession', '', JSON.stringify(request), ''])
  const { AWS_SSM_START_SESSION_RESPONSE: told, ...rest } = environment
  expect(JSON.parse(told ?? '')).toEqual(answer)
  expect(rest).toMatchObject({ AWS_REGION: place.region })
})

it('takes none without its token, and ends what it began', async () => {
  const { cloud, asked } = stubAws({ StartSession: [{ SessionId: 'drover-0123' }], TerminateSession: [{}] })
  expect(await cloud.at(place).beginSession('i-00000000000000001', 22)).toMatchObject({ ok: false })
  expect(await cloud.at(place).endSession('drover-0123')).toEqual({ ok: true, value: undefined })
  expect(asked.at(-1)?.parameters).toEqual({ SessionId: 'drover-0123' })
})

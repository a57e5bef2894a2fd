// Senders that are down, slow, broken or busy: nothing waits for them, and each failure is noted.

import { afterEach, describe, expect, test } from 'vitest'
import { type Delivery, undelivered } from '../../pipeline/notify/delivery.ts'
import { createNotifier, testSenders } from '../../pipeline/notify/index.ts'
import type { Sender } from '../../pipeline/notify/sender.ts'
import type { Message } from '../../pipeline/ports/index.ts'
import { createSystemClock } from '../../pipeline/system/index.ts'
import { type LoopbackService, type ServiceReply, startService } from '../support/loopback-service.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { aMessage, senderOf } from './sending.ts'

interface Scripted extends Sender {
  readonly got: Message[]
}

/** Answers from the list, the last one for ever; undefined: never. */
function scripted(name: string, ...answers: readonly (Delivery | Error | undefined)[]): Scripted {
  const got: Message[] = []
  return {
    name,
    got,
    wants: () => true,
    deliver: async (message) => {
      const answer = answers[Math.min(got.length, answers.length - 1)]
      got.push(message)
      if (answer instanceof Error) throw answer
      return answer ?? new Promise<Delivery>(() => undefined)
    },
  }
}

const done: Delivery = { ok: true }
const down = undelivered('connect ECONNREFUSED', true)

async function told(senders: readonly Sender[], messages: readonly Message[] = [aMessage()]) {
  const clock = createVirtualClock()
  const beganAt = clock.now()
  const notes: string[] = []
  const notifier = createNotifier(senders, { clock, note: (line) => void notes.push(line) })
  for (const message of messages) notifier.send(message)
  await notifier.settle()
  return { notes, tookMs: clock.now() - beganAt, notifier, clock }
}

describe('a sender', () => {
  test('that is down for a moment is asked again', async () => {
    const sender = scripted('slack', down, down, done)
    expect(await told([sender])).toMatchObject({ notes: [], tookMs: 4_000 })
    expect(sender.got).toHaveLength(3)
  })

  test('that stays down is noted, and the others are told', async () => {
    const fine = scripted('webhook', done)
    const { notes } = await told([scripted('slack', down), fine])
    expect(notes).toEqual(['slack was not told “The bake of web-2026.47.1 failed”: connect ECONNREFUSED'])
    expect(fine.got).toHaveLength(1)
  })

  test('that says no is asked once', async () => {
    const sender = scripted('slack', undelivered('it answered 404: no_team', false))
    expect(await told([sender])).toMatchObject({ tookMs: 0 })
    expect(sender.got).toHaveLength(1)
  })

  test('that is busy is left alone for as long as it wants', async () => {
    const sender = scripted('slack', undelivered('it answered 429', true, 7_000), done)
    expect(await told([sender])).toMatchObject({ notes: [], tookMs: 7_000 })
  })

  test('that is busy for longer than is worth it is given up at once', async () => {
    const { notes, tookMs } = await told([scripted('slack', undelivered('it answered 429', true, 3_600_000))])
    expect(tookMs).toBe(0)
    expect(notes[0]).toMatch(/it answered 429 and wants to be left alone for 1h$/)
  })

  test('that hangs is given up, whatever it does with the signal', async () => {
    const { notes, tookMs } = await told([scripted('slack', undefined)])
    expect(tookMs).toBe(20_000)
    expect(notes).toEqual(['slack was not told “The bake of web-2026.47.1 failed”: it did not answer within 20s'])
  })

  test('that hangs holds up no run for each of its messages', async () => {
    const fine = scripted('webhook', done)
    const messages = Array.from({ length: 50 }, (_, index) => aMessage({ headline: `number ${index}` }))
    const { notes, tookMs } = await told([scripted('slack', undefined), fine], messages)
    expect(tookMs).toBe(25_000)
    expect(notes).toHaveLength(50)
    expect(fine.got.map(({ headline }) => headline)).toEqual(messages.map(({ headline }) => headline))
  })

  test('that throws is noted like any other', async () => {
    const { notes } = await told([scripted('slack', new Error('a bug'))])
    expect(notes).toEqual(['slack was not told “The bake of web-2026.47.1 failed”: a bug'])
  })

  test('has a line of bounded length', async () => {
    const messages = Array.from({ length: 150 }, () => aMessage())
    const { notes } = await told([scripted('slack', undefined)], messages)
    expect(notes.filter((line) => line.endsWith('100 others are waiting for it'))).toHaveLength(49)
  })

  test('is told again after a run has given up', async () => {
    const sender = scripted('slack', undefined, done)
    const { notifier, notes } = await told([sender])
    notifier.send(aMessage())
    await notifier.settle()
    expect(notes).toHaveLength(1)
    expect(sender.got).toHaveLength(2)
  })
})

describe('over a real socket', () => {
  const open: LoopbackService[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  async function slackOver(
    answer: () => ServiceReply | undefined,
  ): Promise<{ service: LoopbackService; notes: string[]; tookMs: number }> {
    const service = await startService(answer)
    open.push(service)
    const notes: string[] = []
    const sender = senderOf(
      { kind: 'slack', webhook: { kind: 'environment', name: 'HOOK' }, tell: 'action' },
      { environment: { HOOK: service.origin } },
    )
    const patience = { answerMs: 300, messageMs: 2_500, settleMs: 2_600 }
    const notifier = createNotifier([sender], { clock: createSystemClock(), note: (line) => void notes.push(line), patience })
    const beganAt = Date.now()
    notifier.send(aMessage())
    expect(Date.now() - beganAt).toBeLessThan(200)
    await notifier.settle()
    return { service, notes, tookMs: Date.now() - beganAt }
  }

  test('a service that takes the question and never answers', async () => {
    const { notes, tookMs } = await slackOver(() => undefined)
    expect(notes).toEqual(['slack (HOOK) was not told “The bake of web-2026.47.1 failed”: no answer within 300 ms'])
    expect(tookMs).toBeLessThan(5_000)
  })

  test('a service that breaks down once', async () => {
    const answers = [{ status: 503 }, { status: 200 }]
    const { notes, service } = await slackOver(() => answers.shift())
    expect(notes).toEqual([])
    expect(service.asked).toHaveLength(2)
  })

  test('a service that is busy for two seconds', async () => {
    const answers = [{ status: 429, headers: { 'Retry-After': '2' } }, { status: 200 }]
    const { notes, tookMs } = await slackOver(() => answers.shift())
    expect(notes).toEqual([])
    expect(tookMs).toBeGreaterThanOrEqual(2_000)
  })
})

test('a test message goes to every sender, and to who keeps tickets a second that closes them', async () => {
  const sender = scripted('slack', done)
  const chat = { ...sender, wants: ({ level }: Message) => level !== 'recovery' }
  const tickets = scripted('github', done)
  const options = { clock: createVirtualClock(), signal: new AbortController().signal, id: 'test-1', runner: 'ada@example' }
  expect(await testSenders([chat, tickets, scripted('smtp', undelivered('550 no', false))], options)).toEqual([
    { sender: 'slack', ok: true, message: '' },
    { sender: 'github', ok: true, message: '' },
    { sender: 'smtp', ok: false, message: '550 no' },
  ])
  expect(sender.got.map(({ level }) => level)).toEqual(['failure'])
  expect(tickets.got.map(({ level, key }) => [level, key])).toEqual([
    ['failure', 'notify-test'],
    ['recovery', 'notify-test'],
  ])
})

// A test message through every sender, as a failure would go, and which of them answered.

import type { Message } from '../ports/index.ts'
import { deliver, usualPatience } from './deliver.ts'
import type { Delivery } from './delivery.ts'
import type { NotifierOptions } from './notifier.ts'
import type { Sender } from './sender.ts'

export interface SenderTest {
  readonly sender: string
  readonly ok: boolean
  /** Why it did not answer; empty when it did. */
  readonly message: string
}

export interface TestOptions extends Pick<NotifierOptions, 'clock' | 'patience'> {
  readonly signal: AbortSignal
  /** Different for each test: receivers know by it what they have seen. */
  readonly id: string
  /** Who tests. */
  readonly runner: string
}

export function testSenders(senders: readonly Sender[], options: TestOptions): Promise<readonly SenderTest[]> {
  return Promise.all(
    senders.map(async (sender) => {
      const delivery = await testOne(sender, options)
      return { sender: sender.name, ok: delivery.ok, message: delivery.ok ? '' : delivery.message }
    }),
  )
}

/** The ticket that the test opens is closed again. */
async function testOne(sender: Sender, { clock, patience = usualPatience, signal, ...of }: TestOptions): Promise<Delivery> {
  const context = { clock, patience, signal }
  const at = new Date(clock.wallNow()).toISOString()
  const failure = await deliver(sender, testMessage({ ...of, at, level: 'failure' }), context)
  const recovery = testMessage({ ...of, at, level: 'recovery' })
  return failure.ok && sender.wants(recovery) ? deliver(sender, recovery, context) : failure
}

export function testMessage({
  id,
  runner,
  at,
  level,
}: Pick<TestOptions, 'id' | 'runner'> & Pick<Message, 'at' | 'level'>): Message {
  const isOver = level === 'recovery'
  return {
    level,
    id: isOver ? `${id}-over` : id,
    headline: isOver ? 'The test of the notifications is over' : 'This is a test of the notifications',
    meaning: 'Nothing has happened. What drover has to tell of releases will come this way.',
    action: '',
    evidence: [`drover notify --test by ${runner}`],
    release: 'no release',
    family: 'test',
    stage: undefined,
    group: undefined,
    key: 'notify-test',
    at,
  }
}

// The notifier over a list of senders: each has its own line, so that one that is down holds up no other, and nobody waits for it.

import type { Clock, Message, Notifier } from '../ports/index.ts'
import { deliver, type Patience, usualPatience } from './deliver.ts'
import type { Sender } from './sender.ts'

export interface NotifierOptions {
  readonly clock: Clock
  /** Told what could not be sent, one line each. */
  note(line: string): void
  readonly patience?: Patience
}

/** A release says a few things; a line this long belongs to a sender that is down. */
const longestLine = 100

export function createNotifier(senders: readonly Sender[], options: NotifierOptions): Notifier {
  const { clock, patience = usualPatience } = options
  const lines = senders.map((sender) => createLine(sender, { ...options, patience }))
  return {
    send: (message) => {
      for (const line of lines) line.add(message)
    },
    settle: async () => {
      const settled = new AbortController()
      const timeIsOver = clock.pause(patience.settleMs, settled.signal).catch(() => undefined)
      await Promise.race([Promise.all(lines.map((line) => line.idle())), timeIsOver])
      settled.abort()
      for (const line of lines) line.giveUp()
      // What was given up ends at once, and is noted.
      await Promise.all(lines.map((line) => line.idle()))
    },
  }
}

interface Line {
  add(message: Message): void
  idle(): Promise<void>
  giveUp(): void
}

function createLine(sender: Sender, { clock, note, patience }: Required<NotifierOptions>): Line {
  let waiting: Message[] = []
  let working: Promise<void> | undefined
  let stop = new AbortController()

  const work = async () => {
    for (let message = waiting.shift(); message; message = waiting.shift()) {
      const delivery = await deliver(sender, message, { clock, patience, signal: stop.signal })
      if (!delivery.ok) note(notSent(sender, message, delivery.message))
    }
    working = undefined
  }

  return {
    add: (message) => {
      if (!sender.wants(message)) return
      if (waiting.length >= longestLine) return note(notSent(sender, message, `${longestLine} others are waiting for it`))
      waiting.push(message)
      working ??= work()
    },
    idle: async () => working,
    giveUp: () => {
      const left = waiting
      waiting = []
      for (const message of left) note(notSent(sender, message, 'the time to send is over'))
      stop.abort()
      stop = new AbortController()
    },
  }
}

function notSent({ name }: Sender, { headline }: Message, why: string): string {
  return `${name} was not told “${headline}”: ${why}`
}

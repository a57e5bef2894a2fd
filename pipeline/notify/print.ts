// Where nothing is sent outside, people who watch are shown what would have been.

import type { Notifier } from '../ports/index.ts'
import { renderText } from './render-text.ts'
import { tells } from './sender.ts'

/** @param tell what the one who asks for most would be told. */
export function createPrinter(tell: 'action' | 'everything', print: (line: string) => void): Notifier {
  return {
    send: (message) => {
      if (!tells({ tell }, message)) return
      for (const line of renderText(message).split('\n')) print(line)
    },
    settle: async () => undefined,
  }
}

// A message as plain text: for e-mail, SNS, and whoever watches a rehearsal.

import type { Message } from '../ports/index.ts'

export function renderText(message: Message): string {
  const { headline, meaning, action, evidence, release, at } = message
  const parts = [headline, meaning, ...(action === '' ? [] : [`What to do: ${action}`]), ['Evidence:', ...evidence].join('\n  ')]
  return [...parts.filter((part) => part !== ''), `${release}, ${at}`].join('\n\n')
}

// How a message looks in an issue: what machines said can mention nobody, link nowhere and pass for no other ticket.

import type { Message } from '../../ports/index.ts'
import { renderText } from '../render-text.ts'

/** First line of a ticket's body, not shown: what it is found by. */
export function markOf(organisation: string, key: string): string {
  return `<!-- drover ticket: ${organisation}/${key} -->`
}

export function titleOf({ family, headline }: Message): string {
  return headline.includes(family) ? headline : `${family}: ${headline}`
}

/** In a block of code GitHub reads no Markdown; its fence is longer than any run of backticks inside. */
export function renderIssue(message: Message): string {
  const text = renderText(message)
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}

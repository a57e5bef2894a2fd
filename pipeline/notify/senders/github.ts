// A ticket: one open GitHub issue for each key, opened by a failure, added to by what follows, closed by the recovery.

import { cleaned } from '../cleaned.ts'
import type { Delivery } from '../delivery.ts'
import { type SenderOf, tells } from '../sender.ts'
import { createIssues, type Issues } from './github-issues.ts'
import { markOf, renderIssue, titleOf } from './github-text.ts'

export const createGithub: SenderOf<'github'> = (notification, ports) => ({
  name: `github ${notification.repository}`,
  // Whoever opens tickets closes them, whatever else it was asked to tell.
  wants: (message) => tells(notification, message) || message.level === 'recovery',
  deliver: async (message, limits) => {
    const token = await ports.secrets.read(notification.token)
    if (!token.ok) return token
    const issues = createIssues({ ...notification, token: token.value }, ports, limits)
    const mark = markOf(ports.organisation, message.key)
    const found = await issues.findOpen(mark)
    if (!found.ok) return found
    const body = renderIssue(message)
    if (message.level === 'recovery') return closeAll(issues, found.numbers, body)
    const [open] = found.numbers
    if (open !== undefined) return issues.comment(open, body)
    // What is no failure opens no ticket.
    if (message.level !== 'failure') return { ok: true }
    return issues.open(cleaned(titleOf(message), 200), `${mark}\n\n${body}`)
  },
})

/** Two runners that failed at the same moment may have opened two. */
async function closeAll(issues: Issues, numbers: readonly number[], body: string): Promise<Delivery> {
  for (const number of numbers) {
    const said = await issues.comment(number, body)
    if (!said.ok) return said
    const closed = await issues.close(number)
    if (!closed.ok) return closed
  }
  return { ok: true }
}

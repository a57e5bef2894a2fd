// The few calls of GitHub's REST API that tickets need; the same on GitHub Enterprise Server.

import { z } from 'zod'
import { parsedJson } from '../../kernel/index.ts'
import type { HttpRequest } from '../../ports/index.ts'
import { type Delivery, type Undelivered, undelivered } from '../delivery.ts'
import { type Answered, deliveryOf, post } from '../post.ts'
import type { DeliveryLimits, SenderPorts } from '../sender.ts'

export interface Issues {
  /** Open issues whose body begins with the mark, oldest first. */
  findOpen(mark: string): Promise<{ readonly ok: true; readonly numbers: readonly number[] } | Undelivered>
  open(title: string, body: string): Promise<Delivery>
  comment(number: number, body: string): Promise<Delivery>
  close(number: number): Promise<Delivery>
}

export interface Repository {
  readonly api: string
  readonly repository: string
  readonly label: string
  readonly token: string
}

const listedIssue = z.object({
  number: z.int(),
  body: z.string().nullish(),
  /** Pull requests are listed too. */
  pull_request: z.unknown().optional(),
})
const openedIssue = z.object({ number: z.int(), labels: z.array(z.object({ name: z.string() })) })

const pageSize = 100
/** A thousand open tickets of drover's are no tickets any more. */
const mostPages = 10

export function createIssues(
  { api, repository, label, token }: Repository,
  ports: Pick<SenderPorts, 'http' | 'wallNow'>,
  limits: DeliveryLimits,
): Issues {
  const call = (method: HttpRequest['method'], path: string, value?: unknown): Promise<Answered> =>
    post(ports, {
      method,
      url: `${api}/repos/${repository}/issues${path}`,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'x-github-api-version': '2022-11-28',
      },
      ...(value === undefined ? {} : { body: JSON.stringify(value) }),
      ...limits,
    })

  return {
    findOpen: async (mark) => {
      const numbers: number[] = []
      for (let page = 1; page <= mostPages; page++) {
        const query = new URLSearchParams({ state: 'open', labels: label, sort: 'created', direction: 'asc' })
        const answer = await call('GET', `?${query}&per_page=${pageSize}&page=${page}`)
        if (!answer.ok) return answer
        const list = z.array(listedIssue).safeParse(parsedJson(answer.body))
        if (!list.success) return undelivered('its list of issues is none', false)
        const ours = list.data.filter((one) => one.pull_request === undefined && one.body?.startsWith(mark))
        numbers.push(...ours.map(({ number }) => number))
        if (list.data.length < pageSize) break
      }
      return { ok: true, numbers }
    },
    open: async (title, body) => {
      const answer = await call('POST', '', { title, body, labels: [label] })
      if (!answer.ok) return answer
      const issue = openedIssue.safeParse(parsedJson(answer.body))
      if (!issue.success) return undelivered('what it answered is no issue', false)
      // GitHub drops labels silently when the token may not set them; the ticket would never be found again.
      if (issue.data.labels.some(({ name }) => name === label)) return { ok: true }
      return undelivered(`issue ${issue.data.number} was opened without the label ${label}: the token needs write access`, false)
    },
    comment: async (number, body) => deliveryOf(await call('POST', `/${number}/comments`, { body })),
    close: async (number) => deliveryOf(await call('PATCH', `/${number}`, { state: 'closed', state_reason: 'completed' })),
  }
}

// GitHub's issues as far as tickets need them: state, labels, pages, and a limit on requests.

import { type LoopbackService, type ServiceReply, type ServiceRequest, startService } from '../support/loopback-service.ts'

export interface FakeIssue {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly labels: readonly { readonly name: string }[]
  readonly pull_request?: object
  state: 'open' | 'closed'
  readonly comments: string[]
}

export interface FakeGithub extends LoopbackService {
  readonly issues: FakeIssue[]
  /** Answers the next requests instead. */
  readonly instead: ServiceReply[]
  add(issue: Partial<FakeIssue>): FakeIssue
}

export interface FakeOptions {
  /** The token may set labels. */
  readonly writes?: boolean
}

const root = '/repos/acme/images/issues'

export async function startGithub({ writes = true }: FakeOptions = {}): Promise<FakeGithub> {
  const issues: FakeIssue[] = []
  const instead: ServiceReply[] = []
  const add = (issue: Partial<FakeIssue>) => {
    const whole = { number: issues.length + 1, title: '', body: '', labels: [], state: 'open' as const, comments: [], ...issue }
    issues.push(whole)
    return whole
  }

  const list = (path: string): ServiceReply => {
    const query = new URL(path, 'http://localhost').searchParams
    const [label, page, size] = [query.get('labels'), Number(query.get('page')), Number(query.get('per_page'))]
    const found = issues.filter(({ state, labels }) => state === query.get('state') && labels.some(({ name }) => name === label))
    return json(200, found.slice((page - 1) * size, page * size))
  }

  const answer = ({ method, path, headers, body }: ServiceRequest): ServiceReply => {
    if (headers.authorization !== 'Bearer ghp_right') return json(401, { message: 'Bad credentials' })
    const reply = instead.shift()
    if (reply) return reply
    if (method === 'GET' && path.startsWith(`${root}?`)) return list(path)
    const value = JSON.parse(body)
    if (method === 'POST' && path === root) {
      const labels = writes ? value.labels.map((name: string) => ({ name })) : []
      return json(201, add({ title: value.title, body: value.body, labels }))
    }
    const [, number, rest] = /\/issues\/(\d+)(\/comments)?$/.exec(path) ?? []
    const issue = issues.find((one) => one.number === Number(number))
    if (!issue) return json(404, { message: 'Not Found' })
    if (method === 'POST' && rest) issue.comments.push(value.body)
    else if (method === 'PATCH' && !rest) issue.state = value.state
    else return json(405, { message: 'Method Not Allowed' })
    return json(200, {})
  }

  return { ...(await startService(answer)), issues, instead, add }
}

function json(status: number, value: unknown): ServiceReply {
  return { status, body: JSON.stringify(value) }
}

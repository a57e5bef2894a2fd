// What people said of a CI run that waited for them at a GitHub environment: who, yes or no, and why.

import { z } from 'zod'
import { ProblemError, parsedJson } from '../kernel/index.ts'
import type { HttpClient } from '../ports/index.ts'

export interface EnvironmentAnswer {
  readonly granted: boolean
  /** `login via github environment NAME`. */
  readonly by: string
  readonly reason: string
}

export interface RunAsked {
  readonly environment: string
  /** Of the run: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_API_URL. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly http: HttpClient
  readonly signal: AbortSignal
}

const review = z.object({
  state: z.enum(['approved', 'rejected', 'pending']),
  comment: z.string().nullish(),
  environments: z.array(z.object({ name: z.string() })),
  user: z.object({ login: z.string().regex(/^[\w-]+(\[bot\])?$/) }),
})

/** Throws a ProblemError when nobody has answered, or it can't be known who and what. */
export async function readEnvironmentAnswer(asked: RunAsked): Promise<EnvironmentAnswer> {
  const { environment, variables } = asked
  const run = variables.GITHUB_RUN_ID ?? ''
  const reviews = (await readReviews(asked)).filter(
    ({ state, environments }) => state !== 'pending' && environments.some(({ name }) => name === environment),
  )
  // The newest stands last, but GitHub promises no order and gives no times: where they agree, it doesn't matter.
  const newest = reviews.at(-1)
  if (!newest) {
    throw refusal(
      `nobody has approved run ${run} at the environment ${environment}`,
      'Let the job need one that the environment guards, and give that environment required reviewers in the settings of the repository.',
    )
  }
  if (reviews.some(({ state }) => state !== newest.state)) {
    throw refusal(
      `run ${run} was both approved and rejected at the environment ${environment}, and GitHub doesn't say which came last`,
      'Start a new run and answer that one.',
    )
  }
  const granted = newest.state === 'approved'
  const comment = newest.comment?.replace(/\s+/g, ' ').trim()
  return {
    granted,
    by: `${newest.user.login} via github environment ${environment}`,
    reason: comment || `${newest.state} in run ${run}`,
  }
}

async function readReviews({ variables, http, signal }: RunAsked): Promise<readonly z.infer<typeof review>[]> {
  const { GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = variables
  if (!token || !repository || !run) {
    throw new ProblemError({
      code: 'bad-argument',
      message: '--github-environment needs GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_RUN_ID',
      hint: 'Run it in a job of GitHub Actions, with github.token as GITHUB_TOKEN in its env and actions: read in its permissions.',
    })
  }
  const api = (variables.GITHUB_API_URL || 'https://api.github.com').replace(/\/+$/, '')
  const reply = await http.send({
    method: 'GET',
    url: `${api}/repos/${repository}/actions/runs/${run}/approvals`,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': 'drover',
      'x-github-api-version': '2022-11-28',
    },
    timeoutMs: 30_000,
    signal,
  })
  const where = `the approvals of run ${run} of ${repository}`
  if (!reply.ok) throw refusal(`${where} can't be read: ${reply.message}`, 'Run the same again.')
  if (reply.status !== 200) {
    throw refusal(
      `${where} can't be read: GitHub answered ${reply.status}`,
      'Give the job actions: read, and github.token as GITHUB_TOKEN in its env.',
    )
  }
  const reviews = z.array(review).safeParse(parsedJson(reply.body))
  if (!reviews.success) throw refusal(`${where} are not what GitHub documents`, 'Approve with --reason instead.')
  return reviews.data
}

function refusal(message: string, hint: string): ProblemError {
  return new ProblemError({ code: 'refused', message, hint })
}

// The workflows: clean by actionlint and zizmor, pinned by digest, with no more rights than they use, calling what is there.

import { access, readdir, readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { cacheDirectory } from '../../pipeline/cli/tools.ts'
import { runnerSession } from '../../pipeline/rights/index.ts'

const root = new URL('../..', import.meta.url).pathname
const folder = '.github/workflows'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly file: string
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

const workflows: readonly Workflow[] = await Promise.all(
  (await readdir(`${root}${folder}`)).map(async (file) => ({
    file,
    ...parse(await readFile(`${root}${folder}/${file}`, 'utf8')),
  })),
)
const jobs = workflows.flatMap(({ file, jobs: all }) =>
  Object.entries(all).map(([name, job]) => ({ name: `${file} ${name}`, job })),
)

/** A tool as scripts/setup put it into the cache. */
async function tool(name: 'actionlint' | 'zizmor'): Promise<string> {
  const text = await readFile(`${cacheDirectory(process.env)}/tools.json`, 'utf8').catch(() => '{}')
  const path: string | undefined = JSON.parse(text).tools?.[name]
  if (path === undefined) throw new Error(`${name} is missing: run ./scripts/setup tools`)
  return path
}

async function clean(program: string, ...argv: string[]): Promise<void> {
  const outcome = await execa(program, argv, { cwd: root, reject: false, all: true, env: { NO_COLOR: '1' } })
  expect(outcome.exitCode, outcome.all).toBe(0)
}

describe('checked by those who know workflows', () => {
  test('actionlint, with shellcheck on what is run', async () =>
    clean(await tool('actionlint'), ...workflows.map(({ file }) => `${folder}/${file}`)))
  test('zizmor at its strictest', async () => clean(await tool('zizmor'), '--offline', '--no-progress', '--pedantic', folder))
})

test('there is one for each way a release is started, and one for the tests', () => {
  expect(workflows.map(({ file }) => file).sort()).toEqual([
    'ci.yml',
    'drill.yml',
    'emergency.yml',
    'promote.yml',
    'undo.yml',
    'weekly.yml',
  ])
})

describe.each(jobs)('$name', ({ job }) => {
  test('uses actions by digest, the version beside it', async () => {
    const uses = job.steps.flatMap((step) => step.uses ?? [])
    expect(uses).not.toEqual([])
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+(?:\/[\w-]+)?@[0-9a-f]{40}$/)
  })

  test('may read the contents, and with them only what its steps need: an OIDC token for a role, findings, reviews', () => {
    const takesRole = job.steps.some(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'))
    const uploads = job.steps.some(({ uses }) => uses?.startsWith('github/codeql-action/upload-sarif@'))
    const readsReviews = job.steps.some(({ run }) => run?.includes('--github-environment'))
    expect(takesRole && uploads).toBe(false)
    expect(job.permissions).toEqual({
      contents: 'read',
      ...(readsReviews ? { actions: 'read' } : {}),
      ...(takesRole ? { 'id-token': 'write' } : {}),
      ...(uploads ? { 'security-events': 'write' } : {}),
    })
  })

  test('ends by itself', () => expect(job['timeout-minutes']).toBeGreaterThan(0))

  test('has a session that lasts as long as it may, and no longer than the runner’s roles allow', () => {
    const role = job.steps.find(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'))
    const seconds = (job['timeout-minutes'] ?? 0) * 60
    const isLong = role !== undefined && seconds > 3_600
    expect(role?.with?.['role-duration-seconds']).toBe(isLong ? seconds : undefined)
    expect(isLong ? seconds : 0).toBeLessThanOrEqual(runnerSession.seconds)
    expect(job.env?.DROVER_ROLE).toBe(role?.with?.['role-to-assume'])
  })

  test('runs scripts that are there', async () => {
    const scripts = job.steps.flatMap(({ run }) => run?.match(/\bscripts\/[\w./-]+/g) ?? [])
    if (job.steps.some(({ run }) => run)) expect(scripts).not.toEqual([])
    for (const script of scripts) await expect(access(`${root}${script}`), script).resolves.toBeUndefined()
  })
})

test.each(workflows)('$file gives no right to a job that asks for none', ({ permissions }) => expect(permissions).toEqual({}))

test('one action has one digest everywhere', () => {
  const digests = new Map<string, Set<string>>()
  for (const { job } of jobs) {
    for (const { uses } of job.steps) {
      const [action = '', digest = ''] = uses?.split('@') ?? []
      if (uses) digests.set(action, (digests.get(action) ?? new Set()).add(digest))
    }
  }
  expect([...digests].filter(([, known]) => known.size > 1)).toEqual([])
})

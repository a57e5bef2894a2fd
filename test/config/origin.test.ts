import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readOrigin } from '../../pipeline/config/index.ts'
import { createExec } from '../../pipeline/system/index.ts'

const exec = createExec()
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-origin-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function git(...args: readonly string[]): Promise<string> {
  const identity = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  const outcome = await exec.run({ argv: ['git', ...args], cwd: folder, env: identity })
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.stdout.trim()
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

async function commit(author: string, message: string): Promise<string> {
  await git('add', '.')
  const [name, address] = author.split(' <')
  const identity = ['-c', `user.name=${name}`, '-c', `user.email=${address?.slice(0, -1)}`]
  await git(...identity, 'commit', '--quiet', '--allow-empty', '-m', message)
  return git('rev-parse', 'HEAD')
}

const ada = 'Ada <ada@acme.example>'
const bob = 'Bob <bob@acme.example>'
const cyd = 'Cyd <cyd@acme.example>'

function origin(...reached: readonly string[]) {
  const paths = reached.length > 0 ? reached : ['drover.yaml']
  const directory = join(folder, 'images')
  return readOrigin(exec, { directory, reached: paths.map((path) => join(directory, path)).sort(), digest: 'd1' })
}

async function start(): Promise<void> {
  await git('init', '--quiet', '--initial-branch=main')
  await write('images/drover.yaml', 'one')
  await write('shared/profile.yaml', 'one')
  await write('readme', 'one')
}

describe('the origin of a configuration', () => {
  it('is the commit that last changed a file of it, with author, co-authors and reviewers', async () => {
    await start()
    const message = `Harden\n\nCo-authored-by: ${bob}\nReviewed-by: ${cyd}\nAcked-by: Dan <dan@acme.example>\n`
    const changed = await commit(ada, message)
    await write('readme', 'two')
    await commit(bob, 'Something else')
    expect(await origin('drover.yaml', '../shared/profile.yaml')).toEqual({
      origin: {
        commit: changed,
        author: `${ada}, ${bob}`,
        reviewers: [cyd, 'Dan <dan@acme.example>'],
        dirty: false,
        digest: 'd1',
      },
      problem: undefined,
    })
  })

  it('names who merged it, and not who merged something else later', async () => {
    await start()
    await commit(ada, 'Start')
    await git('checkout', '--quiet', '-b', 'change')
    await write('images/drover.yaml', 'two')
    const changed = await commit(bob, 'Change')
    await git('checkout', '--quiet', 'main')
    const by = (author: string) => [
      '-c',
      `user.name=${author.split(' ')[0]}`,
      '-c',
      `user.email=${author.toLowerCase().split(' ')[0]}@acme.example`,
    ]
    await git(...by(cyd), 'merge', '--quiet', '--no-ff', '-m', `Merge pull request #12\n\nReviewed-by: ${ada}`, 'change')
    await git('checkout', '--quiet', '-b', 'other')
    await write('readme', 'two')
    await commit(bob, 'Other')
    await git('checkout', '--quiet', 'main')
    await git(...by(ada), 'merge', '--quiet', '--no-ff', '-m', 'Merge pull request #13', 'other')
    expect((await origin()).origin).toMatchObject({ commit: changed, author: bob, reviewers: [ada, `${cyd} (merged)`] })
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['changed', () => write('images/drover.yaml', 'two'), 'drover.yaml'],
    ['changed and staged', () => write('images/drover.yaml', 'two').then(() => git('add', '.')), 'drover.yaml'],
    ['changed in another folder', () => write('shared/profile.yaml', 'two'), '../shared/profile.yaml'],
    ['not added', () => write('images/agents/new.yaml', 'new'), 'agents/new.yaml'],
    [
      'ignored',
      () => write('images/agents/new.yaml', 'new').then(() => write('.git/info/exclude', 'new.yaml')),
      'agents/new.yaml',
    ],
    [
      'a link',
      () => mkdir(join(folder, 'images/agents')).then(() => symlink('/etc/hostname', join(folder, 'images/agents/new.yaml'))),
      'agents/new.yaml',
    ],
  ])('is dirty when a file it reaches is %s', async (_how, change, named) => {
    await start()
    const committed = await commit(ada, 'Start')
    await change()
    const reached = ['drover.yaml', '../shared/profile.yaml', ...(named.startsWith('agents') ? [named] : [])]
    const read = await origin(...reached)
    expect(read.origin).toMatchObject({ commit: committed, dirty: true })
    expect(read.problem).toMatchObject({ code: 'dirty-tree', message: `these files differ from what is committed: ${named}` })
  })

  it('does not mind changes to files it does not reach', async () => {
    await start()
    await commit(ada, 'Start')
    await write('readme', 'two')
    await write('images/notes', 'new')
    expect(await origin()).toMatchObject({ origin: { dirty: false }, problem: undefined })
  })

  it('is uncommitted where there is no repository, or one without a commit', async () => {
    await write('images/drover.yaml', 'one')
    const uncommitted = { origin: { commit: 'uncommitted', dirty: true, digest: 'd1' }, problem: { code: 'dirty-tree' } }
    expect(await origin()).toMatchObject(uncommitted)
    await git('init', '--quiet')
    expect(await origin()).toMatchObject(uncommitted)
  })

  it('takes no answer from a history that was cut off', async () => {
    await start()
    await commit(ada, 'Start')
    await write('readme', 'two')
    await commit(bob, 'Something else')
    const whole = folder
    folder = join(whole, 'clone')
    await mkdir(folder)
    await git('clone', '--quiet', '--depth=1', `file://${whole}`, '.')
    const read = await origin()
    expect(read.problem?.message).toContain('is cut off')
    expect(read.problem?.hint).toContain('fetch-depth: 0')
    folder = whole
  })
})

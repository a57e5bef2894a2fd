// The count that ends a test run hides nothing, and an interrupted run cleans up.

import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-run-tests-')
  await symlink(`${root}node_modules`, `${directory}/node_modules`)
  await writeFile(`${directory}/vitest.config.mjs`, `export default { test: { globals: true, include: ['*.suite.mjs'] } }\n`)
})
afterEach(() => rm(directory, { recursive: true }))

/** Runs the suites of our folder, in an environment without the marks of the vitest that we run in. */
function runSuites() {
  const marks = Object.keys(process.env).filter(
    (name) => name.startsWith('VITEST') || ['NODE_ENV', 'TEST', 'FORCE_COLOR'].includes(name),
  )
  const env = { ...Object.fromEntries(marks.map((name) => [name, undefined])), NO_COLOR: '1' }
  return execa(`${root}scripts/run-tests`, ['--root', directory], { cwd: root, reject: false, env })
}

const putSuite = (name: string, text: string) => writeFile(`${directory}/${name}.suite.mjs`, text)
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

describe('the last line', () => {
  test.each([
    [
      'tests that pass, and skipped ones, which count nowhere',
      `test('a', () => {}); test('b', () => {}); test.skip('c', () => {})`,
      '2 passed, 0 failed',
    ],
    ['a failing test', `test('a', () => {}); test('b', () => { throw new Error('no') })`, '1 passed, 1 failed'],
    ['a file that can’t be loaded', `test('a', () => {}); throw new Error('no')`, '0 passed, 1 failed'],
    ['a failing beforeAll', `beforeAll(() => { throw new Error('no') }); test('a', () => {})`, '0 passed, 1 failed'],
    [
      'a failing afterAll in a group',
      `describe('g', () => { afterAll(() => { throw new Error('no') }); test('a', () => {}) })`,
      '1 passed, 1 failed',
    ],
    [
      'an error that nothing caught',
      `test('a', async () => { Promise.reject(new Error('no')); await new Promise((r) => setTimeout(r, 50)) })`,
      '1 passed, 1 failed',
    ],
    ['nothing that ran', `test.skip('a', () => {})`, '0 passed, 0 failed'],
  ])('counts %s', async (_, suite, line) => {
    await putSuite('one', suite)
    const outcome = await runSuites()
    expect(lastLine(outcome.stdout)).toBe(line)
    expect(outcome.stdout).toContain('Duration')
    expect(outcome.exitCode).toBe(line === '2 passed, 0 failed' ? 0 : 1)
  })
})

describe('an interrupted run', () => {
  test('lets the running test clean up, skips the others, and leaves no process', async () => {
    await putSuite(
      'slow',
      `import { appendFileSync, writeFileSync } from 'node:fs'
       import { spawn } from 'node:child_process'
       const say = (text) => appendFileSync('${directory}/said', text + '\\n')
       afterAll(() => say('afterAll'))
       test('slow', async ({ signal }) => {
         const left = spawn('sleep', ['300'], { stdio: 'ignore' })
         writeFileSync('${directory}/sleeping', String(left.pid))
         await new Promise((resolve) => signal.addEventListener('abort', resolve))
         say('aborted')
       })
       test('next', () => say('next'))`,
    )
    const running = runSuites()
    const sleeping = await fileOnceThere(`${directory}/sleeping`)
    running.kill('SIGINT')
    const outcome = await running
    expect(outcome.exitCode).toBe(130)
    expect(await readFile(`${directory}/said`, 'utf8')).toBe('aborted\nafterAll\n')
    expect(outcome.stderr).toContain(`killing what the tests left behind:\n    ${sleeping} sleep 300`)
    await expect(readFile(`/proc/${sleeping}/cmdline`, 'utf8').catch(() => '')).resolves.toBe('')
  })
})

async function fileOnceThere(path: string): Promise<string> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text !== '') return text
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

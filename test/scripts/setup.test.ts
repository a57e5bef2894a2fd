// Set-up: what is there is left alone, what it does not know is refused, what it cannot have it says.

import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const setup = new URL('../../scripts/setup', import.meta.url).pathname

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-setup-')
})
afterEach(() => rm(directory, { recursive: true }))

function run(argv: readonly string[], environment: Record<string, string> = {}) {
  return execa(setup, argv, { reject: false, env: { DROVER_CACHE: `${directory}/cache`, ...environment } })
}

/** A folder for PATH with nothing but these programs in it. */
async function pathWith(...programs: string[]): Promise<string> {
  await mkdir(`${directory}/bin`)
  for (const program of programs) {
    const { stdout } = await execa('which', [program])
    await symlink(stdout, `${directory}/bin/${program}`)
  }
  return `${directory}/bin`
}

/** What set-up itself is made of. */
const base = [
  'bash',
  'cat',
  'comm',
  'dirname',
  'dpkg',
  'dpkg-query',
  'env',
  'flock',
  'grep',
  'id',
  'jq',
  'mkdir',
  'readlink',
  'sed',
  'sort',
]

describe('where everything is present', () => {
  test('it says one line, and runs the command it was given in its own place', async () => {
    await run(['host', 'node'])
    const running = run(['host', 'node', '--then', 'sh', '-c', 'echo "$0 $$"', 'the command'])
    const again = await running
    expect(again.stderr).toMatch(/^set-up: everything is present: host node \(\d+ s\)$/)
    expect(again.stdout).toBe(`the command ${running.pid}`)
  })

  test('the command keeps its exit code', async () => {
    const outcome = await run(['node', '--then', 'sh', '-c', 'exit 7'])
    expect(outcome.exitCode).toBe(7)
  })
})

describe('what it refuses', () => {
  test('a component that does not exist', async () => {
    const outcome = await run(['hots'])
    expect(outcome.exitCode).toBe(2)
    expect(outcome.stderr).toBe(
      "set-up: there is no component 'hots'\n    Components: host qemu node packer ansible gitleaks session content tools bench.",
    )
  })

  test('a machine without Node.js, naming the version that is needed', async () => {
    const outcome = await run(['node'], { PATH: await pathWith(...base) })
    expect(outcome.stderr).toBe(
      'set-up: Node.js ≥ 20.19 is needed (found: none)\n    Install it from https://nodejs.org or https://deb.nodesource.com and put it on PATH.',
    )
    expect(outcome.exitCode).toBe(2)
  })
})

// The programs themselves: drover's command line and the scripts of the workflows, as processes.

import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acmeCheckout, type Checkout } from './acme-checkout.ts'

const root = new URL('../..', import.meta.url).pathname

let checkout: Checkout
beforeAll(async () => {
  checkout = await acmeCheckout()
})
afterAll(() => checkout.remove())

async function run(program: string, argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const loader = `${root}node_modules/tsx/dist/loader.mjs`
  const { exitCode, stdout, stderr } = await execa(process.execPath, ['--import', loader, `${root}${program}`, ...argv], {
    cwd: checkout.directory,
    reject: false,
    env: { DROVER_CONFIG: '', NO_COLOR: '1', ...environment },
  })
  return { exitCode, stdout, stderr }
}

describe('drover', () => {
  test('finds the configuration in the folder it is run in, and prints one document', async () => {
    const { exitCode, stdout, stderr } = await run('pipeline/cli/main.ts', ['config', 'check', '--json'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ ok: true, digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('says what is mistyped on standard error', async () => {
    const { exitCode, stdout, stderr } = await run('pipeline/cli/main.ts', ['relase', 'web'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain("error: unknown command 'relase'")
  })
})

describe('the scripts of the workflows', () => {
  test('promote has nothing to do on an empty ledger', async () => {
    expect(await run('scripts/promote.ts', [])).toEqual({ exitCode: 0, stdout: 'no release is open', stderr: '' })
  })

  test.each([
    ['emergency without a family', 'emergency', {}, 'DROVER_FAMILY has to name the family to rebuild'],
    [
      'emergency without a reason',
      'emergency',
      { DROVER_FAMILY: 'web', DROVER_REASON: ' ' },
      'an emergency release needs a reason',
    ],
    ['weekly of an unknown family', 'weekly', { DROVER_FAMILY: 'wbe' }, 'did you mean web?'],
  ])('%s', async (_, name, environment, told) => {
    const { exitCode, stdout, stderr } = await run(`scripts/${name}.ts`, [], environment)
    expect(exitCode, stderr).toBe(2)
    expect(stdout + stderr).toContain(told)
  })
})

// The house rules, held by well-kept tools: types, style, import directions, dead files.

import { execa } from 'execa'
import { describe, expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

/** Runs a tool of node_modules; its whole output is the failure message. */
async function clean(tool: string, ...argv: string[]): Promise<void> {
  const outcome = await execa(`${root}node_modules/.bin/${tool}`, argv, {
    cwd: root,
    reject: false,
    all: true,
    env: { NO_COLOR: '1' },
  })
  expect(outcome.exitCode, outcome.all).toBe(0)
}

describe('house rules', () => {
  test('types hold (tsc)', () => clean('tsc', '--noEmit'), 120_000)
  test('one style (biome)', () => clean('biome', 'check', '--error-on-warnings', '.'), 120_000)
  test(
    'imports go one way, through doors, without cycles (dependency-cruiser)',
    () => clean('depcruise', '--config', '.dependency-cruiser.cjs', 'pipeline', 'hardening', 'scripts'),
    120_000,
  )
  test('no dead file, export or dependency (knip)', () => clean('knip', '--no-progress'), 120_000)
})

describe('the import rules catch what they forbid', () => {
  test.each([
    [
      'a lower room importing a higher one',
      'kernel',
      "import type { Clock } from '../ports/index.ts'\nexport type Wrong = Clock\n",
    ],
    ['a room entered by the window', 'roll', "export { createCloud } from '../aws/create-cloud.ts'\n"],
    ['the SDK outside its adapter', 'roll', "export { EC2Client } from '@aws-sdk/client-ec2'\n"],
  ])(
    '%s',
    async (_, room, source) => {
      const { mkdtemp, cp, writeFile, rm, symlink } = await import('node:fs/promises')
      const directory = await mkdtemp('/tmp/drover-house-')
      try {
        for (const part of ['pipeline', 'hardening', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
          await cp(`${root}${part}`, `${directory}/${part}`, { recursive: true })
        }
        await symlink(`${root}node_modules`, `${directory}/node_modules`)
        await writeFile(`${directory}/pipeline/${room}/wrong.ts`, source)
        const outcome = await execa(`${root}node_modules/.bin/depcruise`, ['--config', '.dependency-cruiser.cjs', 'pipeline'], {
          cwd: directory,
          reject: false,
          all: true,
        })
        expect(outcome.exitCode).not.toBe(0)
        expect(outcome.all).toContain(`pipeline/${room}/wrong.ts`)
      } finally {
        await rm(directory, { recursive: true })
      }
    },
    120_000,
  )
})

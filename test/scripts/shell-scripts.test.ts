// Every shell script of the repository passes shellcheck.

import { execa } from 'execa'
import { expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

// SC1091: a script that runs in a guest sources files that are only there.

/** Everything that git has or would have and that is a shell script by its first line or its name. */
async function shellScripts(): Promise<string[]> {
  const { stdout: files } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  const present = files.split('\0').filter((file) => file !== '' && !file.includes('node_modules/'))
  const { stdout } = await execa('grep', ['-lIEm1', '^#!.*\\b(ba)?sh$|^# shellcheck shell=', '-s', '--', ...present], {
    cwd: root,
    reject: false,
  })
  return stdout.split('\n').filter((file) => file !== '' && !/\.(ts|md|json|ya?ml)$/.test(file))
}

test('shellcheck finds nothing', async () => {
  const scripts = await shellScripts()
  expect(scripts).toContain('scripts/setup')
  expect(scripts).toContain('scripts/setup.d/packer.sh')
  const outcome = await execa('shellcheck', ['--external-sources', '--exclude=SC1091', ...scripts], {
    cwd: root,
    reject: false,
    all: true,
  })
  expect(outcome.all).toBe('')
}, 120_000)

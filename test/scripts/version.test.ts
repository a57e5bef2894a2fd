// Set-up compares versions number by number.

import { execa } from 'execa'
import { expect, test } from 'vitest'

const file = new URL('../../scripts/setup.d/version.sh', import.meta.url).pathname

/** Calls a function of version.sh; what it printed, or its exit code when it printed nothing. */
async function call(name: string, ...argv: string[]): Promise<string | number | undefined> {
  const outcome = await execa('bash', ['-c', `set -euo pipefail; source "$0"; ${name} "$@"`, file, ...argv], { reject: false })
  expect(outcome.stderr).toBe('')
  return outcome.stdout || outcome.exitCode
}

test.each([
  ['1.10.0', '1.10.0'],
  ['1.10.1', '1.10.0'],
  ['1.10', '1.9.9'],
  ['v20.19.0', '20.19.0'],
  ['22.0.0', '20.19'],
  ['1.26', '1.24.12'],
  ['1.08.0', '1.7.0'],
  ['1.11.0-rc1', '1.10.0'],
  ['1.15.0+ent', '1.15.0'],
])('%s is at least %s', async (version, minimum) => {
  expect(await call('version_at_least', version, minimum)).toBe(0)
})

test.each([
  ['1.6.6', '1.10.0'],
  ['1.9.99', '1.10.0'],
  ['20.18.3', '20.19.0'],
  ['v18.20.4', '20.19.0'],
  ['1.24.4', '1.24.12'],
  ['1.10.0-rc1', '1.10.0'],
  ['0', '1.10.0'],
])('%s is not at least %s', async (version, minimum) => {
  expect(await call('version_at_least', version, minimum)).toBe(1)
})

test.each([
  ['Packer v1.15.0', '1.15.0'],
  ['go version go1.26.8 linux/amd64', '1.26.8'],
  ['Packer v1.11.0-dev', '1.11.0-dev'],
  ['1.8.0_x5.0_linux_amd64', '1.8.0'],
])('the version in %j is %s', async (text, version) => {
  expect(await call('first_version', text)).toBe(version)
})

test('where there is no version, none is found', async () => {
  expect(await call('first_version', 'usage: packer dictionary')).toBe(0)
})

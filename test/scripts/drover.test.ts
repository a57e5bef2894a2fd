// The wrapper finds the command line from any folder and through a link, and adds nothing to what it says.

import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { execa } from 'execa'
import { expect, test } from 'vitest'

const wrapper = new URL('../../scripts/drover', import.meta.url).pathname

test('runs through a link, in the folder it was called in', async () => {
  const directory = await mkdtemp('/tmp/drover-wrapper-')
  try {
    await symlink(wrapper, `${directory}/drover`)
    const outcome = await execa(`${directory}/drover`, ['config', 'check', '--config', 'missing.yaml'], {
      cwd: directory,
      reject: false,
      all: true,
    })
    expect(outcome.exitCode, outcome.all).toBe(2)
    expect(outcome.all).toContain('there is no configuration at missing.yaml')
  } finally {
    await rm(directory, { recursive: true })
  }
})

// A folder of pretended programs for PATH, so that a probe's own script can be run here and be told what a machine would say.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'

export interface ShellRoom {
  /** Runs a script as a machine's login shell would get it: on standard input. */
  run(script: string): Promise<{ readonly exitCode: number | undefined; readonly stdout: string; readonly stderr: string }>
  close(): Promise<void>
}

/** `programs` are bodies of shell scripts; `sudo` runs what it is given, unless another one is given. */
export async function shellRoom(programs: Readonly<Record<string, string>> = {}): Promise<ShellRoom> {
  const folder = await mkdtemp('/tmp/drover-probe-')
  const sudo = '[ "$1" = -n ] || exit 9\nshift\nexec "$@"'
  for (const [name, body] of Object.entries({ sudo, ...programs })) {
    await writeFile(`${folder}/${name}`, `#!/bin/sh\n${body}\n`)
    await chmod(`${folder}/${name}`, 0o755)
  }
  return {
    run: async (script) => {
      const { exitCode, stdout, stderr } = await execa('sh', ['-s'], {
        input: script,
        reject: false,
        env: { PATH: `${folder}:${process.env.PATH}` },
      })
      return { exitCode, stdout, stderr }
    },
    close: () => rm(folder, { recursive: true }),
  }
}

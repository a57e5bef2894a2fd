// What a machine answers when it is asked for more than yes or no: files that no package owns, and the keys of its repositories.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { execa } from 'execa'
import type { Command, CommandOutcome, Exec } from '../../pipeline/ports/index.ts'
import { createExec } from '../../pipeline/system/index.ts'

export type Answer = (command: Command) => Partial<CommandOutcome> | undefined | Promise<Partial<CommandOutcome> | undefined>

/** Real programs but for ssh and scp, which have no machine to reach here: they answer as the test says, and fail where it says nothing. */
export function execWith(answer: Answer): Exec {
  const real = createExec()
  const failed = { ok: false, exitCode: 255, signalName: undefined, stdout: '', stderr: '', timedOut: false, cancelled: false }
  return {
    ...real,
    run: async (command) => {
      if (command.argv[0] !== 'ssh' && command.argv[0] !== 'scp') return real.run(command)
      return { ...failed, durationMs: 1, message: `${command.argv[0]} exited with 255`, ...(await answer(command)) }
    },
  }
}

/** The answer to the two commands that bring the files here; undefined for every other command. */
export async function answersOwnFiles(
  { argv, input }: Command,
  held: Readonly<Record<string, string>>,
): Promise<Partial<CommandOutcome> | undefined> {
  const done = { ok: true, exitCode: 0 }
  if (argv[0] === 'ssh' && String(input).includes('DROVER_OWN_FILES'))
    return { ...done, stdout: `files ${Object.keys(held).length}\n` }
  const local = argv.at(-1) ?? ''
  if (argv[0] !== 'scp' || !local.endsWith('/files.tar')) return undefined
  await archive(local, held)
  return done
}

/** Paths are absolute, as on the machine. */
export async function archive(file: string, held: Readonly<Record<string, string>>): Promise<void> {
  const root = await mkdtemp('/tmp/drover-held-')
  try {
    for (const [path, text] of Object.entries(held)) {
      await mkdir(`${root}${dirname(path)}`, { recursive: true })
      await writeFile(`${root}${path}`, text)
    }
    const names = Object.keys(held).map((path) => path.slice(1))
    await execa('tar', ['--create', '--file', file, '--directory', root, '--', ...names])
  } finally {
    await rm(root, { recursive: true })
  }
}

/** The answer to the question for keyrings: one of a key that never ends, made once; undefined for every other command. */
export async function answersKeyrings({ argv, input }: Command): Promise<Partial<CommandOutcome> | undefined> {
  if (argv[0] !== 'ssh' || !String(input).includes('indextargets')) return undefined
  key ??= makeKey()
  return { ok: true, exitCode: 0, stdout: `keyring /usr/share/keyrings/test.gpg\n${await key}\n` }
}

let key: Promise<string> | undefined

async function makeKey(): Promise<string> {
  const home = await mkdtemp('/tmp/drover-gpg-')
  try {
    const gpg = (...args: string[]) => execa('gpg', ['--homedir', home, '--batch', ...args])
    await gpg('--passphrase', '', '--quick-gen-key', 'test <test@example.org>', 'ed25519', 'sign', 'never')
    const { stdout } = await gpg('--armor', '--export')
    await execa('gpgconf', ['--homedir', home, '--kill', 'all'])
    return Buffer.from(`${stdout}\n`).toString('base64')
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

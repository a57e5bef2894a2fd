// The keys of the image's repositories: the machine names and hands out those it goes by, GnuPG here reads when they end.

import { judgeRepositoryKeys, type Keyring } from '../../hardening/index.ts'
import type { Family } from '../config/index.ts'
import type { Exec, Files } from '../ports/index.ts'
import { packageQuestions } from './by-package-manager.ts'
import type { Examiner } from './examine.ts'
import type { ProbeResult } from './probes.ts'
import { remote, type SshTarget } from './ssh.ts'

const probe = 'the keys of repositories still hold'

/** A question that could not be asked says no. `directory`: a private folder. */
export async function examineRepositoryKeys(
  { exec, files }: { readonly exec: Exec; readonly files: Files },
  { clock, signal, log }: Examiner,
  target: SshTarget,
  family: Family,
  directory: string,
): Promise<ProbeResult> {
  const unknown = (reason: string): ProbeResult => {
    log(`${probe}: ${reason}`)
    return { probe, ok: false, detail: `the keys of repositories could not be read: ${reason}`.slice(0, 500) }
  }
  const asked = await remote(exec, target, packageQuestions(family).keyrings, { timeoutMs: 180_000, signal })
  if (!asked.ok) return unknown(asked.stderr.trim().split('\n').at(-1) || asked.message)
  const work = `${directory}/keyrings`
  await files.makeDirectory(work, 0o700)
  try {
    const keyrings: Keyring[] = []
    for (const [name, content] of given(asked.stdout)) {
      await files.write(`${work}/keyring`, content, 0o600)
      const argv = ['gpg', '--homedir', work, '--batch', '--no-tty', '--with-colons', '--show-keys', `${work}/keyring`] as const
      const shown = await exec.run({ argv, timeoutMs: 30_000, signal })
      // It fails on what is no key, and then there is no record either; but not when it could not be started.
      if (!shown.ok && shown.exitCode === undefined) return unknown(shown.message)
      keyrings.push({ name, records: shown.stdout })
    }
    const { control, warnings } = judgeRepositoryKeys(keyrings, clock.wallNow())
    for (const warning of warnings) log(warning)
    if (!control.met) log(`${probe}: ${control.message}`)
    return { probe, ok: control.met, detail: control.message }
  } finally {
    await files.remove(work)
  }
}

function given(text: string): readonly (readonly [name: string, content: Uint8Array])[] {
  return text
    .split(/^keyring /m)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.split('\n')
      return [name, Buffer.from(lines.join(''), 'base64')] as const
    })
}

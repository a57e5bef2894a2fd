// The example's configuration, committed in a repository of its own; its ledger is a folder in it.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'

export interface Checkout {
  readonly directory: string
  /** Its drover.yaml. */
  readonly file: string
  remove(): Promise<void>
}

export async function acmeCheckout(): Promise<Checkout> {
  const directory = await mkdtemp('/tmp/drover-cli-')
  const file = `${directory}/drover.yaml`
  await cp(new URL('../../docs/examples/acme', import.meta.url).pathname, directory, { recursive: true })
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^ledger: .*$/m, 'ledger: file:.drover/ledger'))
  await writeFile(`${directory}/.gitignore`, '.drover/\n')
  const git = ['-c', 'user.name=Ada Example', '-c', 'user.email=ada@acme.example', '-c', 'commit.gpgsign=false']
  await execa('git', ['init', '--quiet', '--initial-branch', 'main'], { cwd: directory })
  await execa('git', ['add', '.'], { cwd: directory })
  await execa('git', [...git, 'commit', '--quiet', '--message', 'The images of Acme'], { cwd: directory })
  return { directory, file, remove: () => rm(directory, { recursive: true }) }
}

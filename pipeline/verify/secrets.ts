// Credentials in the image: what no package put there is brought here, laid out in a private folder, and searched by gitleaks.

import { type FoundSecret, judgeSecrets, readOwnFilesScript, readSecrets, type SecretWaiver } from '../../hardening/index.ts'
import { type Family, packageManagerOf } from '../config/index.ts'
import { listed } from '../kernel/index.ts'
import type { Exec, Files } from '../ports/index.ts'
import type { Examiner } from './examine.ts'
import { enrolmentFiles, type ProbeResult } from './probes.ts'
import { quoted } from './shell.ts'
import { remote, type SshTarget, transfer } from './ssh.ts'

export interface SecretScanner {
  readonly path: string
  readonly version: string
}

export interface SecretsRequest {
  readonly family: Family
  readonly target: SshTarget
  readonly waivers: readonly SecretWaiver[]
  /** A private folder; what is laid out in it is gone when the answer is there. */
  readonly directory: string
  /** A private key that must be found: a scanner that finds nothing may as well have looked at nothing. */
  readonly canaryFile: string
  /** Where the list of what was found is kept. */
  readonly evidenceFile: string
}

interface SecretsContext {
  readonly exec: Exec
  readonly files: Files
  readonly secretScanner: SecretScanner
}

const probe = 'no credential that came with the image'
const farFolder = '/tmp/drover-files'
/** gitleaks' exit code when it found something; 1 is its failure. */
const foundCode = 3

/** Met only when everything was brought over whole and looked through; what could not be asked is not met. */
export async function examineSecrets(context: SecretsContext, examiner: Examiner, request: SecretsRequest): Promise<ProbeResult> {
  const { files } = context
  const folder = `${request.directory}/files`
  try {
    const brought = await bringFiles(context, examiner, request, folder)
    if ('reason' in brought) return unknown(examiner, brought.reason)
    const searched = await search(context, examiner, request, folder)
    if ('reason' in searched) return unknown(examiner, searched.reason)
    const verdict = judgeSecrets(searched.found, request.waivers, examiner.clock.wallNow())
    for (const warning of verdict.warnings) examiner.log(warning)
    const { path: _, ...scanner } = { name: 'gitleaks', ...context.secretScanner }
    const list = { scanner, files: brought.count, notSearched: brought.large, found: searched.found }
    await files.write(request.evidenceFile, `${JSON.stringify(list, undefined, 2)}\n`)
    const detail = [verdict.message, tooLarge(brought.large)].filter((part) => part !== '').join('; ')
    if (!verdict.met) examiner.log(`${probe}: ${detail}`)
    return { probe, ok: verdict.met, detail }
  } finally {
    await files.remove(folder)
    await files.remove(`${folder}.tar`)
  }
}

function unknown({ log }: Examiner, reason: string): ProbeResult {
  const detail = `the image could not be searched for credentials: ${reason}`.slice(0, 500)
  log(`${probe}: ${detail}`)
  return { probe, ok: false, detail }
}

function tooLarge(paths: readonly string[]): string {
  return paths.length === 0 ? '' : `not searched, larger than 8 MiB: ${listed(paths, 3)}`
}

interface Brought {
  readonly count: number
  /** Paths that are too large to be searched. */
  readonly large: readonly string[]
}

type Failed = { readonly reason: string }

async function bringFiles(
  { exec, files }: SecretsContext,
  { signal }: Examiner,
  { family, target }: SecretsRequest,
  folder: string,
): Promise<Brought | Failed> {
  // What an agent was given at this machine's first boot is this machine's, not the image's.
  const leftOut = enrolmentFiles(family).map(quoted).join(' ')
  const script = `set -eu
rm -rf ${farFolder}
mkdir -m 700 ${farFolder}
sudo -n sh -s -- ${farFolder}/files.tar ${leftOut} <<'DROVER_OWN_FILES'
${await readOwnFilesScript(files, packageManagerOf(family))}
DROVER_OWN_FILES
sudo -n chown "$(id -u)" ${farFolder}/files.tar
`
  const packed = await remote(exec, target, script, { timeoutMs: 300_000, signal })
  if (!packed.ok) return { reason: packed.stderr.trim().split('\n').at(-1) || packed.message }
  const count = Number(/^files (\d+)$/m.exec(packed.stdout)?.[1] ?? Number.NaN)
  const large = [...packed.stdout.matchAll(/^large (.*)$/gm)].map(([, path]) => path ?? '')
  const got = await transfer(exec, target, 'down', `${folder}.tar`, `${farFolder}/files.tar`, { timeoutMs: 300_000, signal })
  if (!got.ok) return { reason: `the files could not be fetched: ${got.message}` }
  const laidOut = await layOut({ exec, files }, signal, folder, count)
  return laidOut ?? { count, large }
}

/** Regular files only, as many as were packed: an archive from a machine may hold devices, links, or its first half. */
async function layOut(
  { exec, files }: Pick<SecretsContext, 'exec' | 'files'>,
  signal: AbortSignal,
  folder: string,
  count: number,
): Promise<Failed | undefined> {
  const options = { timeoutMs: 300_000, signal }
  const listed = await exec.run({ argv: ['tar', '--list', '--verbose', '--file', `${folder}.tar`], ...options })
  if (!listed.ok) return { reason: `what was fetched is not a whole archive: ${listed.message}` }
  const lines = listed.stdout.split('\n').filter((line) => line !== '')
  if (!lines.every((line) => line.startsWith('-'))) return { reason: 'what was fetched holds something else than files' }
  // A file may have gone between being found and being packed, never a tenth of them.
  if (!(lines.length <= count && lines.length >= count * 0.9)) {
    return { reason: `${count} files were to be fetched, and ${lines.length} were` }
  }
  await files.makeDirectory(`${folder}/image`, 0o700)
  const plain = ['--no-same-owner', '--no-same-permissions']
  const unpack = ['--file', `${folder}.tar`, '--directory', `${folder}/image`]
  const unpacked = await exec.run({ argv: ['tar', '--extract', ...plain, ...unpack], ...options })
  return unpacked.ok ? undefined : { reason: `what was fetched could not be laid out: ${unpacked.message}` }
}

type Searched = { readonly found: readonly FoundSecret[] } | Failed

async function search(
  { exec, files, secretScanner }: SecretsContext,
  { signal }: Examiner,
  { canaryFile }: SecretsRequest,
  folder: string,
): Promise<Searched> {
  await files.copy(canaryFile, `${folder}/canary`)
  const [settings, results] = [`${folder}.toml`, `${folder}.json`]
  try {
    // Named, so that no settings of the image's own, and none of the runner's, take their place.
    await files.write(settings, '[extend]\nuseDefault = true\n', 0o600)
    const ran = await exec.run({
      argv: [
        secretScanner.path,
        'dir',
        folder,
        ...['--config', settings, '--report-format', 'json', '--report-path', results, '--exit-code', `${foundCode}`],
        ...['--redact=100', '--ignore-gitleaks-allow', '--max-archive-depth', '2', '--no-banner', '--no-color'],
      ],
      timeoutMs: 600_000,
      signal,
    })
    if (!ran.ok && ran.exitCode !== foundCode) return { reason: `gitleaks did not run: ${ran.message}` }
    const read = readSecrets(await files.readText(results), folder)
    if (!read.ok) return { reason: read.message }
    if (!read.found.some(({ file }) => file === '/canary'))
      return { reason: 'gitleaks did not find the key that was laid there for it' }
    const prefix = '/image'
    return {
      found: read.found
        .filter(({ file }) => file.startsWith(`${prefix}/`))
        .map((one) => ({ ...one, file: one.file.slice(prefix.length) })),
    }
  } finally {
    await files.remove(settings)
    await files.remove(results)
  }
}

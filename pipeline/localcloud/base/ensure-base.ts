// Has a base of the current recipe, made within the last week; makes one with mmdebstrap where there is none.

import { digestOf, sha256 } from '../../kernel/index.ts'
import type { CommandOutcome, Exec, Files } from '../../ports/index.ts'
import { baseName, newestBase, timeOf } from './name.ts'
import { type Archive, architectures, buildSources, type DebianArchitecture, packagesFor, recipeOf, suite } from './recipe.ts'

/** A root folder to boot machines from, never changed once it is there. */
export interface Base {
  readonly rootDirectory: string
  /** `debian-13-amd64-20261122-0530`: the UTC minute it was made. */
  readonly name: string
  readonly architecture: (typeof architectures)[DebianArchitecture]
  /** ISO 8601. */
  readonly createdAt: string
  /** Of the list of packages and versions in it: sorted lines like `sudo 1.9.16p2-3`. */
  readonly packagesSha256: string
}

export type BaseOutcome = { readonly ok: true; readonly base: Base } | { readonly ok: false; readonly message: string }

export interface BaseRequest {
  readonly exec: Exec
  readonly files: Files
  readonly cacheDirectory: string
  /** Milliseconds since the epoch, of wall time. */
  readonly now: number
  /** Makes a new one even if there is a recent one. */
  readonly rebuild?: boolean
  /** This machine's own mirrors; Debian's where they are not known. */
  readonly archive?: Archive
  /** What mmdebstrap says. */
  readonly onLine?: (line: string) => void
  readonly signal?: AbortSignal
}

const maximumAgeMs = 7 * 24 * 60 * 60 * 1_000

const here = import.meta.dirname
const rootfs = `${here}/rootfs`

const standardArchive: Archive = {
  debian: 'http://deb.debian.org/debian',
  security: 'http://deb.debian.org/debian-security',
  keyring: '/usr/share/keyrings/debian-archive-keyring.gpg',
}

/** The newest base that is recent enough, or a new one. Older ones stay: machines may stand on them. */
export async function ensureBase(request: BaseRequest): Promise<BaseOutcome> {
  const architecture = await debianArchitecture(request.exec)
  if (typeof architecture !== 'string') return architecture
  const directory = `${request.cacheDirectory}/base/${await recipeDigest(request.files, architecture)}`
  const newest = newestBase(await request.files.list(directory), architecture)
  if (newest !== undefined && !request.rebuild && request.now - timeOf(newest) < maximumAgeMs) {
    return describe(request.exec, directory, newest, architecture)
  }
  const name = baseName(architecture, request.now)
  const made = await make(request, directory, name, architecture)
  if (!made.ok) return { ok: false, message: `the base image could not be made: ${made.message}` }
  return describe(request.exec, directory, name, architecture)
}

async function debianArchitecture(exec: Exec): Promise<DebianArchitecture | (BaseOutcome & { ok: false })> {
  const outcome = await exec.run({ argv: ['dpkg', '--print-architecture'] })
  if (!outcome.ok) return { ok: false, message: `this machine's architecture is unknown: ${outcome.message}` }
  const architecture = outcome.stdout.trim()
  if (architecture in architectures) return architecture as DebianArchitecture
  return {
    ok: false,
    message: `there is no base image for ${architecture}, only for ${Object.keys(architectures).join(' and ')}`,
  }
}

/** Changes with anything that decides what is in the root. */
async function recipeDigest(files: Files, architecture: DebianArchitecture): Promise<string> {
  const digests: Record<string, string> = {}
  for (const path of [`${here}/make-root.sh`, ...(await filesBelow(files, rootfs))]) {
    digests[path.slice(here.length + 1)] = sha256((await files.readBytes(path)) ?? '')
  }
  return digestOf({ recipe: recipeOf(architecture), files: digests }).slice(0, 12)
}

async function filesBelow(files: Files, directory: string): Promise<readonly string[]> {
  const paths: string[] = []
  for (const name of await files.list(directory)) {
    const path = `${directory}/${name}`
    if ((await files.kind(path)) === 'directory') paths.push(...(await filesBelow(files, path)))
    else paths.push(path)
  }
  return paths
}

async function make(
  request: BaseRequest,
  directory: string,
  name: string,
  architecture: DebianArchitecture,
): Promise<CommandOutcome> {
  const { exec, files, archive = standardArchive, onLine, signal } = request
  const staging = `${directory}/.staging`
  await files.makeDirectory(directory)
  const proxies = await aptProxies(exec)
  return exec.run({
    argv: [
      'flock',
      `${directory}/.lock`,
      ...[`${here}/make-root.sh`, `${directory}/${name}`, staging, rootfs],
      // The cache may be closed to apt's own user.
      '--aptopt=APT::Sandbox::User "root"',
      ...['--variant=minbase', `--include=${packagesFor(architecture).join(',')}`],
      ...proxies.map((line) => `--aptopt=${line}`),
      ...[suite, staging, '-'],
    ],
    input: buildSources(archive),
    ...(onLine ? { onLine } : {}),
    ...(signal ? { signal } : {}),
  })
}

/** This machine's apt reaches its mirrors through these; mmdebstrap's apt would not know. */
async function aptProxies(exec: Exec): Promise<readonly string[]> {
  const { stdout } = await exec.run({ argv: ['apt-config', 'dump', 'Acquire::http::Proxy', 'Acquire::https::Proxy'] })
  return stdout.split('\n').filter((line) => /^Acquire::https?::Proxy "[^"]+";$/.test(line))
}

async function describe(exec: Exec, directory: string, name: string, architecture: DebianArchitecture): Promise<BaseOutcome> {
  const rootDirectory = `${directory}/${name}`
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in
  const format = '${Package} ${Version}\n'
  const list = await exec.run({
    argv: ['dpkg-query', `--admindir=${rootDirectory}/var/lib/dpkg`, '--show', '--showformat', format],
  })
  if (!list.ok) return { ok: false, message: `the packages of the base image ${rootDirectory} can't be listed: ${list.message}` }
  const lines = list.stdout.split('\n').filter((line) => line !== '')
  const packagesSha256 = sha256(`${lines.sort().join('\n')}\n`)
  const createdAt = new Date(timeOf(name)).toISOString()
  return { ok: true, base: { rootDirectory, name, architecture: architectures[architecture], createdAt, packagesSha256 } }
}

// The repository speaks of itself alone: nothing of the machine it was written on, nothing that is not source.

import { readFile, stat } from 'node:fs/promises'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { cacheDirectory } from '../../pipeline/cli/tools.ts'

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')
const largestBytes = 1 << 20

interface File {
  readonly path: string
  readonly bytes: Buffer
}

/** What is committed, and what would be. */
async function files(): Promise<readonly File[]> {
  const { stdout } = await execa(
    'git',
    ['-c', `safe.directory=${root}`, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root },
  )
  const found = await Promise.all(
    stdout.split('\0').map(async (path) => {
      const kind = await stat(`${root}/${path}`).catch(() => undefined)
      return kind?.isFile() ? [{ path, bytes: await readFile(`${root}/${path}`) }] : []
    }),
  )
  return found.flat()
}

/** Where packages come from on this machine, as far as that is not where they come from everywhere. */
async function privateRegistries(): Promise<readonly string[]> {
  const { stdout: npm } = await execa('npm', ['config', 'get', 'registry'], { cwd: root })
  const addresses = [npm, process.env.PIP_INDEX_URL ?? '', ...(process.env.GOPROXY ?? '').split(/[,|]/)].filter((address) =>
    URL.canParse(address),
  )
  const everyones = ['registry.npmjs.org', 'pypi.org', 'proxy.golang.org']
  return addresses.map((address) => new URL(address).hostname).filter((host) => !everyones.includes(host))
}

const all = await files()
const pathsOf = (found: readonly File[]) => found.map(({ path }) => path)

test('there is something to look at', () => expect(all.length).toBeGreaterThan(500))

test('no file names a path or a registry of this machine', async () => {
  // A folder right below the root is too common a word to look for.
  const own = [root, cacheDirectory(process.env)].filter((path) => path.split('/').length > 2)
  const words = [...own, ...(await privateRegistries())]
  for (const word of words) expect(pathsOf(all.filter(({ bytes }) => bytes.includes(word))), word).toEqual([])
})

test('the lockfile pins by digest and names no download address', async () => {
  const { packages } = JSON.parse(await readFile(`${root}/package-lock.json`, 'utf8'))
  const locked = Object.entries<{ integrity?: string; resolved?: string }>(packages).filter(([path]) => path !== '')
  expect(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([])
  expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
})

test('no large file', () => expect(pathsOf(all.filter(({ bytes }) => bytes.length > largestBytes))).toEqual([]))

test('no binary but what the rehearsal serves as debsecan would download it', () =>
  expect(pathsOf(all.filter(({ bytes }) => bytes.includes(0)))).toEqual(['docs/examples/acme/mirror/debsecan/trixie']))

test('no work left for later in the sources', () => {
  const marks = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`)
  const sources = all.filter(({ path }) => /\.(ts|sh|ya?ml|hcl|md)$/.test(path))
  expect(pathsOf(sources.filter(({ bytes }) => marks.test(bytes.toString())))).toEqual([])
})

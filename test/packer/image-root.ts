// The root of an image that is being made, in which a provisioner sees nothing of this machine but copies of named programs.

import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type ExecaError, execa } from 'execa'

export interface ImageRoot {
  readonly path: string
  /** Paths are the image's own. */
  put(path: string, text: string, mode?: number): Promise<void>
  /** A program that is played, in the place of a real one; `body` is a shell script. */
  play(name: string, body: string): Promise<void>
  remove(path: string): Promise<void>
  /** Undefined where there is no such file. */
  read(path: string): Promise<string | undefined>
  /** Files that are not empty below that folder. */
  files(path: string): Promise<readonly string[]>
  run(script: string, input?: string): Promise<{ readonly exitCode: number | undefined; readonly all: string }>
  close(): Promise<void>
}

/** GNU's and the like: Amazon Linux 2023 has each of them. */
const realPrograms =
  'awk basename bash cat chmod comm cp cut date dirname du env find grep head id install jq ln ls mkdir mktemp mv paste printf readlink rm sed seq sh sleep sort stat sync tail tar touch tr truncate'

export async function imageRoot(): Promise<ImageRoot> {
  const path = await mkdtemp('/tmp/drover-image-root-')
  const folders =
    'boot dev etc home opt proc root run srv tmp usr/bin usr/lib usr/lib64 usr/local usr/share var/lib var/log var/tmp'
  for (const folder of folders.split(' ')) await mkdir(`${path}/${folder}`, { recursive: true })
  for (const name of ['bin', 'lib', 'lib64']) await symlink(`usr/${name}`, `${path}/${name}`)
  for (const file of await filesOfPrograms()) {
    await mkdir(dirname(`${path}${file}`), { recursive: true })
    await copyFile(file, `${path}${file}`)
  }
  const at = (name: string) => `${path}${name}`

  async function put(name: string, text: string, mode = 0o644) {
    await mkdir(dirname(at(name)), { recursive: true })
    await writeFile(at(name), text)
    await chmod(at(name), mode)
  }

  const inside = `set -e
touch ${path}/dev/null ${path}/dev/urandom
for device in null urandom; do mount --bind /dev/$device ${path}/dev/$device; done
exec chroot ${path} env -i LC_ALL=C PATH=/usr/bin SUDO_USER=ec2-user "$@"`

  return {
    path,
    put,
    play: (name, body) => put(`/usr/bin/${name}`, `#!/bin/sh\n${body}\n`, 0o755),
    remove: (name) => rm(at(name)),
    read: (name) => readFile(at(name), 'utf8').catch(() => undefined),
    files: async (name) => {
      const { stdout } = await execa('find', [at(name), '-type', 'f', '-size', '+0'])
      return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.slice(path.length)]))
    },
    run: async (script, input) => {
      const words = ['--mount', 'sh', '-c', inside, 'sh', 'sh', script]
      const { exitCode, all } = (await execa('unshare', words, {
        reject: false,
        all: true,
        ...(input === undefined ? { stdin: 'ignore' } : { input }),
      })) as Pick<ExecaError, 'exitCode' | 'all'>
      return { exitCode, all: String(all) }
    },
    close: () => rm(path, { recursive: true }),
  }
}

/** The programs, and the libraries that the dynamic linker brings them. */
async function filesOfPrograms(): Promise<readonly string[]> {
  const programs = realPrograms.split(' ').map((name) => `/usr/bin/${name}`)
  const { stdout } = await execa('ldd', programs)
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x[0-9a-f]+\)/g)].map(([, path]) => path ?? '')
  return [...new Set([...programs, ...libraries])]
}

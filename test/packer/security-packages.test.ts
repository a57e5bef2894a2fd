// Which packages came as security updates, as both package managers are asked: their answers are played in their own form.

import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ImageRoot, imageRoot } from './image-root.ts'

let root: ImageRoot

beforeEach(async () => {
  root = await imageRoot()
})
afterEach(async () => {
  await root.close()
})

async function ask(manager: 'apt' | 'dnf') {
  const functions = await readFile(new URL(`../../packer/package-managers/${manager}.sh`, import.meta.url), 'utf8')
  return root.run('-s', `set -eu\n${functions}\nsecurity_packages\n`)
}

const says = (text: string) => `cat <<'END'\n${text}\nEND`

describe('apt', () => {
  const policy = (suite: string) => ` 500 mirror+file:/etc/apt/mirrors.list ${suite}/main amd64 Packages
     release v=13,o=Debian,a=${suite},n=trixie,l=Debian,c=main,b=amd64`

  test('those whose version is in the archive of security updates, a point release’s as well', async () => {
    await root.play('apt-cache', says(`${policy('stable')}\n${policy('stable-security')}`))
    await root.play(
      'apt',
      says(`Listing...
adduser/stable,now 3.152 all [installed]
libssl3t64/stable-security,now 3.5.1-1+deb13u2 amd64 [installed,automatic]
openssl/stable,stable-security,now 3.5.1-1+deb13u1 amd64 [installed]
stable-security-tools/stable,now 1.0 all [installed]
amazon-ssm-agent/now 3.3.1 amd64 [installed,local]`),
    )
    expect(await ask('apt')).toEqual({ exitCode: 0, all: 'libssl3t64 3.5.1-1+deb13u2\nopenssl 3.5.1-1+deb13u1' })
  })

  test('is nothing it could know without such an archive, or when it fails', async () => {
    await root.play('apt', says('openssl/stable,now 3.5.1-1 amd64 [installed]'))
    await root.play('apt-cache', says(policy('stable')))
    expect((await ask('apt')).exitCode).toBe(1)
    await root.play('apt-cache', says(policy('stable-security')))
    await root.play('apt', 'exit 100')
    expect((await ask('apt')).exitCode).toBe(1)
  })
})

describe('dnf', () => {
  const installed = says(`openssl-1:3.2.2-1.amzn2023.0.1.x86_64\topenssl 1:3.2.2-1.amzn2023.0.1
bash-5.2.15-1.amzn2023.0.2.x86_64\tbash 5.2.15-1.amzn2023.0.2
curl-8.11.1-4.amzn2023.0.3.x86_64\tcurl 8.11.1-4.amzn2023.0.3`)

  test('those whose version an advisory of security names; one that was passed since is none', async () => {
    await root.play('rpm', installed)
    await root.play(
      'dnf',
      says(`ALAS2023-2024-700 Important/Sec. openssl-1:3.2.2-1.amzn2023.0.1.x86_64
ALAS2023-2025-100 Medium/Sec.    openssl-1:3.2.2-1.amzn2023.0.1.x86_64
ALAS2023-2025-101 Low/Sec.       curl-8.11.1-4.amzn2023.0.2.x86_64`),
    )
    expect(await ask('dnf')).toEqual({ exitCode: 0, all: 'openssl 1:3.2.2-1.amzn2023.0.1' })
  })

  test('are none without advisories, and unknown when these can’t be read', async () => {
    await root.play('rpm', installed)
    await root.play('dnf', ':')
    expect(await ask('dnf')).toEqual({ exitCode: 0, all: '' })
    await root.play('dnf', 'exit 1')
    expect((await ask('dnf')).exitCode).toBe(1)
  })
})

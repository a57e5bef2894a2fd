// Every control of ours, in a real Debian root: its check tells good from bad, its fix mends, and mending twice changes nothing.

import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readControl } from '../../hardening/engine/controls.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { baseRoot } from './local-machines.ts'

const controls = new URL('../../hardening/controls', import.meta.url).pathname
const room = new URL('controls-room.sh', import.meta.url).pathname
const files = createFiles()
let directory = ''
let lower = ''

beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/drover-controls-')
  const base = await baseRoot()
  const found = await Promise.all(readdirSync(controls).map((id) => readControl(files, id)))
  await install(base, [...new Set(found.flatMap((control) => control.packages))])
  lower = `${directory}/packages:${base}`
})
afterAll(() => rm(directory, { recursive: true, force: true }))

describe.each(readdirSync(controls))('%s', (id) => {
  const scenarios = readdirSync(`${controls}/${id}/scenarios`)

  test('has a scenario of either kind', () => {
    expect(scenarios.some((name) => name.endsWith('.pass.sh'))).toBe(true)
    expect(scenarios.some((name) => name.endsWith('.fail.sh'))).toBe(true)
  })

  test.each(scenarios)('%s', async (scenario) => {
    const work = await mkdtemp(`${directory}/${id}-`)
    const { stdout } = await execa(room, [lower, work, `${controls}/${id}`, scenario])
    const said = new Map(stdout.split('\n').map((line) => [line.split(': ')[0], line.replace(/^[^:]*: /, '')]))
    if (scenario.endsWith('.fail.sh')) expect(said.get('check 0')).toMatch(/^1 \S/)
    else expect(said.get('check 0')).toBe('0 ')
    expect(said.get('check 1')).toBe('0 ')
    expect(said.get('check 2')).toBe('0 ')
    expect(said.get('tree 2')).toBe(said.get('tree 1'))
  })
})

/** Puts the controls' packages into a layer above the base; nothing of it reaches this host but its network. */
async function install(base: string, packages: readonly string[]): Promise<void> {
  for (const name of ['packages', 'overlay', 'root']) await mkdir(`${directory}/${name}`)
  const script = `set -e
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/packages,workdir=$2/overlay" "$2/root"
    mount -t proc proc "$2/root/proc"
    cp --remove-destination /etc/resolv.conf "$2/root/etc/resolv.conf"
    printf '#!/bin/sh\\nexit 101\\n' > "$2/root/usr/sbin/policy-rc.d"
    chmod 755 "$2/root/usr/sbin/policy-rc.d"
    chroot "$2/root" apt-get -qq update
    shift 2
    DEBIAN_FRONTEND=noninteractive chroot "$ROOT" apt-get -qq install --yes --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "$@"`
  await execa('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', script, 'install', base, directory, ...packages], {
    env: { ROOT: `${directory}/root` },
  })
}

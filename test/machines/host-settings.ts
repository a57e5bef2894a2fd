// What a local cloud must leave on this host as it found it; links of other clouds that run at the same time are left out.

import { readFile } from 'node:fs/promises'
import { createExec } from '../../pipeline/system/index.ts'

export interface HostSettings {
  readonly links: readonly string[]
  readonly routes: readonly string[]
  readonly mounts: readonly string[]
  readonly filters: readonly string[]
  readonly forwarding: readonly string[]
  readonly namespaces: readonly string[]
}

export async function hostSettings(): Promise<HostSettings> {
  const forwarding = ['ipv4/ip_forward', 'ipv4/conf/all/forwarding', 'ipv6/conf/all/forwarding', 'ipv4/conf/all/rp_filter']
  return {
    links: await linesOf('ip', '-brief', 'link'),
    routes: await linesOf('ip', '-4', 'route', 'show', 'table', 'all'),
    mounts: (await readFile('/proc/self/mounts', 'utf8')).split('\n'),
    filters: await linesOf('nft', 'list', 'tables'),
    forwarding: await Promise.all(forwarding.map((name) => readFile(`/proc/sys/net/${name}`, 'utf8'))),
    namespaces: await linesOf('ip', 'netns', 'list'),
  }
}

async function linesOf(...argv: [string, ...string[]]): Promise<readonly string[]> {
  const outcome = await createExec().run({ argv })
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.stdout.split('\n').filter((line) => !/\bdrv-/.test(line))
}

// How this host itself reaches packages: its apt proxy and its mirrors.

import type { Exec } from '../../ports/index.ts'

export interface HostSettings {
  /** `Acquire::http::Proxy` and `Acquire::https::Proxy`; the second falls back on the first, as apt's does. */
  readonly httpProxy: URL | undefined
  readonly tlsProxy: URL | undefined
  /** Hosts of apt's sources: reachable even on a private address. */
  readonly mirrorHosts: ReadonlySet<string>
}

export async function readHostSettings(exec: Exec): Promise<HostSettings> {
  const config = await exec.run({ argv: ['apt-config', 'dump'] })
  const sites = await exec.run({ argv: ['apt-get', 'indextargets', '--format', '$(SITE)'] })
  // A host without apt has neither.
  return { ...parseProxies(config.stdout), mirrorHosts: parseSites(sites.stdout) }
}

/** From `apt-config dump`. */
export function parseProxies(dump: string): Pick<HostSettings, 'httpProxy' | 'tlsProxy'> {
  const proxy = (scheme: string) => {
    const value = new RegExp(`^Acquire::${scheme}::Proxy "(.*)";$`, 'im').exec(dump)?.[1]
    return value && value !== 'DIRECT' && URL.canParse(value) ? new URL(value) : undefined
  }
  const httpProxy = proxy('http')
  return { httpProxy, tlsProxy: /^Acquire::https::Proxy "DIRECT";$/im.test(dump) ? undefined : (proxy('https') ?? httpProxy) }
}

/** From `apt-get indextargets --format '$(SITE)'`. */
export function parseSites(text: string): ReadonlySet<string> {
  return new Set(text.split('\n').flatMap((site) => (URL.canParse(site) ? new URL(site).hostname : [])))
}

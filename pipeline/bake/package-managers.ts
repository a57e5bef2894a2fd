// How each package manager wants to be told what to install and from where; what runs there is in packer/package-managers.

import type { AgentRepository, PackageManager } from '../config/index.ts'

interface PlanForm<Repository> {
  /** One package in exactly that version. */
  readonly pinned: (name: string, version: string) => string
  /** What a file of a package is called, as the tool tells it from a name. */
  readonly extension: string
  /** The file that makes a repository known; its key lies under the agent's name. */
  readonly repository: (agent: string, repository: Repository) => readonly string[]
}

type RepositoryOf<Manager extends PackageManager> = Extract<AgentRepository, { readonly packageManager: Manager }>

const packageManagers: { readonly [Manager in PackageManager]: PlanForm<RepositoryOf<Manager>> } = {
  apt: {
    pinned: (name, version) => `${name}=${version}`,
    extension: 'deb',
    repository: (agent, { uri, suite, components }) => [
      'Types: deb',
      `URIs: ${uri}`,
      `Suites: ${suite}`,
      ...(components.length > 0 ? [`Components: ${components.join(' ')}`] : []),
      `Signed-By: /etc/apt/keyrings/${agent}.asc`,
    ],
  },
  dnf: {
    pinned: (name, version) => `${name}-${version}`,
    extension: 'rpm',
    repository: (agent, { baseurl }) => [
      `[${agent}]`,
      `name=${agent}`,
      `baseurl=${baseurl}`,
      'enabled=1',
      'gpgcheck=1',
      `gpgkey=file:///etc/pki/rpm-gpg/${agent}.asc`,
      'sslverify=1',
      // Not there, not baked: dnf would go on without it.
      'skip_if_unavailable=0',
    ],
  },
}

export function pinnedPackage(manager: PackageManager, name: string, version: string): string {
  return packageManagers[manager].pinned(name, version)
}

/** Name of a downloaded file of the package. */
export function packageFileName(manager: PackageManager, name: string): string {
  return `${name}.${packageManagers[manager].extension}`
}

export function repositoryLines(agent: string, repository: AgentRepository): readonly string[] {
  return repository.packageManager === 'apt'
    ? packageManagers.apt.repository(agent, repository)
    : packageManagers.dnf.repository(agent, repository)
}

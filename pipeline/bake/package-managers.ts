// How each package manager wants to be told what to install and from where; what runs there is in packer/package-managers.

import type { AgentRepository, PackageManager } from '../config/index.ts'

interface PlanForm {
  /** One package in exactly that version. */
  readonly pinned: (name: string, version: string) => string
  /** The file that makes a repository known; its key lies under the agent's name. */
  readonly repository: (agent: string, repository: AgentRepository) => readonly string[]
}

export const packageManagers = {
  apt: {
    pinned: (name, version) => `${name}=${version}`,
    repository: (agent, { uri, suite, components }) => [
      'Types: deb',
      `URIs: ${uri}`,
      `Suites: ${suite}`,
      ...(components.length > 0 ? [`Components: ${components.join(' ')}`] : []),
      `Signed-By: /etc/apt/keyrings/${agent}.asc`,
    ],
  },
} as const satisfies Record<PackageManager, PlanForm>

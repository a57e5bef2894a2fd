// An agent's packages: from repositories that its families' package manager reads, or from files for all their architectures.

import { familyKinds } from '../family-kinds.ts'
import type { WrittenAgent } from '../written/agent-file.ts'
import type { WrittenConfig, WrittenFamily } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkPackages({ families }: WrittenConfig, agents: ReadonlyMap<string, WrittenAgent>): void {
  for (const agent of agents.values()) checkAgent(agent)
  for (const { name, value: family } of families) {
    for (const { value } of family.agents) {
      const agent = agents.get(value)
      if (agent === undefined) continue
      checkRepository(name, family, value, agent)
      checkFiles(name, family, agent)
    }
  }
}

function checkAgent({ repository, packages }: WrittenAgent): void {
  for (const { at, version, file } of packages) {
    if (file === undefined) continue
    if (version !== undefined)
      reportFollowing(
        at,
        'config-conflict',
        'the package has a version and a file',
        'Its digest pins the file: take the version out.',
      )
    if (file.x86_64 === undefined && file.arm64 === undefined)
      reportFollowing(file.at, 'config-missing-key', '`file` names no file', 'Write file: { x86_64: { url: …, sha256: … } }')
  }
  if (repository === undefined) return
  const { at, uri, suite, components, baseurl } = repository
  const isApt = uri !== undefined || suite !== undefined || components !== undefined
  if (isApt === (baseurl !== undefined)) {
    const hint = 'Write `uri` and `suite` for apt, or `baseurl` for dnf.'
    reportFollowing(at, 'config-conflict', 'the repository is for one package manager', hint)
  } else if (isApt && uri === undefined) reportFollowing(at, 'config-missing-key', 'the repository has no `uri`')
  else if (isApt && suite === undefined) reportFollowing(at, 'config-missing-key', 'the repository has no `suite`')
}

function checkRepository(name: string, { kind }: WrittenFamily, called: string, { repository }: WrittenAgent): void {
  if (repository === undefined) return
  const { packageManager } = familyKinds[kind.value]
  if ((repository.baseurl === undefined ? 'apt' : 'dnf') === packageManager) return
  const message = `family ${name} installs by ${packageManager}, which does not read the repository of agent ${called}`
  reportFollowing(repository.at, 'config-conflict', message, 'Describe the agent in a file of its own for that family.')
}

function checkFiles(name: string, { base = [], node }: WrittenFamily, { packages }: WrittenAgent): void {
  const built = node?.architectures.value ?? base.map(({ architecture }) => architecture.value)
  for (const { file, name: packageName } of packages) {
    if (file === undefined) continue
    for (const architecture of built.filter((one) => file[one] === undefined)) {
      const message = `there is no file of ${packageName} for ${architecture}, which family ${name} is built for`
      reportFollowing(file.at, 'config-missing-key', message)
    }
  }
}

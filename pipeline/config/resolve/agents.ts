// An agent's file → Agent.

import { assert } from '../../kernel/index.ts'
import type { Agent, AgentPackage, AgentRepository } from '../resolved.ts'
import type { WrittenAgent } from '../written/agent-file.ts'

export function resolveAgent(name: string, agent: WrittenAgent): Agent {
  const { repository } = agent
  return {
    name,
    purpose: agent.purpose,
    packages: agent.packages.map(resolvePackage),
    ...(repository === undefined ? {} : { repository: resolveRepository(repository) }),
    files: agent.files.map(({ from, to, mode, owner }) => ({ from, to, mode, owner })),
    services: agent.services.map(({ unit, expect }) => ({ unit, expect })),
    probes: agent.probes.map(({ command, timeout }) => ({ command, timeoutMs: timeout })),
    ...(agent.identity === undefined ? {} : { identity: agent.identity }),
    enrolments: agent.enrol.map(({ at: _, ...enrolment }) => enrolment),
  }
}

function resolvePackage({ name, version, file }: WrittenAgent['packages'][number]): AgentPackage {
  const [x86, arm] = [file?.x86_64, file?.arm64]
  const files = {
    ...(x86 === undefined ? {} : { x86_64: { url: x86.url, sha256: x86.sha256 } }),
    ...(arm === undefined ? {} : { arm64: { url: arm.url, sha256: arm.sha256 } }),
  }
  return { name, ...(version === undefined ? {} : { version }), ...(file === undefined ? {} : { files }) }
}

function resolveRepository(written: NonNullable<WrittenAgent['repository']>): AgentRepository {
  const { uri, suite, components = ['main'], baseurl, key, fingerprint } = written
  const pinned = { keyFile: key, keyFingerprint: fingerprint }
  if (baseurl !== undefined) return { packageManager: 'dnf', baseurl, ...pinned }
  assert(uri !== undefined && suite !== undefined, 'the repository was checked to be of one package manager')
  return { packageManager: 'apt', uri, suite, components, ...pinned }
}

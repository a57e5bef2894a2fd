// Agents: each named one has its file, and is named once.

import { nearest } from '../../kernel/index.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkAgents({ families }: WrittenConfig, knownAgents: readonly string[]): void {
  for (const { name: family, value } of families) {
    for (const [index, { at, value: agent }] of value.agents.entries()) {
      if (agent === '') continue
      if (!knownAgents.includes(agent)) {
        const suggestion = nearest(agent, knownAgents)
        const hint = suggestion ? `Did you mean ${suggestion}?` : `Describe it in agents/${agent}.yaml beside this file.`
        reportFollowing(at, 'config-missing-file', `there is no agent ${agent}`, hint)
      } else if (value.agents.findIndex((other) => other.value === agent) < index) {
        reportFollowing(at, 'config-conflict', `family ${family} names agent ${agent} twice`, 'Take one out.')
      }
    }
  }
}

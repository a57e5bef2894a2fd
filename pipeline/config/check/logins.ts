// Logins: each way in has what it needs and nothing of the others; machines without sshd have another way in.

import type { ReadAgents } from '../read-agents.ts'
import { ssmAgentUnit } from '../ssm-agent.ts'
import type { WrittenConfig, WrittenFamily } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

type Way = WrittenFamily['login']['by']['value']

/** What each way in is described by, with how it is written. */
const described: Readonly<
  Record<'allowGroups' | 'trustedKeys' | 'principals', { readonly of: readonly Way[]; readonly hint: string }>
> = {
  allowGroups: { of: ['keys', 'ssh-ca'], hint: 'Say whom sshd lets in: allowGroups: [admin, sudo]' },
  trustedKeys: { of: ['ssh-ca'], hint: 'Name the file of the public keys that sign for people: trustedKeys: login/user-ca.pub' },
  principals: { of: ['ssh-ca'], hint: 'Name what a certificate must be for: principals: [operators]' },
}

export function checkLogins({ families }: WrittenConfig, agents: ReadAgents['written']): void {
  for (const { name, value: family } of families) {
    const { login } = family
    const by = login.by.value
    for (const [key, { of, hint }] of Object.entries(described)) {
      const isThere = login[key as keyof typeof described] !== undefined
      if (of.includes(by) && !isThere) reportFollowing(login.at, 'config-missing-key', `\`login\` has no \`${key}\``, hint)
      if (!of.includes(by) && isThere) {
        const message = `family ${name} is logged in to by ${by}, which has no \`${key}\``
        reportFollowing(login.at, 'config-conflict', message, 'Take it out, or say how else to log in.')
      }
    }
    if (by === 'ssm') checkSsmAgent(name, family, agents)
  }
}

function checkSsmAgent(name: string, family: WrittenFamily, agents: ReadAgents['written']): void {
  const services = family.agents.flatMap(({ value }) => agents.get(value)?.services ?? [])
  if (services.some(({ unit, expect }) => unit === ssmAgentUnit && expect !== 'inactive')) return
  const message = `family ${name} is logged in to by SSM alone, and none of its agents starts ${ssmAgentUnit}`
  reportFollowing(
    family.login.by.at,
    'config-conflict',
    message,
    'Nobody could reach its machines: name an agent with that unit.',
  )
}

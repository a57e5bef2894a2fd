// Roles, policies and keys as a person reads them: each document under a line that says what it is for.

import { formatDuration } from '../kernel/index.ts'
import type { Rights } from '../rights/index.ts'

export function rightsLines({ roles, keys }: Rights): readonly string[] {
  const ofRoles = roles.flatMap(({ arn, name, duties, trust, maxSession, policies }) => [
    `# ${arn}: ${duties.join(', ')}`,
    ...(trust === undefined ? [] : document('trust policy', trust)),
    ...(maxSession === undefined ? [] : longest(name, maxSession)),
    ...policies.flatMap(({ name, document: policy }) => document(`managed policy ${name}`, policy)),
  ])
  const ofKeys = keys.flatMap(({ account, region, key, policy, grants }) => [
    `# ${key} in ${account}, ${region}`,
    ...(policy === undefined ? [] : document('key policy', policy)),
    ...grants.flatMap(({ account: from, command }) => [`## grant, made from ${from}`, command, '']),
  ])
  return [...ofRoles, ...ofKeys]
}

function longest(role: string, { seconds, why }: NonNullable<Rights['roles'][number]['maxSession']>): readonly string[] {
  return [
    `## maximum session duration: ${formatDuration(seconds * 1_000)}, because ${why}`,
    `aws iam update-role --role-name ${role} --max-session-duration ${seconds}`,
    '',
  ]
}

function document(title: string, value: object): readonly string[] {
  return [`## ${title}`, ...JSON.stringify(value, undefined, 2).split('\n'), '']
}

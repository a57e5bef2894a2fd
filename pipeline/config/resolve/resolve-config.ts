// Written configuration → resolved Config: every default, path and reference worked out. Only for one without problems.

import { dirname, resolve } from 'node:path'
import { assert } from '../../kernel/index.ts'
import type { Config, Family, LoginPolicy, Provisioner, VerifyPolicy } from '../resolved.ts'
import type { WrittenAgent } from '../written/agent-file.ts'
import type { WrittenConfig, WrittenFamily } from '../written/drover-file.ts'
import type { WrittenProvisioner } from '../written/provisioner.ts'
import { resolveAgent } from './agents.ts'
import { basesOf, nodeSettings } from './bases.ts'
import { imagesAccountOf } from './images-account.ts'
import { notificationOf } from './notification.ts'
import { nodeHooksOf, policyOf } from './policy.ts'
import { rolesOf } from './roles.ts'

export function resolveConfig(
  file: string,
  written: WrittenConfig,
  agents: ReadonlyMap<string, WrittenAgent>,
): Omit<Config, 'reached' | 'digest'> {
  const directory = resolve(dirname(file))
  return {
    file: resolve(file),
    directory,
    organisation: written.organisation,
    ledger: written.ledger,
    ...evidenceOf(directory, written),
    notifications: written.notifications
      .filter((one) => one !== undefined)
      .map((one) => notificationOf(one, written.images.region.value)),
    ...(written.endpoints === 'fips' ? { fips: true } : {}),
    images: imagesAccountOf(written),
    roles: rolesOf(written),
    ownerTags: written.ownerTags,
    retention: {
      keep: written.retention.keep,
      deprecateAfterMs: written.retention.deprecateAfter.value,
      disableAfterMs: written.retention.disableAfter.value,
      deregisterAfterMs: written.retention.deregisterAfter.value,
      keepFailedMs: written.retention.keepFailed,
      ...(written.retention.leaveOut.length > 0 && { leaveOut: written.retention.leaveOut }),
    },
    drillEveryMs: written.lanes.emergency.drillEvery,
    families: written.families.map(({ name, value }) => resolveFamily(name, value, written, agents)),
  }
}

/** What a bucket keeps is written on this machine first, and read from there. */
function evidenceOf(directory: string, { evidence }: WrittenConfig): Pick<Config, 'evidenceDirectory' | 'evidenceBucket'> {
  if (evidence?.kind === 'file') return { evidenceDirectory: evidence.directory }
  const evidenceDirectory = resolve(directory, '.drover/evidence')
  return evidence === undefined ? { evidenceDirectory } : { evidenceDirectory, evidenceBucket: evidence }
}

function resolveFamily(
  name: string,
  family: WrittenFamily,
  written: WrittenConfig,
  agents: ReadonlyMap<string, WrittenAgent>,
): Family {
  return {
    name,
    kind: family.kind.value,
    bases: basesOf(written, family),
    ...(family.node === undefined ? {} : { node: nodeSettings(family.node) }),
    ...nodeHooksOf(family),
    agents: family.agents.map(({ value }) => {
      const agent = agents.get(value)
      assert(agent, `agent ${value} was checked to have a file`)
      return resolveAgent(value, agent)
    }),
    provisioners: family.provisioners.filter((provisioner) => provisioner !== undefined).map(resolveProvisioner),
    login: loginPolicy(family),
    hardening: { profileFile: family.hardening.value },
    ...(family.fipsMode.value ? { fipsMode: true } : {}),
    verify: verifyPolicy(family),
    policies: { weekly: policyOf(written, family, 'weekly'), emergency: policyOf(written, family, 'emergency') },
  }
}

function loginPolicy({ login }: WrittenFamily): LoginPolicy {
  const { user, by, allowGroups = [], trustedKeys, principals } = login
  if (by.value === 'ssm') return { user, allowGroups, by: { kind: 'ssm' } }
  if (by.value === 'keys') return { user, allowGroups }
  assert(
    trustedKeys !== undefined && principals !== undefined,
    'a login by certificate was checked to have its keys and principals',
  )
  return { user, allowGroups, by: { kind: 'ssh-ca', trustedKeysFile: trustedKeys, principals } }
}

function verifyPolicy({ verify }: WrittenFamily): VerifyPolicy {
  const { bootDeadline, minimumScore, realBoot, slowerBootAtMost, logCollector, vulnerabilities } = verify
  return {
    bootDeadlineMs: bootDeadline,
    minimumScorePercent: minimumScore,
    ...(realBoot === 'off' ? {} : { realBoot }),
    slowerBootAtMostMs: slowerBootAtMost,
    ...(logCollector === undefined ? {} : { logCollector: { hostname: logCollector.host, port: logCollector.port } }),
    ...(vulnerabilities === undefined
      ? {}
      : {
          vulnerabilities: {
            format: vulnerabilities.format.value,
            command: vulnerabilities.command,
            timeoutMs: vulnerabilities.timeout,
          },
        }),
  }
}

function resolveProvisioner({ kind, value }: WrittenProvisioner): Provisioner {
  if (kind === 'shell') return { kind, script: value }
  if (kind === 'files') return { kind, from: value.from, to: value.to }
  return { kind, playbook: value.playbook, variables: Object.fromEntries(value.variables.map((each) => [each.name, each.value])) }
}

// What taking a group off its launch configuration comes to, as a person reads it; of user data only how much there is.

import type { ConfiguredDevice, LaunchConfiguration } from '../ports/index.ts'
import { describeGroup } from '../release/index.ts'
import type { MigrateOutcome } from './migration.ts'
import { table } from './terminal.ts'

export function migrationLines({ key, plan, refusals, template }: MigrateOutcome, apply: boolean): readonly string[] {
  const group = describeGroup(key)
  const refused = refusals.flatMap(({ cause, hint }) => [`refused: ${cause}`, `    ${hint}`])
  if (plan.kind === 'done') {
    const made = plan.from === undefined ? '' : `, which drover made of the launch configuration ${plan.from}`
    const what =
      plan.template === undefined ? 'nothing' : `version ${plan.template.version} of ${plan.template.templateId}${made}`
    return [`${group} launches from ${what}`, ...refused, ...(template === undefined ? [] : ['the ledger says so now'])]
  }
  const { configuration, templateName } = plan
  const verb = template === undefined ? 'would be' : 'is'
  const contents = [
    `${group} launches from the launch configuration ${configuration.name}`,
    `the launch template ${templateName} ${verb} made of it:`,
    ...table(sayable(configuration).map(([what, value]) => [`  ${what}`, value])),
  ]
  if (refused.length > 0) return [...contents, ...refused]
  if (template !== undefined)
    return [
      ...contents,
      `${group} launches from version ${template.version} of ${template.templateId}; its machines stay until the next roll`,
    ]
  const command = `drover migrate ${key.region}/${key.group} --stage ${key.stage} --apply --reason TEXT`
  const then = `and ${group} switched to its version 1; its machines would stay until the next roll`
  return [...contents, then, ...(apply ? [] : [`nothing was done: ${command} does it`])]
}

/** Everything the configuration says, and that may be shown. */
export function sayable(configuration: LaunchConfiguration): readonly (readonly [string, string])[] {
  const { metadata, userData, publicAddress, securityGroups, devices } = configuration
  const said: readonly (readonly [string, string | undefined])[] = [
    ['image', configuration.imageId],
    ['instance type', configuration.instanceType],
    ['key pair', configuration.keyName],
    ['security groups', securityGroups.length > 0 ? securityGroups.join(', ') : undefined],
    ['instance profile', configuration.instanceProfile],
    ['user data', userData && `${Buffer.from(userData, 'base64').length} bytes`],
    ['devices', devices.length > 0 ? devices.map(describeDevice).join('; ') : undefined],
    ['monitoring', configuration.detailedMonitoring ? 'detailed' : 'basic'],
    ['EBS-optimised', configuration.ebsOptimized ? 'yes' : 'no'],
    [
      'metadata',
      metadata &&
        Object.entries(metadata)
          .map(([name, value]) => `${name} ${value}`)
          .join(', '),
    ],
    ['spot price', configuration.spotPrice],
    ['tenancy', configuration.tenancy],
    ['public address', publicAddress === undefined ? undefined : publicAddress ? 'yes' : 'no'],
  ]
  return said.flatMap(([what, value]) => (value === undefined ? [] : [[what, value] as const]))
}

function describeDevice({ name, instanceStore, suppressed, volume }: ConfiguredDevice): string {
  if (volume === undefined) return `${name} ${suppressed ? 'none' : (instanceStore ?? '')}`
  const { snapshotId, sizeGib, type, iops, throughput, encrypted, deletedWithMachine } = volume
  const parts = [
    sizeGib === undefined ? undefined : `${sizeGib} GiB`,
    type,
    snapshotId && `of ${snapshotId}`,
    iops === undefined ? undefined : `${iops} IOPS`,
    throughput === undefined ? undefined : `${throughput} MiB/s`,
    encrypted === undefined ? undefined : encrypted ? 'encrypted' : 'unencrypted',
    deletedWithMachine ? undefined : 'kept when its machine ends',
  ]
  return [name, ...parts.filter((part) => part !== undefined)].join(' ')
}

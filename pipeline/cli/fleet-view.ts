// The fleet in words, and as CSV.

import type { Fleet, FleetMachine } from '../roll/index.ts'
import { table } from './terminal.ts'

export function describeFleet({ machines, drifts, unread }: Fleet): readonly string[] {
  const count = (wanted: FleetMachine['standing']) => machines.filter(({ standing }) => standing === wanted).length
  const revoked = count('revoked')
  const rows = machines.map((machine) => cellsOf(machine).map((cell) => cell || '-'))
  return [
    ...unread.map((sentence) => `not known: ${sentence}`),
    `${machines.length} machines, ${revoked > 0 ? `${revoked} on a revoked image, ` : ''}${count('outside')} outside any promoted image`,
    ...(machines.length === 0 ? [] : ['', ...table([columns.map((name) => name.toUpperCase()), ...rows])]),
    ...(drifts.length === 0
      ? []
      : ['', 'groups whose next machine would be on another image than theirs: somebody changed the template']),
    ...drifts.map(
      ({ account, region, group, version, nextImageId, runningImageIds }) =>
        `  ${region}/${group} in ${account}: version ${version} launches ${nextImageId}, its machines run ${runningImageIds.join(', ')}`,
    ),
  ]
}

const columns = [
  'standing',
  'behind',
  'age',
  'account',
  'region',
  'group',
  'instance',
  'owner',
  'image',
  'name',
  'release',
] as const

function cellsOf(machine: FleetMachine): readonly string[] {
  const { standing, daysBehind, imageAgeDays, account, region, group, instance, owner, imageId, imageName, release } = machine
  const days = (count: number | undefined) => (count === undefined ? '' : `${count}d`)
  return [
    standing,
    days(daysBehind),
    days(imageAgeDays),
    account,
    region,
    group,
    instance,
    owner,
    imageId,
    imageName ?? '',
    release ?? '',
  ]
}

/** RFC 4180, and nothing that a spreadsheet would take for a formula: tags are written by anybody. */
export function fleetCsv({ machines }: Fleet): readonly string[] {
  return [columns.join(','), ...machines.map((machine) => cellsOf(machine).map(csvCell).join(','))]
}

function csvCell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

// The fleet in words, a line for machines that are alike; and as CSV, a line for each.

import type { Fleet, FleetMachine } from '../roll/index.ts'
import { table } from './terminal.ts'

export function describeFleet({ machines, drifts, unread }: Fleet): readonly string[] {
  const count = (wanted: FleetMachine['standing']) => machines.filter(({ standing }) => standing === wanted).length
  const revoked = count('revoked')
  const rows = linesOf(machines).map((cells) => cells.map((cell) => cell || '-'))
  return [
    ...unread.map((sentence) => `not known: ${sentence}`),
    `${machines.length} machines, ${revoked > 0 ? `${revoked} on a revoked image, ` : ''}${count('outside')} outside any promoted image`,
    ...tooOld(machines),
    ...(machines.length === 0 ? [] : ['', ...table([names.map((name) => name.toUpperCase()), ...rows])]),
    ...(drifts.length === 0
      ? []
      : ['', 'groups whose next machine would be on another image than theirs: somebody changed the template']),
    ...drifts.map(
      ({ account, region, group, version, nextImageId, runningImageIds }) =>
        `  ${region}/${group} in ${account}: version ${version} launches ${nextImageId}, its machines run ${runningImageIds.join(', ')}`,
    ),
  ]
}

/** A line each for those that somebody has to look at; promoted machines that differ in nothing but their ID share one. */
function linesOf(machines: readonly FleetMachine[]): readonly (readonly string[])[] {
  const alike = new Map<string, { readonly cells: readonly string[]; count: number }>()
  for (const machine of machines) {
    const cells = cellsOf(machine)
    const rest = JSON.stringify(cells.filter((_, index) => index !== instanceColumn))
    const key = machine.standing === 'promoted' ? rest : machine.instance
    const line = alike.get(key)
    if (line) line.count++
    else alike.set(key, { cells, count: 1 })
  }
  return [...alike.values()].map(({ cells, count }) =>
    count === 1 ? cells : cells.with(instanceColumn, `${cells[instanceColumn]} and ${count - 1} more`),
  )
}

/** What the next renewal, or a release before it, replaces. */
function tooOld(machines: readonly FleetMachine[]): readonly string[] {
  const count = machines.filter(({ upDays, limitDays }) => limitDays !== undefined && upDays > limitDays).length
  return count === 0 ? [] : [`up for longer than their group allows: ${count}`]
}

const columns: readonly (readonly [name: string, cell: (machine: FleetMachine) => string | undefined])[] = [
  ['standing', ({ standing }) => standing],
  ['behind', ({ daysBehind }) => days(daysBehind)],
  ['age', ({ imageAgeDays }) => days(imageAgeDays)],
  ['up', ({ upDays }) => days(upDays)],
  ['limit', ({ limitDays }) => days(limitDays)],
  ['account', ({ account }) => account],
  ['region', ({ region }) => region],
  ['group', ({ group }) => group],
  ['instance', ({ instance }) => instance],
  ['owner', ({ owner }) => owner],
  ['image', ({ imageId }) => imageId],
  ['name', ({ imageName }) => imageName],
  ['release', ({ release }) => release],
]
const names = columns.map(([name]) => name)
const instanceColumn = names.indexOf('instance')

function cellsOf(machine: FleetMachine): readonly string[] {
  return columns.map(([, cell]) => cell(machine) ?? '')
}

function days(count: number | undefined): string | undefined {
  return count === undefined ? undefined : `${count}d`
}

/** RFC 4180, and nothing that a spreadsheet would take for a formula: tags are written by anybody. */
export function fleetCsv({ machines }: Fleet): readonly string[] {
  return [names.join(','), ...machines.map((machine) => cellsOf(machine).map(csvCell).join(','))]
}

function csvCell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

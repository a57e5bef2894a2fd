// What is told of machines that still run another image when a release that fixes something looks for them.

import { listed } from '../kernel/index.ts'
import { describeGroup, type EventOf, type Release } from '../release/index.ts'
import { counted, type Occasion, type Telling } from './telling.ts'

type FleetChecked = EventOf<'fleet.checked'>

const mostNamed = 5

/** The fleet is looked at every few minutes: only what was not told the last time is told. */
export function tellOfFleet(event: FleetChecked, { release, before }: Occasion): Telling | undefined {
  if (release.fixes.length === 0) return tellOfTemplates(event, release)
  const last = before.findLast((one): one is FleetChecked => one.type === 'fleet.checked')
  const known = new Set(last === undefined ? [] : findingsOf(last))
  const findings = findingsOf(event)
  if (findings.every((one) => known.has(one))) return undefined
  const { exposed, unasked, reverted = [] } = event
  const counts = [
    count(exposed.length, 'machine on another image', 'machines on another image'),
    count(reverted.length, 'group put back to launch another image', 'groups put back to launch another image'),
    count(unasked.length, 'group without an answer', 'groups without an answer'),
  ].filter((text) => text !== '')
  return {
    level: 'failure',
    headline: `${release.id} has not reached the whole fleet: ${counts.join(', ')}`,
    meaning: `The fix (${listed(release.fixes, mostNamed)}) is missing there: ${listed(findings, mostNamed)}`,
    action: waysOut(event).join(' '),
  }
}

/** A release that fixes nothing has looked once, and is through whatever was found. */
function tellOfTemplates({ reverted = [] }: FleetChecked, release: Release): Telling | undefined {
  if (reverted.length === 0) return undefined
  const groups = reverted.map(
    ({ group, imageId, version }) => `${describeGroup(group)} would launch ${imageId} (template version ${version})`,
  )
  return {
    level: 'action',
    headline: `Somebody put back the template of ${counted(reverted.length)} that ${release.id} had rolled`,
    meaning: `Machines that come from now on are not of the release: ${listed(groups, mostNamed)}`,
    action: 'Find who put it back (Terraform?): it must leave the image to drover. drover fleet shows whether it still is so.',
  }
}

function findingsOf({ exposed, unasked, reverted = [] }: FleetChecked): readonly string[] {
  return [
    ...exposed.map(({ group, instance, imageId }) => `${instance} of ${describeGroup(group)} runs ${imageId}`),
    ...reverted.map(({ group, imageId, version }) => `${describeGroup(group)} launches ${imageId} (template version ${version})`),
    ...unasked,
  ]
}

function waysOut({ exposed, unasked, reverted = [] }: FleetChecked): readonly string[] {
  return [
    ...(exposed.length > 0 ? ['End those machines, so that their groups replace them.'] : []),
    ...(reverted.length > 0 ? ['Find who put the template back (Terraform?): it must leave the image to drover.'] : []),
    ...(unasked.length > 0 ? ['See to it that the groups can be asked.'] : []),
    'drover looks again by itself.',
  ]
}

function count(number: number, one: string, many: string): string {
  return number === 0 ? '' : `${number} ${number === 1 ? one : many}`
}

// What an undo gives up again: fixes that were proven, and what updates brought since, by the packages found on both images. Pure.

import { listed } from '../kernel/index.ts'
import type { ReturnTarget, UpdatesLost } from './event.ts'

const mostKept = 20
const mostNamed = 5

/** @param left the packages of the image that is left, one a line (name, version, architecture), and `taken` those of the other. */
export function updatesBetween(left: string, taken: string): Pick<UpdatesLost, 'changed' | 'packages'> {
  const there = versionsIn(taken)
  const changes = [...versionsIn(left)].flatMap(([name, version]) => {
    const other = there.get(name)
    if (other === version) return []
    return [other === undefined ? `${name} ${version} is not there` : `${name} ${version} becomes ${other}`]
  })
  return { changed: changes.length, packages: changes.toSorted().slice(0, mostKept) }
}

/** Several versions of one package, such as kernels, are one entry. */
function versionsIn(list: string): ReadonlyMap<string, string> {
  const versions = new Map<string, string[]>()
  for (const line of list.split('\n')) {
    const [name, version] = line.trim().split(/\s+/)
    if (!name || !version) continue
    const known = versions.get(name)
    if (known === undefined) versions.set(name, [version])
    else if (!known.includes(version)) known.push(version)
  }
  return new Map([...versions].map(([name, all]) => [name, all.toSorted().join(' and ')]))
}

/** Sentences without the last full stop; nothing is called safe that nobody has looked at. */
export function describeLost({ lost, updates }: Pick<ReturnTarget, 'lost' | 'updates'>): string {
  const proven = lost.length > 0 ? `Fixes lost: ${lost.join(', ')}` : 'No release since was opened to fix something'
  if (updates === undefined || updates.length === 0) return `${proven}. What updates since brought is not known`
  return [proven, ...updates.map((one) => describeUpdates(one, updates.length > 1))].join('. ')
}

function describeUpdates({ architecture, left, changed, packages, unknown }: UpdatesLost, isOneOfSeveral: boolean): string {
  const image = isOneOfSeveral ? `${left} (${architecture})` : left
  if (unknown !== undefined) return `What ${image} brought is not known: ${unknown}`
  if (changed === undefined || changed === 0) return `Every package of ${image} has the same version there`
  const rest = changed > mostNamed ? `, and ${changed - mostNamed} more` : ''
  const which = `${listed(packages.slice(0, mostNamed), mostNamed)}${rest}`
  const count = changed === 1 ? '1 package differs' : `${changed} packages differ`
  return `Against ${image} ${count}: ${which}. Security updates may be among them, which no list of packages says`
}

// What an undo gives up again: fixes that were proven, and what updates brought since, by the packages found on both images. Pure.

import { listed } from '../kernel/index.ts'
import type { ReturnTarget, UpdatesLost } from './event.ts'

const mostKept = 20
const mostNamed = 5

/**
 * @param left the packages of the image that is left, one a line (name, version, architecture), and `taken` those of the other.
 * @param updates those of the image that is left that came as security updates (name, version); undefined where that is not known.
 */
export function updatesBetween(
  left: string,
  taken: string,
  updates?: string,
): Pick<UpdatesLost, 'changed' | 'packages' | 'security'> {
  const there = versionsIn(taken)
  const secured = new Set(updates?.split('\n').map((line) => line.trim()))
  const changes = [...versionsIn(left)].flatMap(([name, versions]) => {
    const others = there.get(name)
    if (written(versions) === written(others ?? [])) return []
    const becomes = others === undefined ? 'is not there' : `becomes ${written(others)}`
    const isSecurity = versions.some((one) => !others?.includes(one) && secured.has(`${name} ${one}`))
    return [{ change: `${name} ${written(versions)} ${becomes}`, isSecurity }]
  })
  const named = (some: typeof changes) => some.map(({ change }) => change).toSorted()
  const security = changes.filter(({ isSecurity }) => isSecurity)
  const others = changes.filter(({ isSecurity }) => !isSecurity)
  return {
    changed: changes.length,
    packages: [...named(security), ...named(others)].slice(0, mostKept),
    ...(updates === undefined ? {} : { security: security.length }),
  }
}

function written(versions: readonly string[]): string {
  return versions.toSorted().join(' and ')
}

/** Several versions of one package, such as kernels, are one entry. */
function versionsIn(list: string): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, string[]>()
  for (const line of list.split('\n')) {
    const [name, version] = line.trim().split(/\s+/)
    if (!name || !version) continue
    const known = versions.get(name)
    if (known === undefined) versions.set(name, [version])
    else if (!known.includes(version)) known.push(version)
  }
  return versions
}

/** Sentences without the last full stop; nothing is called safe that nobody has looked at. */
export function describeLost({ lost, updates }: Pick<ReturnTarget, 'lost' | 'updates'>): string {
  const proven = lost.length > 0 ? `Fixes lost: ${lost.join(', ')}` : 'No release since was opened to fix something'
  if (updates === undefined || updates.length === 0) return `${proven}. What updates since brought is not known`
  return [proven, ...updates.map((one) => describeUpdates(one, updates.length > 1))].join('. ')
}

function describeUpdates(
  { architecture, left, changed, security, packages, unknown }: UpdatesLost,
  isOneOfSeveral: boolean,
): string {
  const image = isOneOfSeveral ? `${left} (${architecture})` : left
  if (unknown !== undefined) return `What ${image} brought is not known: ${unknown}`
  if (changed === undefined || changed === 0) return `Every package of ${image} has the same version there`
  const rest = changed > mostNamed ? `, and ${changed - mostNamed} more` : ''
  const which = `${listed(packages.slice(0, mostNamed), mostNamed)}${rest}`
  const count = changed === 1 ? '1 package differs' : `${changed} packages differ`
  if (security === undefined)
    return `Against ${image} ${count}: ${which}. Security updates may be among them, which is not known of that image`
  const among = security === 0 ? 'none of them by a security update' : `${security} of them by security updates, which come first`
  return `Against ${image} ${count}, ${among}: ${which}`
}

// The order in which a lane walks the waves that a family lists.

import type { WavePolicy } from '../../release/index.ts'
import type { WrittenWaves } from '../written/lane.ts'

/**
 * Side by side what is listed one after another, or in shares of the stage's groups. A wave that chooses by tag goes before all that
 * it chooses from when those are put together.
 */
export function wavesInOrder(waves: readonly WavePolicy[], way: WrittenWaves): readonly WavePolicy[] {
  if (way === 'one-by-one') return waves
  if (typeof way === 'object') {
    const chosen = waves.filter(({ tags }) => tags !== undefined)
    return [...chosen, ...shared(waves, way.value)]
  }
  const [first, ...rest] = waves
  if (first === undefined || rest.length === 0) return waves
  if (way === 'together') return [merged(waves)]
  return [first, merged(rest)].filter(({ groups, tags }) => tags !== undefined || groups.length > 0)
}

/** Its groups are listed by other waves too. */
function merged(waves: readonly WavePolicy[]): WavePolicy {
  const listing = waves.filter(({ tags }) => tags === undefined)
  return { name: listing.map(({ name }) => name).join('+'), groups: listing.flatMap(({ groups }) => groups) }
}

/** In the order they are listed: a region whose groups stand first goes first. A share that adds no group makes no wave. */
function shared(waves: readonly WavePolicy[], percentages: readonly number[]): readonly WavePolicy[] {
  const groups = waves.flatMap((wave) => wave.groups)
  const upTo = (percentage: number) => Math.ceil((groups.length * percentage) / 100)
  return percentages.flatMap((percentage, index) => {
    const own = groups.slice(upTo(percentages[index - 1] ?? 0), upTo(percentage))
    return own.length === 0 ? [] : [{ name: `${percentage}%`, groups: own }]
  })
}

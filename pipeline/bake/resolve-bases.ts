// Which vendor images a release starts from: found by name and owner, then pinned by ID.

import type { Family, NamedBase } from '../config/index.ts'
import { ProblemError } from '../kernel/index.ts'
import type { CloudAt, MachineImage } from '../ports/index.ts'
import type { PinnedBase } from '../release/index.ts'
import { resolvePublishedBase } from './resolve-published-base.ts'

/** The newest image of each architecture's query. Throws ProblemError when one has none. */
export async function resolveBases(cloud: CloudAt, family: Family): Promise<readonly PinnedBase[]> {
  return await Promise.all(
    family.bases.map((query) =>
      'parameters' in query ? resolvePublishedBase(cloud, family.name, query) : resolveBase(cloud, family, query),
    ),
  )
}

/** Pure: the newest image that may be baked on, or undefined. */
export function chooseBase(images: readonly MachineImage[], query: NamedBase): MachineImage | undefined {
  return images
    .filter((image) => mayBeBase(image, query))
    .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id < b.id ? -1 : 1))[0]
}

async function resolveBase(cloud: CloudAt, family: Family, query: NamedBase): Promise<PinnedBase> {
  const { architecture, nameGlob, ownerAccount } = query
  const found = await cloud.findImages({ owners: [ownerAccount], nameGlob, architecture })
  if (!found.ok) {
    const code = found.kind === 'denied' || found.kind === 'expired-credentials' ? 'missing-right' : 'not-found'
    throw new ProblemError({ code, message: `the base of ${family.name} could not be looked up: ${found.message}` })
  }
  const base = chooseBase(found.value, query)
  if (base === undefined) throw noBase(cloud, family, query, found.value)
  return { architecture, imageId: base.id, name: base.name, ownerAccount: base.ownerAccount, createdAt: base.createdAt }
}

// DescribeImages leaves deprecated images of others out by itself. The owner is asked for and checked again in the answer: a name alone is what attackers publish images under.
function mayBeBase(image: MachineImage, query: NamedBase): boolean {
  return image.ownerAccount === query.ownerAccount && image.architecture === query.architecture && image.state === 'available'
}

function noBase({ place }: CloudAt, family: Family, query: NamedBase, seen: readonly MachineImage[]): ProblemError {
  const { architecture, nameGlob, ownerAccount } = query
  const rejected =
    seen.length === 0 ? '' : `; none of the ${seen.length} seen is available and really of that account and architecture`
  return new ProblemError({
    code: 'not-found',
    message: `no base for ${family.name}: account ${ownerAccount} has no available ${architecture} image named ${nameGlob} in ${place.region}${rejected}`,
    hint: "Check the base's owner and name in the configuration, and that the region has the image.",
  })
}

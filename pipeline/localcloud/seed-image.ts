// Publishes a vendor's image: one layer, one public image a region.

import { ProblemError } from '../kernel/index.ts'
import type { AdminParsed } from './admin-inputs.ts'
import type { Engine } from './engine.ts'
import { publicPlace } from './operations/ssm/find-parameter.ts'
import type { Image } from './store/image.ts'
import { type Draft, everywhere, placeKey, rowsIn } from './store/state.ts'

/** One layer, one image a region, all public: what a vendor publishes. The same again returns the same images. */
export async function seedImage(
  engine: Engine,
  input: AdminParsed<'seed-image'>,
): Promise<{ readonly images: Readonly<Record<string, string>> }> {
  const known = input.regions.map((place) => engineImage(engine, input.owner, place, input.name))
  if (known.every((image) => image !== undefined))
    return { images: Object.fromEntries(input.regions.map((place, index) => [place, known[index]?.id ?? ''])) }
  const layerId = await engine.transact((draft) => draft.mint('layer'))
  const adopted = await engine.machines.adoptLayer(layerId, input.rootDirectory)
  if (!adopted.ok)
    throw new ProblemError({ code: 'not-found', message: `${input.rootDirectory} cannot be a base: ${adopted.message}` })
  return engine.transact((draft) => {
    draft.put(everywhere, 'accounts', input.owner, draft.get(everywhere, 'accounts', input.owner) ?? { id: input.owner })
    draft.put(everywhere, 'layers', layerId, { id: layerId, rootDirectory: input.rootDirectory })
    return {
      images: Object.fromEntries(input.regions.map((place) => [place, seedInto(draft, place, layerId, input, engine.now())])),
    }
  })
}

function engineImage(engine: Engine, owner: string, place: string, name: string): Image | undefined {
  return rowsIn(engine.state, placeKey(owner, place), 'images').find((image) => image.name === name)
}

function seedInto(draft: Draft, place: string, layerId: string, input: AdminParsed<'seed-image'>, now: number): string {
  const key = placeKey(input.owner, place)
  const snapshotId = draft.mint('snap')
  draft.put(key, 'snapshots', snapshotId, {
    id: snapshotId,
    owner: input.owner,
    region: place,
    volumeId: 'vol-ffffffff',
    size: input.sizeGib,
    encrypted: false,
    state: 'completed',
    startedAt: now,
    description: input.description,
    sharedWith: [],
    isPublic: true,
    layers: [layerId],
    tags: {},
  })
  const image: Image = {
    id: draft.mint('ami'),
    region: place,
    owner: input.owner,
    name: input.name,
    description: input.description,
    state: 'available',
    architecture: input.architecture,
    createdAt: now,
    protection: 'disabled',
    rootDeviceName: '/dev/xvda',
    blockDevices: [
      { deviceName: '/dev/xvda', snapshotId, size: input.sizeGib, type: 'gp3', encrypted: false, deleteOnTermination: true },
    ],
    layers: [layerId],
    isPublic: true,
    launchAccounts: [],
    launchOrganisations: [],
    tags: {},
  }
  draft.put(key, 'images', image.id, image)
  for (const [name, value] of parametersOf(input, image.id)) publish(draft, place, name, value, now)
  return image.id
}

/** EKS's lie in a folder for each version and architecture, side by side [doc: eks/retrieve-ami-id]. */
function parametersOf(input: AdminParsed<'seed-image'>, imageId: string): readonly (readonly [string, string])[] {
  const { parameter, eks, name, architecture } = input
  const folder = `/aws/service/eks/optimized-ami/${eks?.kubernetes}/amazon-linux-2023/${architecture}/standard/recommended`
  const ofEks = [
    [`${folder}/image_id`, imageId],
    [`${folder}/image_name`, name],
    [`${folder}/release_version`, eks?.releaseVersion ?? ''],
  ] as const
  return [...(parameter === undefined ? [] : [[parameter, imageId] as const]), ...(eks === undefined ? [] : ofEks)]
}

/** A vendor's newest image stands under its public parameter as another version. */
function publish(draft: Draft, region: string, name: string, value: string, now: number): void {
  const home = publicPlace(region)
  const versions = draft.get(home, 'parameters', name)?.versions ?? []
  const version = { number: versions.length + 1, value, modifiedAt: now, modifiedBy: 'vendor' }
  draft.put(home, 'parameters', name, { name, type: 'String', versions: [...versions, version], tags: {} })
}

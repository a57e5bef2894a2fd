// A node's base is what EKS publishes for the Kubernetes asked for, owned by EKS, and nothing else.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resolveBases } from '../../pipeline/bake/resolve-bases.ts'
import { basesOf } from '../../pipeline/config/resolve/bases.ts'
import { eksOwners } from '../../pipeline/config/resolve/eks-owners.ts'
import type { WrittenConfig, WrittenFamily } from '../../pipeline/config/written/drover-file.ts'
import type { CloudAt } from '../../pipeline/ports/index.ts'
import { openWorld, type World } from '../roll/local-world.ts'
import { aFamily } from '../support/config.ts'

const eks = '602401143452'
const region = 'eu-central-1'
const folder = '/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended'

let world: World
let home: CloudAt
beforeEach(async () => {
  world = await openWorld()
  home = world.cloud.at({ account: world.local.credentials.account, region })
})
afterEach(() => world.local.close())

interface Wish {
  readonly kubernetes?: string
  readonly owner?: string
  readonly architecture?: 'x86_64' | 'arm64'
  readonly release?: string
}

/** As EKS would. */
async function publish({ kubernetes = '1.33', owner = eks, architecture = 'x86_64', release }: Wish = {}): Promise<string> {
  const releaseVersion = release ?? `${kubernetes}.5-20251112`
  const name = `amazon-eks-node-al2023-${architecture}-standard-${kubernetes}-v${releaseVersion.slice(-8)}`
  const seeded = { owner, name, architecture, regions: [region] as ['eu-central-1'], rootDirectory: `/${name}` }
  return (await world.local.admin.call('seed-image', { ...seeded, eks: { kubernetes, releaseVersion } })).images[region] ?? ''
}

/** A family as its configuration would have it. */
function nodes(over: Partial<NonNullable<WrittenFamily['node']>> = {}) {
  const node = { kubernetes: '1.33', architectures: { value: ['x86_64'] }, releaseVersion: 'base', ...over }
  const written = { images: { region: { value: region } } } as WrittenConfig
  const bases = basesOf(written, { node } as unknown as WrittenFamily)
  return aFamily({ name: 'workers', kind: 'eks-node', bases })
}

describe('the base of a node', () => {
  test('is pinned by ID, with what was asked for and what EKS says of it', async () => {
    await publish({ release: '1.33.4-20251001' })
    const newest = await publish()
    await publish({ kubernetes: '1.34' })
    expect(await resolveBases(home, nodes({ releaseVersion: '2023.9.20250929' }))).toEqual([
      {
        architecture: 'x86_64',
        imageId: newest,
        name: 'amazon-eks-node-al2023-x86_64-standard-1.33-v20251112',
        ownerAccount: eks,
        createdAt: expect.any(String),
        node: {
          kubernetes: '1.33',
          parameter: `${folder}/image_id`,
          releaseVersion: '1.33.5-20251112',
          distribution: '2023.9.20250929',
        },
      },
    ])
  })

  test('is one for each architecture', async () => {
    const ids = [await publish(), await publish({ architecture: 'arm64' })]
    const found = await resolveBases(home, nodes({ architectures: { value: ['x86_64', 'arm64'] } as never }))
    expect(found.map(({ imageId }) => imageId)).toEqual(ids)
  })

  test('is of an account that may own it, whatever the parameter says', async () => {
    await publish({ owner: '999999999999' })
    await expect(resolveBases(home, nodes())).rejects.toThrow(`it belongs to account 999999999999, not to ${eks}`)
    expect(await resolveBases(home, nodes({ owners: ['999999999999'] }))).toMatchObject([{ ownerAccount: '999999999999' }])
  })

  test('is of the minor asked for, even where its own parameter names another', async () => {
    await publish({ release: '1.34.1-20251112' })
    await expect(resolveBases(home, nodes())).rejects.toThrow('its version is 1.34.1-20251112, which is no Kubernetes 1.33')
  })

  test('that EKS does not publish is missing by the name of its parameter', async () => {
    await publish()
    await expect(resolveBases(home, nodes({ kubernetes: '1.99' }))).rejects.toThrow(
      '/aws/service/eks/optimized-ami/1.99/amazon-linux-2023/x86_64/standard/recommended/',
    )
  })
})

test('who owns EKS’s images depends on the region and its partition', () => {
  expect(eksOwners('eu-central-1')).toEqual([eks])
  expect(eksOwners('ap-east-1')).toEqual(['800184023465', eks])
  expect(eksOwners('us-gov-west-1')).toEqual(['013241004608'])
  expect(eksOwners('cn-north-1')).toEqual(['918309763551'])
  expect(eksOwners('us-iso-east-1')).toEqual([])
})

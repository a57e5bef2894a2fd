// A node of Debian's own packages, baked by its provisioners and booted on its own kernel, which a sandbox needs.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installedEmulator, openTestCloud, type TestCloud, tracesOf } from './local-machines.ts'
import { nodeLayer } from './node-image.ts'

describe('a node', { timeout: 400_000 }, () => {
  const id = `k${process.pid}`
  let cloud: TestCloud

  beforeAll(async () => {
    cloud = await openTestCloud(id, { emulator: await installedEmulator() })
  }, 120_000)
  afterAll(async () => {
    await cloud.close()
    expect(await tracesOf(id)).toEqual([])
  }, 60_000)

  test('is made of Debian’s packages, which stand in the evidence', async () => {
    const components = await nodeLayer(cloud, 0, 'node')
    const names = components
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(names).toEqual([
      'containerd',
      'containernetworking-plugins',
      expect.stringMatching(/^linux-image-/),
      expect.stringMatching(/^linux-image-/),
      'runc',
    ])
  })
})

// The base is the newest image that is really the vendor's.

import { describe, expect, test } from 'vitest'
import { chooseBase } from '../../pipeline/bake/resolve-bases.ts'
import type { MachineImage } from '../../pipeline/ports/index.ts'

const query = { architecture: 'x86_64', ownerAccount: '136693071363', nameGlob: 'debian-13-amd64-*' } as const

function aVendorImage(over: Partial<MachineImage> = {}): MachineImage {
  return {
    id: 'ami-0a',
    name: 'debian-13-amd64-20261101',
    ownerAccount: '136693071363',
    state: 'available',
    architecture: 'x86_64',
    createdAt: '2026-11-01T00:00:00.000Z',
    rootDevice: '/dev/xvda',
    snapshotIds: ['snap-0a'],
    encrypted: false,
    tags: {},
    ...over,
  }
}

describe('the base', () => {
  test('the newest by creation, not by name', () => {
    const newer = aVendorImage({ id: 'ami-0b', name: 'debian-13-amd64-20200101', createdAt: '2026-11-15T00:00:00.000Z' })
    expect(chooseBase([aVendorImage(), newer], query)?.id).toBe('ami-0b')
  })

  test.each([
    ['somebody else’s, under the vendor’s name', { ownerAccount: '999999999999' }],
    ['for another architecture', { architecture: 'arm64' as const }],
    ['still being made', { state: 'pending' as const }],
    ['disabled', { state: 'disabled' as const }],
  ])('never one that is %s', (_, over) => {
    const wrong = aVendorImage({ id: 'ami-0c', createdAt: '2026-11-20T00:00:00.000Z', ...over })
    expect(chooseBase([wrong], query)).toBeUndefined()
    expect(chooseBase([wrong, aVendorImage()], query)?.id).toBe('ami-0a')
  })
})

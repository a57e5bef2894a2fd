// A cloud of which a test writes only the verbs it expects; any other one fails the test by its name.

import type { Cloud, CloudAt, CloudFailure, CloudOutcome, MachineImage, Place } from '../../pipeline/ports/index.ts'

/** @param verbsAt what answers at a place. */
export function scriptedCloud(verbsAt: (place: Place) => Partial<CloudAt>): Cloud {
  return {
    at: (place) => {
      const verbs: Record<string, unknown> = { place, ...verbsAt(place) }
      return new Proxy(verbs, {
        get: (target, name: string) => {
          if (name in target) return target[name]
          throw new Error(`${name} was not expected in ${place.account} ${place.region}`)
        },
      }) as unknown as CloudAt
    },
    environmentFor: () => {
      throw new Error('environmentFor was not expected')
    },
    lend: () => {
      throw new Error('lend was not expected')
    },
  }
}

export function succeeded<Value>(value: Value): CloudOutcome<Value> {
  return { ok: true, value }
}

export function refusedBy(kind: CloudFailure['kind'], message: string): CloudFailure {
  return { ok: false, kind, code: 'Scripted', message }
}

export function anImage(over: Partial<MachineImage> = {}): MachineImage {
  return {
    id: 'ami-00000000000000001',
    name: 'web-2026.47.1',
    ownerAccount: '111111111111',
    state: 'available',
    architecture: 'x86_64',
    createdAt: '2026-11-22T06:00:00.000Z',
    rootDevice: '/dev/xvda',
    snapshotIds: ['snap-00000000000000001'],
    encrypted: true,
    tags: {},
    ...over,
  }
}

import { expect, test } from 'vitest'
import { openRenewal } from '../../pipeline/conductor/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import {
  aConfigOrigin,
  anOpening,
  aPolicy,
  aStage,
  aTarget,
  bakedImage,
  proven,
  recordsOf,
  rolled,
  testStart,
} from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'

const dayMs = 86_400_000
const key = { stage: 'prod', region: 'eu-central-1', group: 'web' }
const waves = [{ name: 'all', groups: [aTarget('eu-central-1/web', { maxAgeMs: 7 * dayMs })] }]
const policy = aPolicy({ stages: [aStage('prod', { waves })] })

const past = recordsOf([
  anOpening({ policy }),
  ...proven([bakedImage('ami-1')]),
  ...rolled(key, 'ami-1'),
  { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 },
])

const wish = {
  family: 'web',
  policy,
  wallNow: testStart + 10 * dayMs,
  unasked: true,
  origin: aConfigOrigin,
  rehearsal: false,
  ages: [{ key, imageId: 'ami-1', oldestLaunchAt: new Date(testStart).toISOString() }],
}

test('a renewal of what is too old is opened once, and none by a runner that is interrupted', async () => {
  const ledger = await ledgerOf(past)
  const interrupted = aConductor({ ledger, signal: AbortSignal.abort(new Error('SIGTERM')) })
  await expect(openRenewal(interrupted, wish)).rejects.toThrow('SIGTERM')
  expect(ledger.records).toHaveLength(past.length)

  expect(await openRenewal(aConductor({ ledger }), wish)).toMatchObject({ lane: 'renewal', renews: { groups: [{ group: key }] } })
  expect(await openRenewal(aConductor({ ledger }), wish)).toBeUndefined()
})

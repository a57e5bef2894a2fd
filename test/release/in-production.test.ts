// Which release of a family is in production, and what it met.

import { expect, test } from 'vitest'
import { standingInProduction } from '../../pipeline/release/in-production.ts'
import type { Release } from '../../pipeline/release/index.ts'
import { aRelease, scanCounts } from '../support/factories.ts'

const rules = { passed: ['clock'] }

function released(id: string, standings: boolean, finished: boolean, family = 'web'): Release {
  const release = aRelease([
    { type: 'verify.intended', token: 'f'.repeat(32) },
    {
      type: 'verify.finished',
      verdict: 'pass',
      reasons: [],
      counts: scanCounts(),
      ...(standings && { standings: [{ architecture: 'x86_64', rules }] }),
      evidence: [],
    },
    finished
      ? { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 }
      : { type: 'release.failed', cause: 'a soak test failed' },
  ])
  return { ...release, id, family }
}

test('the newest of the family that finished, for the architecture asked for', () => {
  const releases = [
    released('web-1', true, true),
    released('web-2', true, true),
    released('db-3', true, true, 'db'),
    released('web-4', true, false),
  ]
  expect(standingInProduction(releases, 'web', 'x86_64')).toEqual({ release: 'web-2', rules })
  expect(standingInProduction(releases, 'web', 'arm64')).toBeUndefined()
  expect(standingInProduction(releases, 'api', 'x86_64')).toBeUndefined()
})

test('a record that does not say is not replaced by an older one that does', () => {
  const releases = [released('web-1', true, true), released('web-2', false, true)]
  expect(standingInProduction(releases, 'web', 'x86_64')).toBeUndefined()
})

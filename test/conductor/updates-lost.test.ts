// An undo says what it gives up, by what the verifications of both images left as evidence.

import { expect, test } from 'vitest'
import { openUndo, type UndoWish, updatesLost } from '../../pipeline/conductor/index.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import type { EvidenceFile, ReleaseEvent } from '../../pipeline/release/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, bakedImage, proven, recordsOf, rolled } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'

const prod = { stage: 'prod', region: 'eu-central-1', group: 'web' }
const path = 'verify/x86_64/packages.txt'
const lists = { 'web-1': 'openssl 3.5.1-1 amd64\n', 'web-2': 'openssl 3.5.2-1 amd64\n' }

function past(release: keyof typeof lists, digest: string | undefined, baked: readonly EvidenceFile[]) {
  const imageId = `ami-${release}`
  const events: readonly ReleaseEvent[] = [
    anOpening({ policy: aPolicy({ stages: [aStage('prod')] }) }),
    ...proven([bakedImage(imageId)], { evidence: digest === undefined ? [] : [{ path, sha256: digest }] }, baked),
    ...rolled(prod, imageId),
    { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 },
  ]
  return recordsOf(events, { release })
}

async function undone(digestOf: (release: keyof typeof lists) => string | undefined, security?: string) {
  const securityPath = 'bake/x86_64/packages/security.txt'
  const baked = security === undefined ? [] : [{ path: securityPath, sha256: sha256(security) }]
  const ledger = await ledgerOf([...past('web-1', digestOf('web-1'), []), ...past('web-2', digestOf('web-2'), baked)])
  const conductor = aConductor({ ledger })
  for (const [release, list] of Object.entries(lists)) await conductor.evidence.files.write(`/evidence/${release}/${path}`, list)
  if (security !== undefined) await conductor.evidence.files.write(`/evidence/web-2/${securityPath}`, security)
  const wish: UndoWish = { scope: { family: 'web' }, to: undefined, reason: 'slow', rehearsal: false }
  const release = await openUndo(conductor, { ...wish, compare: (plan) => updatesLost(conductor, plan) })
  // Read anew, as another runner would.
  expect(await conductor.ledger.verify()).toMatchObject({ ok: true })
  return { updates: release.returnsTo?.updates, told: conductor.told.at(-1)?.meaning }
}

test('the packages that go back are in the ledger and are told', async () => {
  const { updates, told } = await undone((release) => sha256(lists[release]))
  expect(updates).toEqual([{ architecture: 'x86_64', left: 'web-2', changed: 1, packages: ['openssl 3.5.2-1 becomes 3.5.1-1'] }])
  expect(told).toContain('Against web-2 1 package differs: openssl 3.5.2-1 becomes 3.5.1-1')
})

test('where the bake of the image that is left knew its security updates, these are named as such', async () => {
  const { updates, told } = await undone((release) => sha256(lists[release]), 'openssl 3.5.2-1\n')
  expect(updates).toMatchObject([{ changed: 1, security: 1 }])
  expect(told).toContain(
    'Against web-2 1 package differs, 1 of them by security updates, which come first: openssl 3.5.2-1 becomes 3.5.1-1',
  )
})

test('without a list, or with one that was changed, it is said that nothing is known', async () => {
  const none = await undone((release) => (release === 'web-1' ? undefined : sha256(lists[release])))
  expect(none.updates).toEqual([
    { architecture: 'x86_64', left: 'web-2', packages: [], unknown: 'web-1 kept no list of its packages' },
  ])
  const changed = await undone((release) => sha256(release === 'web-2' ? 'another list' : lists[release]))
  expect(changed.told).toContain(`What web-2 brought is not known: of web-2, ${path} is missing or differs`)
})

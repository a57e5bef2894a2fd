import { describe, expect, test } from 'vitest'
import { advance, openRelease } from '../../pipeline/conductor/index.ts'
import { releasesOf } from '../../pipeline/release/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { aBase, aConfigOrigin } from '../support/factories.ts'
import { createMemoryLedger } from '../support/memory-ledger.ts'
import { aWish } from '../support/release-wish.ts'

const emergency = { lane: 'emergency', reason: 'CVE-2026-12345 in OpenSSH' } as const

describe('opening', () => {
  test('records who, why, from which commit, the whole policy and the pinned base', async () => {
    const context = aConductor()
    const { release, resumed } = await openRelease(context, aWish(emergency))
    expect(resumed).toBe(false)
    expect(release).toMatchObject({
      id: 'web-2026.47.1',
      lane: 'emergency',
      reason: 'CVE-2026-12345 in OpenSSH',
      openedBy: 'ada@example',
      config: { commit: aConfigOrigin.commit },
      policy: { lane: 'emergency' },
      bases: [{ imageId: aBase.imageId, ownerAccount: '136693071363' }],
    })
    expect(releasesOf(context.ledger.records)).toEqual([release])
  })

  test('takes up the family’s open release of the same lane instead of a second', async () => {
    const context = aConductor()
    const first = await openRelease(context, aWish())
    const second = await openRelease(context, aWish())
    expect(second).toEqual({ release: first.release, resumed: true })
    expect(context.ledger.records).toHaveLength(1)
  })

  test('after the last one has ended gets the next number of the week', async () => {
    const context = aConductor()
    const { release } = await openRelease(context, aWish())
    await advance(context, release.id, { watch: false })
    context.clock.advance(0)
    await advance(context, release.id, { watch: true })
    // Two days have passed: another week has begun.
    expect((await openRelease(context, aWish())).release.id).toBe('web-2026.48.1')
  })

  test('by two runners at once makes one release', async () => {
    const ledger = createMemoryLedger()
    const runners = [aConductor({ ledger }), aConductor({ ledger, runner: 'ben@example' })]
    const opened = await Promise.all(runners.map((context) => openRelease(context, aWish())))
    expect(opened.map(({ release }) => release.id)).toEqual(['web-2026.47.1', 'web-2026.47.1'])
    expect(ledger.records).toHaveLength(1)
  })

  test('opens nothing once it is interrupted, also where that comes while bases are looked for', async () => {
    const interruption = new AbortController()
    const context = aConductor({ signal: interruption.signal })
    const resolveBases = async () => {
      interruption.abort(new Error('SIGTERM'))
      return [aBase]
    }
    await expect(openRelease(context, aWish({ resolveBases }))).rejects.toThrow('SIGTERM')
    await expect(openRelease(context, aWish(emergency))).rejects.toThrow('SIGTERM')
    expect(context.ledger.records).toEqual([])
  })
})

describe('an emergency', () => {
  test('supersedes the open weekly release', async () => {
    const context = aConductor()
    const weekly = await openRelease(context, aWish())
    const { release } = await openRelease(context, aWish(emergency))
    expect(release.id).toBe('web-2026.47.2')
    expect(releasesOf(context.ledger.records)[0]?.ending).toMatchObject({ kind: 'superseded', by: 'web-2026.47.2' })
    expect(await advance(context, weekly.release.id, { watch: false })).toMatchObject({
      kind: 'refused',
      reasons: ['superseded by web-2026.47.2'],
    })
  })

  test('supersedes it when taken up again, if its runner died in between', async () => {
    const context = aConductor()
    await openRelease(context, aWish())
    context.ledger.onAppend = (when, { event }) => {
      if (when === 'before' && event.type === 'release.superseded') throw new Error('killed')
    }
    await expect(openRelease(context, aWish(emergency))).rejects.toThrow('killed')
    context.ledger.onAppend = () => undefined
    expect((await openRelease(context, aWish(emergency))).resumed).toBe(true)
    expect(releasesOf(context.ledger.records)[0]?.ending?.kind).toBe('superseded')
  })

  test('holds back a weekly release until it is over', async () => {
    const context = aConductor()
    await openRelease(context, aWish(emergency))
    await expect(openRelease(context, aWish())).rejects.toThrow(
      'the emergency release web-2026.47.1 of web is not over [already-running]',
    )
  })

  test('needs a reason', async () => {
    await expect(openRelease(aConductor(), aWish({ lane: 'emergency', reason: ' ' }))).rejects.toThrow(
      'an emergency release needs a reason [bad-argument]',
    )
  })
})

describe('what is refused', () => {
  test('a family that is not there, with the one that was meant', async () => {
    await expect(openRelease(aConductor(), aWish({ family: 'wep' }))).rejects.toThrow(
      'there is no family wep in /acme/drover.yaml [not-found]\n    did you mean web?',
    )
  })

  test('a dirty tree, outside a rehearsal', async () => {
    const dirty = { origin: { ...aConfigOrigin, dirty: true } }
    const context = aConductor()
    await expect(openRelease(context, aWish(dirty))).rejects.toThrow(
      'the configuration in /acme has changes that are not committed [dirty-tree]',
    )
    expect(context.ledger.records).toEqual([])
    expect((await openRelease(context, aWish({ ...dirty, rehearsal: true }))).resumed).toBe(false)
  })
})

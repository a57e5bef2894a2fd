// Retention over several accounts and two regions: what is old goes step by step, what anything needs is never proposed.

import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noteOf } from '../../pipeline/conductor/index.ts'
import type { Retention } from '../../pipeline/config/index.ts'
import type { MachineImage, Place } from '../../pipeline/ports/index.ts'
import { type History, historyOf, imagesOf, type Release } from '../../pipeline/release/index.ts'
import { decideRetiring, type OwnImage } from '../../pipeline/retire/decide-retiring.ts'
import { applyRetiring, planRetiring } from '../../pipeline/retire/index.ts'
import { administrator } from '../support/rights.ts'
import { type Company, dev, images, imagesWest, openCompany, places, prodWest, value } from './company.ts'

const dayMs = 86_400_000
const retention: Retention = {
  keep: 1,
  deprecateAfterMs: 14 * dayMs,
  disableAfterMs: 30 * dayMs,
  deregisterAfterMs: 90 * dayMs,
  keepFailedMs: 7 * dayMs,
}

let company: Company
let first: Release
let second: Release
let third: Release

beforeAll(async () => {
  company = await openCompany()
  first = await company.released('web-2026.46.1')
  second = await company.released('web-2026.47.1')
  third = await company.released('web-2026.48.1')
}, 120_000)
afterAll(() => company.simulated.close())

const history = () => historyOf(company.conductor.ledger.records)
const planned = (days: number, asked: readonly Place[] = places, by: Retention = retention) =>
  planRetiring(company.simulated.cloud, {
    history: history(),
    places: asked,
    owners: [images, imagesWest],
    retention: by,
    now: Date.now() + days * dayMs,
  })

async function steps(days: number, asked?: readonly Place[]) {
  const { proposals } = await planned(days, asked)
  const of = (release: Release) =>
    proposals.filter((one) => one.release === release.id).map(({ step, why }) => step ?? why.replace(/^in use by .*/, 'in use'))
  return { first: of(first), second: of(second), third: of(third) }
}

async function apply(days: number) {
  const { proposals } = await planned(days)
  const context = { cloud: company.simulated.cloud, record: await noteOf(company.conductor) }
  return applyRetiring(context, { history: history(), now: Date.now() }, proposals)
}

const inUse = ['in use', 'in use']
const twice = (what: string) => [what, what]

describe('by age', { timeout: 120_000 }, () => {
  test('nothing is retired too early', async () => {
    const early = await steps(13)
    expect(early).toMatchObject({ third: inUse })
    expect(early.second).toEqual(twice('superseded in production 13d ago by web-2026.48.1'))
  })

  test('a place that cannot be asked keeps everything, and is named', async () => {
    const nowhere = { account: '999999999999', region: 'eu-west-1', role: 'arn:aws:iam::999999999999:role/drover-promote' }
    const plan = await planned(200, [...places, nowhere])
    expect(plan.unasked).toEqual([expect.stringMatching(/^999999999999\/eu-west-1: /)])
    expect(plan.proposals.filter(({ step }) => step !== undefined)).toEqual([])
    expect(plan.proposals).toHaveLength(6)
  })

  test('an account that is configured nowhere keeps what is shared with it', async () => {
    const withoutWest = places.filter((place) => place !== prodWest)
    const west = (await planned(200, withoutWest)).proposals.filter(({ region }) => region === 'eu-west-1')
    expect(west.map(({ step, why }) => [step, why])).toContainEqual([undefined, "shared with 444444444444, which can't be asked"])
    expect(west.every(({ step }) => step === undefined)).toBe(true)
  })

  test('a machine of nobody’s group keeps its image', async () => {
    const [home] = imagesOf(second).filter(({ region }) => region === 'eu-central-1')
    const stray = { imageId: home?.imageId ?? '', instanceType: 't3.small', securityGroupIds: [], tags: {}, clientToken: 'stray' }
    const machine = value(await company.at(dev).launch(stray))
    expect((await steps(200)).second.toSorted()).toEqual(['disabled', 'in use'])
    value(await company.at(dev).terminate([machine.id]))
    await company.conductor.clock.pause(600_000)
  })

  test('a template without a group keeps its image', async () => {
    const { local } = company.simulated
    const client = { region: dev.region, endpoint: local.endpoint, credentials: await administrator(local, dev.account) }
    const [ec2, ssm] = [new EC2Client(client), new SSMClient(client)]
    const named = { LaunchTemplateName: 'by-hand' }
    const homeImage = (release: Release) => imagesOf(release).find(({ region }) => region === dev.region)?.imageId ?? ''
    const [old, newer] = [homeImage(second), homeImage(third)]
    const other = { ...named, SourceVersion: '1', LaunchTemplateData: { ImageId: newer } }
    const why = async () => (await planned(200)).proposals.find(({ imageId }) => imageId === old)

    await ec2.send(new CreateLaunchTemplateCommand({ ...named, LaunchTemplateData: { ImageId: old } }))
    await ec2.send(new CreateLaunchTemplateVersionCommand(other))
    const kept = 'of launch template by-hand in 222222222222/eu-central-1, its latest or default'
    expect(await why()).toMatchObject({ step: undefined, why: `version 1 ${kept}` })
    await ec2.send(new ModifyLaunchTemplateCommand({ ...named, DefaultVersion: '2' }))
    expect(await why()).toMatchObject({ step: 'disabled' })

    await ssm.send(new PutParameterCommand({ Name: '/by-hand', Value: old, Type: 'String' }))
    const byParameter = { ...other, LaunchTemplateData: { ImageId: 'resolve:ssm:/by-hand' } }
    await ec2.send(new CreateLaunchTemplateVersionCommand(byParameter))
    expect(await why()).toMatchObject({ step: undefined, why: `version 3 ${kept}` })
    const gone = { ...other, LaunchTemplateData: { ImageId: 'resolve:ssm:/nothing' } }
    await ec2.send(new CreateLaunchTemplateVersionCommand(gone))
    const unknown = await planned(200)
    expect(unknown.unasked).toEqual([])
    expect(unknown.unresolved).toEqual([expect.stringContaining(`version 4 ${kept}: `)])
    const [, template = ''] = /leave it out: retention\.leaveOut: \[(.*)\]$/.exec(unknown.unresolved[0] ?? '') ?? []
    expect(template).toMatch(/^222222222222\/eu-central-1\/lt-/)
    const stepsIn = (region: string) =>
      unknown.proposals.filter((one) => one.region === region && one.release === second.id).map(({ step }) => step)
    expect([stepsIn(dev.region), stepsIn('eu-west-1')]).toEqual([[undefined], ['disabled']])
    const without = await planned(200, places, { ...retention, leaveOut: [template] })
    expect(without.unresolved).toEqual([])
    expect(without.proposals.find(({ imageId }) => imageId === old)).toMatchObject({ step: 'disabled' })

    await ec2.send(new DeleteLaunchTemplateCommand(named))
    expect(await why()).toMatchObject({ step: 'disabled' })
    for (const one of [ec2, ssm]) one.destroy()
  })

  test('what is old is deprecated, disabled, then deregistered with its snapshots, and each step is in the ledger', async () => {
    const kept = await company.at(images).ownImages()
    const snapshots = value(kept).find(({ id }) => imagesOf(first).some(({ imageId }) => imageId === id))?.snapshotIds ?? []
    expect(value(await company.at(images).snapshotSizes(snapshots))).toHaveLength(1)
    expect(await steps(20)).toEqual({ first: twice('deprecated'), second: twice('deprecated'), third: inUse })
    expect(await apply(20)).toMatchObject({ done: { length: 4 }, failures: [] })
    expect((await steps(20)).first).toEqual(twice('deprecated; superseded in production 20d ago by web-2026.47.1'))
    expect(await apply(200)).toMatchObject({ done: { length: 4 }, failures: [] })
    expect(await steps(40)).toMatchObject({ first: twice('disabled; superseded in production 40d ago by web-2026.47.1') })
    expect(await apply(200)).toMatchObject({ done: { length: 4 }, failures: [] })
    expect(await steps(200)).toEqual({ first: [], second: [], third: inUse })
    expect(value(await company.at(images).snapshotSizes(snapshots))).toEqual([])
    const taken = company.release(first.id).retired?.map(({ step }) => step)
    expect(taken).toEqual(twice('deregistered'))
  })
})

describe('whatever else holds', () => {
  const anImage = fc.record({
    index: fc.nat({ max: 5 }),
    state: fc.constantFrom('available' as const, 'disabled' as const),
    deprecated: fc.boolean(),
    isProtected: fc.boolean(),
    permissions: fc.subarray(['222222222222', '444444444444', '999999999999', 'arn:aws:organizations::1:organization/o-1']),
  })

  const unknown = ['111111111111', '222222222222', '444444444444'].flatMap((account) =>
    ['eu-central-1', 'eu-west-1'].map((region) => ({ account, region, why: 'nobody can tell' })),
  )

  test('nothing in use, shared with strangers, of a running release or in the window is ever proposed', () => {
    const made = [first, second, third].flatMap((release) => imagesOf(release).map((image) => ({ ...image, release })))
    fc.assert(
      fc.property(
        fc.uniqueArray(anImage, { selector: ({ index }) => index, minLength: 1 }),
        fc.subarray(made.map((_, index) => index)),
        fc.subarray(made.map((_, index) => index)),
        fc.subarray(['222222222222', '444444444444']),
        fc.constantFrom<readonly string[]>([], ['an account']),
        fc.subarray(unknown),
        fc.subarray([first.id, second.id, third.id]),
        fc.nat({ max: 400 }),
        (chosen, used, named, accounts, unasked, unresolved, open, days) => {
          const own = chosen.flatMap((one): readonly OwnImage[] => {
            const image = made[one.index]
            return image ? [{ region: image.region, image: asImage(image.imageId, one), permissions: one.permissions }] : []
          })
          const usesOf = (indexes: readonly number[], why: string) =>
            indexes.flatMap((index) => {
              const image = made[index]
              return image ? [{ region: image.region, imageId: image.imageId, why }] : []
            })
          const uses = usesOf(used, 'in use by i-1')
          const templates = usesOf(named, 'version 1 of launch template web')
          const asked = new Set(accounts.flatMap((account) => [`${account}/eu-central-1`, `${account}/eu-west-1`]))
          const releases = history().releases.map((one) => (open.includes(one.id) ? { ...one, ending: undefined } : one))
          const orders = { holds: [], revocations: [], migrations: [] }
          const facts = {
            history: { releases, orders },
            uses,
            templates,
            unasked,
            unresolved,
            asked,
            retention,
            now: Date.now() + days * dayMs,
          }
          const newest = releases.findLast(({ ending }) => ending?.kind === 'finished')?.id
          for (const { region, imageId, release, step } of decideRetiring(own, facts)) {
            if (step === undefined) continue
            const image = own.find((one) => one.region === region && one.image.id === imageId)
            expect([...uses, ...templates].some((use) => use.region === region && use.imageId === imageId)).toBe(false)
            expect(unasked).toEqual([])
            for (const place of unresolved.filter((one) => one.region === region)) {
              expect(place.account).not.toBe(images.account)
              expect(image?.permissions).not.toContain(place.account)
            }
            expect(open).not.toContain(release)
            expect(release).not.toBe(newest)
            expect(image?.permissions.every((one) => asked.has(`${one}/${region}`))).toBe(true)
            if (step === 'deregistered') expect(image?.image.deregistrationProtected).toBeUndefined()
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

/** Everybody answered. */
const known = { unasked: [], unresolved: [], asked: new Set<string>() }

test('a copy that nobody lived to write down goes with the release that its tags name', () => {
  const orders = { holds: [], revocations: [], migrations: [] }
  const facts = { history: { ...history(), orders }, uses: [], templates: [], ...known, retention }
  const stray = asImage('ami-stray', { state: 'disabled', deprecated: false, isProtected: false })
  const decided = (tags: Readonly<Record<string, string>>) => {
    const own = { region: 'eu-west-1', image: { ...stray, tags }, permissions: [] }
    return decideRetiring([own], { ...facts, now: Date.now() + 200 * dayMs }).map(({ release, step }) => [release, step])
  }
  const source = imagesOf(first).find(({ region }) => region === 'eu-central-1')?.imageId ?? ''
  expect(decided({ 'drover:release': first.id, 'drover:source-image': source })).toEqual([[first.id, 'deregistered']])
  expect(decided({ 'drover:release': first.id, 'drover:source-image': 'ami-other' })).toEqual([[undefined, undefined]])
})

test('a template that nobody’s group launches from does not keep a revoked image', () => {
  const { releases } = history()
  const [{ region, imageId } = { region: '', imageId: '' }] = imagesOf(second)
  const own = { region, image: asImage(imageId, { state: 'available', deprecated: false, isProtected: false }), permissions: [] }
  const templates = [{ region, imageId, why: 'version 1 of launch template web' }]
  const decided = (revocations: History['orders']['revocations']) => {
    const facts = { history: { releases, orders: { holds: [], revocations, migrations: [] } }, uses: [], templates, ...known }
    return decideRetiring([own], { ...facts, retention, now: Date.now() }).map(({ step, why }) => [step, why])
  }
  const revoked = { releaseId: second.id, by: 'ada', reason: 'leaks tokens', since: '2026-01-01T00:00:00.000Z' }
  expect(decided([])).toEqual([[undefined, 'version 1 of launch template web']])
  expect(decided([revoked])).toEqual([['disabled', 'revoked']])
})

function asImage(
  id: string,
  { state, deprecated, isProtected }: { state: MachineImage['state']; deprecated: boolean; isProtected: boolean },
): MachineImage {
  return {
    id,
    name: id,
    ownerAccount: images.account,
    state,
    architecture: 'x86_64',
    createdAt: '2026-01-01T00:00:00.000Z',
    ...(deprecated && { deprecatedAt: '2026-02-01T00:00:00.000Z' }),
    rootDevice: '/dev/xvda',
    snapshotIds: [],
    encrypted: true,
    ...(isProtected && { deregistrationProtected: true }),
    tags: {},
  }
}

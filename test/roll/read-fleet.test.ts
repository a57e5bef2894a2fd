// Every machine of an account by its image, against the local cloud with machines that are only pretended.

import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeFleet, fleetCsv } from '../../pipeline/cli/fleet-view.ts'
import type { ReleaseEvent } from '../../pipeline/release/index.ts'
import { knownImages } from '../../pipeline/roll/known-images.ts'
import { type Fleet, type FleetMachine, readFleet } from '../../pipeline/roll/read-fleet.ts'
import { aRelease, hourMs, proven, testStart } from '../support/factories.ts'
import { openWorld, value, type World } from './local-world.ts'

let world: World
let fleet: Fleet

beforeAll(async () => {
  world = await openWorld()
  const { at, images, clients } = world
  const loose = { securityGroupIds: [], instanceType: 't3.small', clientToken: 'loose' }
  value(await at.launch({ ...loose, imageId: images.silent, tags: { Owner: '=ada, "ops"' } }))
  const { launchSource } = await world.group()
  if (launchSource.kind !== 'template') throw new Error('the group has no template')
  const source = { templateId: launchSource.templateId, version: 1 }
  const made = value(await at.createTemplateVersion({ source, imageId: images.new, description: 'apply', clientToken: 'apply' }))
  const LaunchTemplate = { LaunchTemplateId: source.templateId, Version: String(made.version) }
  await clients.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', LaunchTemplate }))
  const known = new Map([[`eu-west-1 ${images.old}`, { release: 'web-2026.46.1', standing: 'promoted' as const, daysBehind: 7 }]])
  const nowhere = { account: '999999999999', region: 'eu-west-1', role: 'arn:aws:iam::999999999999:role/drover-promote' }
  const now = world.clock.now() + 3 * 24 * hourMs
  const limits = new Map([['444444444444 eu-west-1 web', 48 * hourMs]])
  fleet = await readFleet(world.cloud, { places: [at.place, nowhere], ownerTags: ['owner', 'Owner', 'team'], known, limits, now })
})
afterAll(() => world.local.close())

it('puts machines outside any promoted image first, with their owner, in a group or none', () => {
  const found = fleet.machines.map(({ standing, group, owner, daysBehind, imageName }) => [
    standing,
    group,
    owner,
    daysBehind,
    imageName,
  ])
  expect(found).toEqual([
    ['outside', '', '=ada, "ops"', undefined, 'silent'],
    ['promoted', 'web', 'web', 7, 'old'],
    ['promoted', 'web', 'web', 7, 'old'],
  ])
  expect(fleet.machines.map(({ imageAgeDays }) => imageAgeDays)).toEqual([3, 3, 3])
})

it('shows how long each has been up against the limit of its group', () => {
  const found = fleet.machines.map(({ group, upDays, limitDays }) => [group, upDays, limitDays])
  expect(found).toEqual([
    ['', 3, undefined],
    ['web', 3, 2],
    ['web', 3, 2],
  ])
  expect(describeFleet(fleet)).toContain('up for longer than their group allows: 2')
})

it('names a group whose template somebody changed', () => {
  const { images } = world
  expect(fleet.drifts).toMatchObject([{ group: 'web', version: '2', nextImageId: images.new, runningImageIds: [images.old] }])
  expect(describeFleet(fleet).at(-1)).toBe(
    `  eu-west-1/web in 444444444444: version 2 launches ${images.new}, its machines run ${images.old}`,
  )
})

it('says what could not be read', () => {
  expect(fleet.unread).toEqual([expect.stringMatching(/^999999999999 eu-west-1: .*AssumeRole/)])
  expect(describeFleet(fleet)[0]).toMatch(/^not known: 999999999999/)
})

it('is a table of its machines, and CSV that no spreadsheet calculates', () => {
  expect(describeFleet(fleet)).toContain('3 machines, 1 outside any promoted image')
  const [head, first] = fleetCsv(fleet)
  expect(head).toBe('standing,behind,age,up,limit,account,region,group,instance,owner,image,name,release')
  expect(first).toMatch(/^outside,,3d,3d,,444444444444,eu-west-1,,i-[0-9a-f]+,"'=ada, ""ops""",ami-[0-9a-f]+,silent,$/)
})

describe('what the ledger knows of images', () => {
  const home = { architecture: 'x86_64', name: 'web', region: 'eu-central-1' } as const
  const token = 'f'.repeat(32)
  const events = (number: number, last: readonly ReleaseEvent[]): readonly ReleaseEvent[] => [
    ...proven([{ ...home, imageId: `ami-${number}` }]),
    { type: 'copy.intended', region: 'eu-west-1', architecture: 'x86_64', token },
    { type: 'copy.finished', region: 'eu-west-1', architecture: 'x86_64', imageId: `ami-${number}-copy` },
    ...last,
  ]
  const finished: ReleaseEvent = { type: 'release.finished', openToProductionMs: 1, openToProductionWallMs: 1 }
  const at = (number: number, last: readonly ReleaseEvent[]) =>
    aRelease(events(number, last), { release: `web-${number}`, startAt: testStart + number * 7 * 24 * hourMs })
  const releases = [
    at(1, [finished]),
    at(2, [finished]),
    at(3, [{ type: 'release.failed', cause: 'the roll failed' }]),
    at(4, []),
  ]
  const known = knownImages({ releases, orders: { holds: [], revocations: [], migrations: [] } })

  it.each([
    ['eu-central-1 ami-1', { release: 'web-1', standing: 'promoted', daysBehind: 7 }],
    ['eu-west-1 ami-1-copy', { release: 'web-1', standing: 'promoted', daysBehind: 7 }],
    ['eu-west-1 ami-2-copy', { release: 'web-2', standing: 'promoted', daysBehind: 0 }],
    ['eu-central-1 ami-3', { release: 'web-3', standing: 'outside', daysBehind: undefined }],
    ['eu-west-1 ami-4-copy', { release: 'web-4', standing: 'on its way', daysBehind: undefined }],
    ['eu-west-1 ami-1', undefined],
  ])('of %s', (image, expected) => expect(known.get(image)).toEqual(expected))
})

it('shows what it does not know as a dash', () => {
  const machine: FleetMachine = {
    account: '1',
    region: 'r',
    instance: 'i-1',
    group: '',
    owner: '',
    imageId: 'ami-1',
    imageName: undefined,
    imageAgeDays: undefined,
    upDays: 4,
    limitDays: undefined,
    standing: 'promoted',
    release: 'web-1',
    daysBehind: 0,
  }
  const lines = describeFleet({ machines: [machine], drifts: [], unread: [] })
  expect(lines.at(-1)).toBe('promoted  0d      -    4d  -      1        r       -      i-1       -      ami-1  -     web-1')
})

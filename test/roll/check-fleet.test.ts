// Which machines of a release's groups still run another image: every group of every stage is asked, and no answer is told.

import { expect, test } from 'vitest'
import type { Cloud, CloudAt, Place } from '../../pipeline/ports/index.ts'
import { groupsOf } from '../../pipeline/release/index.ts'
import { createFleetCheck } from '../../pipeline/roll/index.ts'
import { aPolicy, aRelease, scanCounts } from '../support/factories.ts'
import { aRequest } from '../support/performer-request.ts'

const policy = aPolicy()
const region = policy.home.region
const images = [{ architecture: 'x86_64', imageId: 'ami-new', name: 'web', region }] as const
const copied = [...new Set(policy.stages.flatMap(groupsOf).map((target) => target.region))].filter((one) => one !== region)
const release = aRelease([
  { type: 'bake.intended', token: 'f'.repeat(32) },
  { type: 'bake.finished', images, before: scanCounts(), after: scanCounts(), evidence: [] },
  ...copied.flatMap((one) => [
    { type: 'copy.intended' as const, region: one, architecture: 'x86_64' as const, token: 'e'.repeat(32) },
    { type: 'copy.finished' as const, region: one, architecture: 'x86_64' as const, imageId: 'ami-copy' },
  ]),
])

const rightImage = (place: Place) => (place.region === region ? 'ami-new' : 'ami-copy')

const machine = (id: string, imageId: string, state: 'running' | 'stopped' | 'terminated' = 'running') => ({
  id,
  imageId,
  state,
  launchedAt: '2026-11-01T00:00:00Z',
  tags: {},
})

/** `launches`: the image that every group's template names. */
function check(
  answer: (place: Place, group: string) => Awaited<ReturnType<CloudAt['describeInstances']>>,
  launches: (place: Place) => string = rightImage,
) {
  const at = (place: Place) => ({
    describeGroups: async ([name]: readonly string[]) => ({
      ok: true,
      value: [{ name, launchSource: { kind: 'template', templateId: 'lt-1', templateName: 'web', version: '3' } }],
    }),
    describeTemplateVersion: async () => ({ ok: true, value: { imageId: launches(place) } }),
    describeInstances: async ({ tags }: { tags?: Record<string, string> }) =>
      answer(place, tags?.['aws:autoscaling:groupName'] ?? ''),
  })
  const cloud = { at } as unknown as Cloud
  return createFleetCheck({ cloud })(aRequest({ kind: 'check-fleet', stages: policy.stages }, { release }))
}

test('each group by its name, in its stage’s account and region, against the image of that region', async () => {
  const asked: string[] = []
  const [event] = await check((place, group) => {
    asked.push(`${place.account} ${place.region} ${group}`)
    return { ok: true, value: [machine('i-new', rightImage(place))] }
  })
  expect(asked).toEqual(
    policy.stages.flatMap((stage) => groupsOf(stage).map((target) => `${stage.account} ${target.region} ${target.name}`)),
  )
  expect(event).toEqual({ type: 'fleet.checked', exposed: [], unasked: [] })
})

test('one on another image is exposed, stopped or not; one that is gone is not', async () => {
  const first = policy.stages[0]
  const [event] = await check((place) => ({
    ok: true,
    value:
      place.account === first?.account
        ? [machine('i-old', 'ami-old'), machine('i-stopped', 'ami-old', 'stopped'), machine('i-gone', 'ami-old', 'terminated')]
        : [],
  }))
  const groups = first ? groupsOf(first) : []
  expect(event).toMatchObject({ unasked: [] })
  expect(event?.type === 'fleet.checked' && event.exposed.map(({ instance }) => instance)).toEqual(
    groups.flatMap(() => ['i-old', 'i-stopped']),
  )
})

test('a group that gives no answer is told, and is not taken for done', async () => {
  const denied = { ok: false, kind: 'denied', code: 'UnauthorizedOperation', message: 'DescribeInstances: denied' } as const
  const [event] = await check(() => denied)
  expect(event?.type === 'fleet.checked' && event.unasked).toHaveLength(policy.stages.flatMap(groupsOf).length)
  expect(event?.type === 'fleet.checked' && event.unasked[0]).toContain('DescribeInstances: denied')
})

test('a group that would launch another image again is told with its template version', async () => {
  const first = policy.stages[0]
  const back = (place: Place) => (place.account === first?.account ? 'ami-old' : rightImage(place))
  const [event] = await check(() => ({ ok: true, value: [] }), back)
  const groups = first ? groupsOf(first) : []
  expect(event).toEqual({
    type: 'fleet.checked',
    exposed: [],
    unasked: [],
    reverted: groups.map((target) => ({
      group: { stage: first?.name, region: target.region, group: target.name },
      imageId: 'ami-old',
      version: '3',
    })),
  })
})

test('a template that names its image by an alias is not judged by it', async () => {
  const [event] = await check(
    () => ({ ok: true, value: [] }),
    () => 'resolve:ssm:/golden/web',
  )
  expect(event).toEqual({ type: 'fleet.checked', exposed: [], unasked: [] })
})

// Groups that share a parameter share a fate: none begins before all may, and one that fails takes the others back.

import { expect, test } from 'vitest'
import { decide, type Release, type ReleaseEvent, tokenOf } from '../../pipeline/release/index.ts'
import { anOpening, aPolicy, aRelease, aStage, aTarget, someFacts, testStart } from '../support/factories.ts'
import { intentEventOf, successOf } from '../support/outcomes.ts'

const parameter = '/acme/web/image'
const [web, blue] = [aTarget('eu-central-1/web', { parameter }), aTarget('eu-central-1/blue', { parameter })]
const apart = aTarget('eu-central-1/apart')
const policy = aPolicy({
  stages: [aStage('dev', { account: '111111111111', waves: [{ name: 'all', groups: [web, blue, apart] }] })],
})

function ready(): { readonly release: Release; readonly events: ReleaseEvent[] } {
  const events: ReleaseEvent[] = []
  for (;;) {
    const release = open(events)
    const decision = decide(release, someFacts, testStart)
    if (decision.kind !== 'act' || decision.actions.some(({ kind }) => kind === 'roll')) return { release, events }
    for (const action of decision.actions) {
      const token = tokenOf(release, action)
      const intent = intentEventOf(action, token)
      events.push(...(intent ? [intent] : []), ...successOf(action, token))
    }
  }
}

const open = (events: readonly ReleaseEvent[]) => aRelease(events, { opening: anOpening({ policy }), everyMs: 0 })

function rolled(release: Release, facts = someFacts): readonly string[] | string | undefined {
  const decision = decide(release, facts, testStart)
  if (decision.kind === 'wait') return decision.reason
  if (decision.kind !== 'act') return decision.kind
  return decision.actions.map((action) => ('key' in action ? `${action.kind} ${action.key.group}` : action.kind))
}

const of = (group: string) => ({ stage: 'dev', region: 'eu-central-1', group })
const intended = (group: string): ReleaseEvent => ({
  type: 'roll.intended',
  group: of(group),
  imageId: 'ami-new',
  previous: { templateId: 'lt-1', version: 1, imageId: 'ami-old' },
  token: group,
})
const finished = (group: string): ReleaseEvent => ({ type: 'roll.finished', group: of(group), refreshId: 'r', replaced: 2 })
const failed = (group: string): ReleaseEvent => ({ type: 'roll.failed', group: of(group), cause: 'it broke', undone: true })

test('a hold on one of them keeps all of them, and no other group of the wave, from beginning', () => {
  const { release, events } = ready()
  expect(rolled(release)).toEqual(['roll web', 'roll blue', 'roll apart'])
  const scope = { family: 'web', stage: 'dev', group: 'eu-central-1/blue' }
  const since = new Date(testStart).toISOString()
  const facts = {
    ...someFacts,
    orders: { holds: [{ scope, by: 'ada', reason: 'wait', since }], revocations: [], migrations: [] },
  }
  expect(rolled(release, facts)).toEqual(['roll apart'])
  expect(rolled(open([...events, intended('apart'), finished('apart')]), facts)).toBe('ada holds eu-central-1/blue in dev: wait')
  expect(rolled(open([...events, intended('web')]), facts)).toEqual(['roll web', 'roll apart'])
})

test('one that failed takes back those that were done, once what is under way has ended', () => {
  const { events } = ready()
  const begun = ['web', 'blue', 'apart'].map(intended)
  const broken = [...events, ...begun, finished('web'), finished('apart'), failed('blue')]
  expect(rolled(open(broken))).toEqual(['undo-roll web'])
  const waiting = [...events, ...begun, finished('web'), failed('blue')]
  expect(rolled(open(waiting))).toEqual(['roll apart'])
})

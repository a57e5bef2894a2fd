import { describe, expect, test } from 'vitest'
import { type Decision, decide, type ReleaseEvent } from '../../pipeline/release/index.ts'
import {
  anOpening,
  aPolicy,
  aRelease,
  aSoakPolicy,
  aStage,
  hourMs,
  minuteMs,
  someFacts,
  testStart,
} from '../support/factories.ts'
import { intentEventOf, successOf } from '../support/outcomes.ts'

const group = { stage: 'dev', region: 'eu-central-1', group: 'web' }

/** A soak of an hour in dev, begun at testStart, that also wants instance-hours; its machines at each look. */
function soaking(instanceHours: number, looks: readonly (readonly [hours: number, machines: number])[]) {
  const soak = aSoakPolicy({ durationMs: hourMs, instanceHours })
  const opening = anOpening({ policy: aPolicy({ stages: [aStage('dev', { account: '111111111111', soak })] }) })
  const until = new Date(testStart + hourMs).toISOString()
  const events: ReleaseEvent[] = []
  const begun = [{ kind: 'bake', bases: opening.bases }, { kind: 'verify' }] as const
  for (const action of begun) events.push(intentEventOf(action, 't') as ReleaseEvent, ...successOf(action, 't'))
  events.push({
    type: 'roll.intended',
    group,
    imageId: 'ami-t',
    previous: { templateId: 'lt', version: 1, imageId: 'ami-0' },
    token: 't',
  })
  events.push({ type: 'roll.finished', group, refreshId: 'r', replaced: 2 }, { type: 'soak.started', stage: 'dev', until })
  const release = aRelease(events, { opening, everyMs: 0 })
  const [begunSoak] = release.soaks
  if (!begunSoak) throw new Error('there is no soak')
  const exposure = looks.map(([hours, machines]) => ({ at: testStart + hours * hourMs, machines }))
  return { ...release, soaks: [{ ...begunSoak, exposure }] }
}

function at(hours: number, decide: (now: number) => Decision): Decision {
  return decide(testStart + hours * hourMs)
}

describe('a soak that wants instance-hours', () => {
  const decision = (hours: number, instanceHours: number, ...looks: readonly (readonly [number, number])[]) =>
    at(hours, (now) => decide(soaking(instanceHours, looks), someFacts, now))

  test('looks at the machines as soon as it begins, and every hour', () => {
    expect(decision(0, 10)).toMatchObject({ actions: [{ kind: 'measure-exposure', stage: { name: 'dev' } }] })
    expect(decision(0.5, 10, [0, 2])).toMatchObject({ kind: 'wait', until: testStart + hourMs })
    expect(decision(1, 10, [0, 2])).toMatchObject({ actions: [{ kind: 'measure-exposure' }] })
  })

  test('goes on beyond its hours until they are there, and says how many', () => {
    expect(decision(1, 10, [0, 2], [1, 2])).toEqual({
      kind: 'wait',
      until: testStart + 2 * hourMs,
      reason: 'the soak in dev: its machines have run the image for 2 of 10 instance-hours',
    })
    expect(decision(5, 10, [0, 2], [1, 2], [2, 2], [3, 2], [4, 2], [5, 2])).toMatchObject({ actions: [{ kind: 'finish-soak' }] })
  })

  test('looks again as soon as they can be there', () => {
    expect(decision(1, 9, [0, 8], [1, 8])).toMatchObject({ until: testStart + hourMs + 7.5 * minuteMs })
  })

  test('is not cut short by many machines', () => {
    expect(decision(0.5, 4, [0, 100], [0.5, 100])).toEqual({ kind: 'wait', until: testStart + hourMs, reason: 'the soak in dev' })
  })

  test('counts the fewer machines of two looks, and none that it could not see', () => {
    expect(decision(2, 10, [0, 2], [1, 10], [2, 10])).toMatchObject({ actions: [{ kind: 'finish-soak' }] })
    expect(decision(2, 13, [0, 2], [1, 10], [2, 10])).toMatchObject({ kind: 'wait', reason: expect.stringContaining('12 of 13') })
    expect(decision(2, 10, [0, 10], [1, 0], [2, 10])).toMatchObject({ kind: 'wait', reason: expect.stringContaining('0 of 10') })
  })

  test('without a machine is looked at every hour, and never ends', () => {
    expect(decision(9.5, 1, [8, 0], [9, 0])).toMatchObject({ kind: 'wait', until: testStart + 10 * hourMs })
  })
})

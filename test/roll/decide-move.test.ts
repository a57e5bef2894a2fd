import { describe, expect, it } from 'vitest'
import type { InstanceRefresh } from '../../pipeline/ports/index.ts'
import { decideMove } from '../../pipeline/roll/decide-move.ts'
import type { Move, MoveObservation } from '../../pipeline/roll/move.ts'
import { hourMs, minuteMs, testStart } from '../support/factories.ts'
import {
  aFailedLaunch,
  aGroup,
  aMove,
  anInstance,
  aRefresh,
  aRolledGroup,
  isoAt,
  seen,
  templateId,
  templateSource,
} from './groups.ts'

function decide(move: Partial<Move>, observation: Partial<MoveObservation>, afterMs = 0, cause?: string) {
  return decideMove(aMove(move), seen({ wallAt: testStart + afterMs, ...observation }), testStart + afterMs, cause)
}

function refreshOnly(over: Partial<InstanceRefresh>): Partial<MoveObservation> {
  return { refreshes: [aRefresh(over)] }
}

describe('before its refresh', () => {
  it('starts on a quiet group', () => {
    expect(decide({}, {})).toEqual({ kind: 'start' })
  })

  it('starts when the last refresh, to another version, has ended', () => {
    expect(decide({}, refreshOnly({ status: 'Successful', desired: { templateId, version: '7' } }))).toEqual({ kind: 'start' })
  })

  it('starts anew when the only refresh to its target is older than it', () => {
    const refreshes = [
      aRefresh({ id: 'the-roll', status: 'Successful', desired: { templateId, version: '9' } }),
      aRefresh({ id: 'years-ago', status: 'Successful' }),
    ]
    expect(decide({ afterRefreshId: 'the-roll' }, { refreshes })).toEqual({ kind: 'start' })
  })

  it('gives way to a refresh of somebody else', () => {
    expect(decide({}, refreshOnly({ id: 'other', desired: { templateId, version: '6' } }))).toEqual({
      kind: 'failed',
      cause: 'another instance refresh is running on the group (other, InProgress)',
      undone: true,
    })
  })

  it('leaves a group alone that others have moved on', () => {
    const group = aGroup({ launchSource: { ...templateSource, version: '9' } })
    expect(decide({}, { group })).toEqual({
      kind: 'failed',
      cause: `the group has been moved on by others, to version 9 of ${templateId}`,
      undone: false,
    })
    expect(decide({}, { group: aGroup({ launchSource: { kind: 'launch-configuration', name: 'web' } }) })).toMatchObject({
      cause: 'the group does not launch from a template any more',
    })
  })

  it('waits for a refresh that it started and AWS does not show yet', () => {
    expect(decide({ refreshId: 'refresh-8' }, {})).toMatchObject({
      kind: 'follow',
      line: 'waiting for refresh refresh-8 to show',
    })
    expect(decide({ refreshId: 'refresh-8' }, {}, 2 * hourMs)).toEqual({
      kind: 'failed',
      cause: 'AWS does not know the refresh refresh-8 that it started',
      undone: false,
    })
  })
})

describe('while its refresh runs', () => {
  it('follows, saying how far it is', () => {
    expect(decide({}, refreshOnly({}))).toEqual({ kind: 'follow', pauseMs: 15_000, line: '50 %, 1 to go, 2 of 2 in service' })
  })

  it('finds the running refresh by its target alone, as a runner that died before recording it left it', () => {
    const refreshes = [
      aRefresh({ id: 'mine' }),
      aRefresh({ id: 'older', status: 'Successful', desired: { templateId, version: '7' } }),
    ]
    expect(decide({}, { refreshes }).kind).toBe('follow')
  })

  it('says what goes wrong while it may still pass', () => {
    const activities = [aFailedLaunch(minuteMs, 'We currently do not have sufficient t3.large capacity in eu-west-1a.')]
    expect(decide({}, { ...refreshOnly({}), activities })).toMatchObject({
      kind: 'follow',
      line: '50 %, 1 to go, 2 of 2 in service; AWS has no capacity for the instance type: We currently do not have sufficient t3.large capacity in eu-west-1a',
    })
  })

  it('goes back as soon as it is hopeless, long before the deadline', () => {
    const activities = [
      aFailedLaunch(3 * minuteMs, 'Client.InternalError: Client error on launch'),
      aFailedLaunch(minuteMs, 'Client.InternalError: Client error on launch'),
    ]
    expect(decide({}, { ...refreshOnly({}), activities }, 4 * minuteMs)).toEqual({
      kind: 'roll-back',
      cause:
        "new instances end while they start: Client.InternalError: Client error on launch (the group's Auto Scaling service-linked role needs a grant on the image's KMS key)",
    })
  })

  it('goes back at the deadline', () => {
    expect(decide({}, refreshOnly({}), 2 * hourMs - 1).kind).toBe('follow')
    expect(decide({}, refreshOnly({}), 2 * hourMs)).toEqual({ kind: 'roll-back', cause: 'not done after 2h (50 %, 1 to go)' })
  })

  it('gives up when it cannot be rolled back in as much time again and an hour', () => {
    expect(decide({}, refreshOnly({}), 5 * hourMs)).toEqual({
      kind: 'failed',
      cause: 'not done after 2h (50 %, 1 to go); it could not be rolled back',
      undone: false,
    })
  })
})

describe('after its refresh', () => {
  const successful = refreshOnly({ status: 'Successful', percentageComplete: 100, instancesToUpdate: 0, endedAt: isoAt(hourMs) })

  it('has succeeded when the group has settled on the target', () => {
    expect(decide({}, { ...successful, group: aRolledGroup() }, hourMs)).toEqual({
      kind: 'succeeded',
      refreshId: 'refresh-8',
      replaced: 2,
    })
  })

  it('has succeeded also when it is looked at long after the deadline', () => {
    expect(decide({ refreshId: 'refresh-8' }, { ...successful, group: aRolledGroup() }, 30 * hourMs).kind).toBe('succeeded')
  })

  it('has succeeded in an empty group', () => {
    const group = aRolledGroup({ desiredCapacity: 0, instances: [] })
    expect(decide({}, { ...successful, group })).toMatchObject({ kind: 'succeeded', replaced: 0 })
  })

  it.each([
    [
      'an old instance is left',
      aRolledGroup({ instances: [anInstance(3, 8), anInstance(1, 7)] }),
      '1 of its instances not on version 8 (i-00000000000000001)',
    ],
    [
      'an instance is still coming',
      aRolledGroup({ instances: [anInstance(3, 8), anInstance(4, 8, { lifecycle: 'Pending' })] }),
      '1 of 2 in service',
    ],
    [
      'an instance is not healthy',
      aRolledGroup({ instances: [anInstance(3, 8), anInstance(4, 8, { healthy: false })] }),
      '1 of 2 in service',
    ],
    [
      'another version is saved',
      aRolledGroup({ launchSource: templateSource }),
      'the group is saved with version 7, not with version 8',
    ],
  ])('waits ten minutes when %s, then has failed', (_, group, missing) => {
    expect(decide({}, { ...successful, group }, hourMs + 9 * minuteMs)).toMatchObject({
      kind: 'follow',
      line: `refresh ended; ${missing}`,
    })
    expect(decide({}, { ...successful, group }, hourMs + 10 * minuteMs)).toEqual({
      kind: 'failed',
      cause: `the refresh ended as successful, but ${missing}`,
      undone: false,
    })
  })

  it('does not mind an old instance on its way out', () => {
    const group = aRolledGroup({
      instances: [anInstance(3, 8), anInstance(4, 8), anInstance(1, 7, { lifecycle: 'Terminating:Wait' })],
    })
    expect(decide({}, { ...successful, group }, hourMs).kind).toBe('succeeded')
  })

  it('counts capacity by weight', () => {
    const group = aRolledGroup({
      desiredCapacity: 8,
      instances: [anInstance(3, 8, { weight: 4 }), anInstance(4, 8, { weight: 4 })],
    })
    expect(decide({}, { ...successful, group }, hourMs).kind).toBe('succeeded')
  })
})

describe('on the way back', () => {
  it('follows, with the reason its runner had', () => {
    const going = refreshOnly({ status: 'RollbackInProgress' })
    expect(decide({}, going, minuteMs, 'the tests failed')).toMatchObject({ line: '50 %, 1 to go, going back: the tests failed' })
  })

  it('works the reason out again when its runner died', () => {
    const activities = [aFailedLaunch(minuteMs, 'You have reached your quota of vCPUs: VcpuLimitExceeded')]
    expect(decide({}, { ...refreshOnly({ status: 'RollbackInProgress' }), activities })).toMatchObject({
      line: expect.stringContaining('a quota of the account is used up'),
    })
    expect(decide({}, refreshOnly({ status: 'RollbackSuccessful' }), 3 * hourMs)).toMatchObject({
      kind: 'failed',
      cause: 'not done after 2h (50 %, 1 to go)',
    })
  })

  it('has failed and is undone when the group is at rest on what it ran before', () => {
    expect(decide({}, refreshOnly({ status: 'RollbackSuccessful', statusReason: 'An alarm went off.' }))).toEqual({
      kind: 'failed',
      cause: 'An alarm went off',
      undone: true,
    })
  })

  it('waits for the group to be at capacity again', () => {
    const group = aGroup({ instances: [anInstance(1, 7)] })
    const back = refreshOnly({ status: 'RollbackSuccessful', endedAt: isoAt(hourMs) })
    expect(decide({}, { ...back, group }, hourMs, 'it was bad')).toMatchObject({
      kind: 'follow',
      line: 'gone back; 1 of 2 in service',
    })
    expect(decide({}, { ...back, group }, 2 * hourMs, 'it was bad')).toEqual({
      kind: 'failed',
      cause: 'it was bad; the group was rolled back, but 1 of 2 in service',
      undone: false,
    })
  })

  it('gives up at its last moment', () => {
    expect(decide({}, refreshOnly({ status: 'RollbackInProgress' }), 5 * hourMs, 'it was bad')).toEqual({
      kind: 'failed',
      cause: 'it was bad; going back has not ended either',
      undone: false,
    })
  })
})

describe('ended by others', () => {
  it.each(['Failed', 'Cancelled', 'RollbackFailed'] as const)('%s: failed, with what AWS says', (status) => {
    const group = aGroup({ instances: [anInstance(1, 7), anInstance(3, 8)] })
    expect(decide({}, { ...refreshOnly({ status, statusReason: 'Cancelled by ada.' }), group })).toEqual({
      kind: 'failed',
      cause: 'Cancelled by ada',
      undone: false,
    })
  })

  it('is undone when nothing had been replaced', () => {
    expect(decide({}, refreshOnly({ status: 'Cancelled' }))).toEqual({
      kind: 'failed',
      cause: 'the refresh ended as Cancelled',
      undone: true,
    })
  })
})

describe('when another release is to move the group', () => {
  const over = 'web-2026.48.2 takes the group over'
  const yieldTo = (goesBack: boolean) => ({ release: 'web-2026.48.2', goesBack })

  it('stops what runs, or takes it back where that is what the other is for', () => {
    expect(decide({ yieldTo: yieldTo(false) }, refreshOnly({ status: 'InProgress' }))).toEqual({ kind: 'stop', cause: over })
    expect(decide({ yieldTo: yieldTo(true) }, refreshOnly({ status: 'InProgress' }))).toEqual({ kind: 'roll-back', cause: over })
  })

  it('has failed when it is stopped, and says for whom', () => {
    expect(decide({ yieldTo: yieldTo(false) }, refreshOnly({ status: 'Cancelled' }))).toMatchObject({
      kind: 'failed',
      cause: over,
    })
  })

  it('has succeeded when it ended before it could be stopped', () => {
    expect(
      decide({ yieldTo: yieldTo(false) }, { ...refreshOnly({ status: 'Successful' }), group: aRolledGroup() }),
    ).toMatchObject({
      kind: 'succeeded',
    })
  })

  it('gives a refresh that its runner may be starting two minutes to show', () => {
    expect(decide({ yieldTo: yieldTo(false) }, {}, minuteMs)).toMatchObject({ kind: 'follow' })
    expect(decide({ yieldTo: yieldTo(false) }, {}, 2 * minuteMs)).toEqual({ kind: 'failed', cause: over, undone: true })
  })
})

import { describe, expect, it } from 'vitest'
import { troubleOf } from '../../pipeline/roll/trouble.ts'
import { aFailedLaunch, aLaunch, anUnhealthyEnd, isoAt } from './groups.ts'

const since = isoAt(0)

describe('what scaling activities say', () => {
  it.each([
    [
      'KMS',
      'Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state',
      'new instances end while they start',
      2,
    ],
    [
      'no access to the image',
      'Not authorized for images: [ami-00000000000000002]',
      'the image cannot be launched in this account',
      1,
    ],
    ['no such image', "The image id '[ami-00000000000000002]' does not exist", 'the image cannot be launched in this account', 1],
    ['no right', 'You are not authorized to perform this operation', 'the group may not launch instances', 2],
    [
      'quota',
      'You have requested more vCPU capacity than your current vCPU limit of 32 allows',
      'a quota of the account is used up',
      3,
    ],
    ['addresses', 'There are not enough free addresses in subnet-1 to satisfy the request', "the group's subnets are full", 3],
    ['capacity', 'We currently do not have sufficient t3.large capacity', 'AWS has no capacity for the instance type', 10],
    [
      'health',
      'Instance became unhealthy while waiting for instance to be in InService state',
      'new instances start but are not healthy',
      3,
    ],
    ['anything else', 'The sky fell', 'launches fail', 3],
  ])('%s', (_, words, says, patience) => {
    const failures = Array.from({ length: patience }, (_unused, index) => aFailedLaunch(1_000 * (patience - index), words))
    expect(troubleOf(failures, since)).toMatchObject({ cause: expect.stringContaining(`${says}: ${words}`), hopeless: true })
    expect(troubleOf(failures.slice(1), since)?.hopeless ?? false).toBe(false)
  })

  it('hears nothing while all is well', () => {
    expect(troubleOf([], since)).toBeUndefined()
    expect(troubleOf([aLaunch(1_000, 'i-0000000000000000a')], since)).toBeUndefined()
  })

  it('forgets failures once an instance has come and stayed', () => {
    expect(troubleOf([aLaunch(2_000, 'i-0000000000000000a'), aFailedLaunch(1_000, 'no luck')], since)).toBeUndefined()
  })

  it('does not count what happened before the refresh', () => {
    expect(troubleOf([aFailedLaunch(-1_000, 'no luck')], since)).toBeUndefined()
    expect(troubleOf([aFailedLaunch(-1_000, 'no luck')], undefined)).toBeUndefined()
  })

  it.each([
    'an EC2 health check indicating it has been terminated or stopped',
    'an EC2 instance status checks failure',
    'an ELB system health check failure',
    'a user health-check',
  ])('counts new instances taken out in response to %s', (words) => {
    const activities = ['c', 'b', 'a'].flatMap((letter, index) => [
      anUnhealthyEnd(10_000 - 2_000 * index, `i-0000000000000000${letter}`, words),
      aLaunch(9_000 - 2_000 * index, `i-0000000000000000${letter}`),
    ])
    expect(troubleOf(activities, since)).toEqual({
      cause: `new instances start but are not healthy: an instance was taken out of service in response to ${words}`,
      failures: 3,
      hopeless: true,
    })
    expect(troubleOf(activities.slice(2), since)).toMatchObject({ failures: 2, hopeless: false })
  })

  it('does not blame the roll for an old instance that falls ill', () => {
    expect(
      troubleOf([anUnhealthyEnd(1_000, 'i-0000000000000000a', 'an EC2 instance status checks failure')], since),
    ).toBeUndefined()
  })
})

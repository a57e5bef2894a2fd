// EC2's published token buckets: by value, by property, and as a client meets them.

import { DescribeImagesCommand, DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Throttle, type Toll, tollsOf } from '../../pipeline/localcloud/throttle.ts'
import { runningCloud } from './running-cloud.ts'

const rates = (action: string, input = {}) =>
  tollsOf('ec2', action, input).map(({ tokens, rate }) => [tokens, rate.size, rate.perSecond])

describe('what a call takes [doc: ec2-api-throttling]', () => {
  test.each([
    ['DescribeImages', {}, [[1, 100, 20]]],
    ['DescribeInstances', {}, [[1, 50, 10]]],
    ['DescribeInstances', { NextToken: 'x' }, [[1, 50, 10]]],
    ['DescribeInstances', { MaxResults: 5 }, [[1, 100, 20]]],
    ['DescribeInstances', { Filters: [{ Name: 'vpc-id', Values: ['x'] }] }, [[1, 100, 20]]],
    ['CreateLaunchTemplateVersion', {}, [[1, 100, 5]]],
    ['CopyImage', {}, [[1, 100, 1]]],
    ['CreateTags', {}, [[1, 100, 10]]],
    ['CreateImage', {}, [[1, 50, 5]]],
    // prettier-ignore
    [
      'RunInstances',
      { MinCount: 1, MaxCount: 20 },
      [
        [1, 5, 2],
        [20, 1_000, 2],
      ],
    ],
    // prettier-ignore
    [
      'TerminateInstances',
      { InstanceIds: ['a', 'b'] },
      [
        [1, 100, 5],
        [2, 1_000, 20],
      ],
    ],
    // prettier-ignore
    [
      'StartInstances',
      { InstanceIds: ['a', 'b', 'c'] },
      [
        [1, 5, 2],
        [3, 1_000, 2],
      ],
    ],
    // prettier-ignore
    [
      'StopInstances',
      { InstanceIds: ['a', 'b', 'c'] },
      [
        [1, 50, 5],
        [3, 1_000, 20],
      ],
    ],
    ['EnableImageBlockPublicAccess', { ImageBlockPublicAccessState: 'block-new-sharing' }, [[1, 1, 0.1]]],
    ['DisableImageBlockPublicAccess', {}, [[1, 1, 0.1]]],
    ['EnableSnapshotBlockPublicAccess', { State: 'block-all-sharing' }, [[1, 1, 0.1]]],
    ['DisableSnapshotBlockPublicAccess', {}, [[1, 1, 0.1]]],
    ['GetImageBlockPublicAccessState', {}, [[1, 100, 20]]],
    ['constructor', {}, [[1, 50, 5]]],
  ])('%s %j', (action, input, expected) => expect(rates(action, input)).toEqual(expected))

  test('reads that nothing narrows have a bucket of their own, and leave narrowed ones theirs', () => {
    const throttle = new Throttle()
    const asks = (input: object) => throttle.pay('p', tollsOf('ec2', 'DescribeInstances', { ...input }), 1, 0)
    for (let call = 0; call < 50; call++) asks({})
    expect(() => asks({})).toThrow('Request limit exceeded')
    for (let call = 0; call < 100; call++) asks({ MaxResults: 5 })
    expect(() => asks({ MaxResults: 5 })).toThrow('Request limit exceeded')
  })

  test.each([1, 0.001])('two instances are ended on a scale of %s, and more than a whole bucket never', (scale) => {
    const ended = (count: number) => tollsOf('ec2', 'TerminateInstances', { InstanceIds: Array(count).fill('i') })
    new Throttle().pay('p', ended(2), scale, 0)
    expect(() => new Throttle().pay('p', ended(1_001), scale, 0)).toThrow('Request limit exceeded')
  })

  test('block public access is set once in ten seconds, and on a smaller scale still once', () => {
    const toll = tollsOf('ec2', 'EnableImageBlockPublicAccess', {})
    const throttle = new Throttle()
    throttle.pay('p', toll, 1, 0)
    expect(() => throttle.pay('p', toll, 1, 9_999)).toThrow('Request limit exceeded')
    throttle.pay('p', toll, 1, 10_000)
    throttle.pay('q', toll, 0.1, 0)
    expect(() => throttle.pay('q', toll, 0.1, 99_999)).toThrow('Request limit exceeded')
    throttle.pay('q', toll, 0.1, 100_000)
  })

  test('of services that publish no sizes nothing is counted', () => {
    expect(tollsOf('autoscaling', 'DescribeAutoScalingGroups', {})).toEqual([])
  })
})

describe('a bucket', () => {
  const toll = (tokens: number): Toll => ({ bucket: 'A', tokens, rate: { size: 10, perSecond: 2 } })
  const passes = (throttle: Throttle, tokens: number, now: number, place = 'p', scale = 1): boolean => {
    try {
      throttle.pay(place, [toll(tokens)], scale, now)
      return true
    } catch (cause) {
      expect(cause).toMatchObject({ code: 'RequestLimitExceeded', status: 503 })
      return false
    }
  }

  test('never gives more than it held and was filled with, and never less', () => {
    const step = fc.record({ waitMs: fc.integer({ min: 0, max: 3_000 }), tokens: fc.integer({ min: 1, max: 4 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const throttle = new Throttle()
        let now = 0
        let held = 10
        for (const { waitMs, tokens } of steps) {
          now += waitMs
          held = Math.min(10, held + waitMs / 500)
          // Where both sides differ by the rounding of fractions, either answer is right.
          if (Math.abs(held - tokens) < 1e-6) return
          const isPassed = passes(throttle, tokens, now)
          expect(isPassed).toBe(held >= tokens)
          if (isPassed) held -= tokens
        }
      }),
    )
  })

  test('is of one account and region', () => {
    const throttle = new Throttle()
    expect(passes(throttle, 10, 0, 'a')).toBe(true)
    expect(passes(throttle, 1, 0, 'a')).toBe(false)
    expect(passes(throttle, 10, 0, 'b')).toBe(true)
  })

  test('of a smaller scale holds less and fills more slowly', () => {
    const throttle = new Throttle()
    expect([passes(throttle, 5, 0, 'p', 0.5), passes(throttle, 1, 0, 'p', 0.5)]).toEqual([true, false])
    expect([passes(throttle, 1, 999, 'p', 0.5), passes(throttle, 1, 1_000, 'p', 0.5)]).toEqual([false, true])
  })

  test('a call that one of its buckets refuses takes nothing of the other', () => {
    const throttle = new Throttle()
    const both = (tokens: number) => [toll(1), { ...toll(tokens), bucket: 'B' }]
    expect(() => throttle.pay('p', both(11), 1, 0)).toThrow('Request limit exceeded')
    expect(passes(throttle, 10, 0)).toBe(true)
  })
})

test('a client is refused when it asks too often, of that action alone, until it has waited', async () => {
  const { cloud, imageId } = await runningCloud()
  try {
    const client = new EC2Client({
      region: 'eu-central-1',
      endpoint: cloud.endpoint,
      credentials: { ...cloud.credentials },
      maxAttempts: 1,
    })
    await cloud.admin.call('set-throttling', { scale: 0.1 })
    const asked = await Promise.allSettled(Array.from({ length: 12 }, () => client.send(new DescribeInstancesCommand({}))))
    const refused = asked.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(2)
    expect(refused[0]).toMatchObject({ reason: { name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 503 } } })
    await client.send(new DescribeImagesCommand({ Owners: ['self'] }))
    await expect(client.send(new RunInstancesCommand({ ImageId: imageId, MinCount: 1, MaxCount: 1_001 }))).rejects.toMatchObject({
      name: 'RequestLimitExceeded',
    })
    await cloud.admin.call('set-throttling', { scale: 0 })
    for (let call = 0; call < 60; call++) await client.send(new DescribeInstancesCommand({}))
  } finally {
    await cloud.close()
  }
})

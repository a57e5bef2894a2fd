// Two traces compared: what is told, what of it matters, and that the same trace differs in nothing.

import { describe, expect, test } from 'vitest'
import { compareTraces, comparisonLines, differs, type TracedCall } from '../../pipeline/proof/index.ts'

function aCall(action: string, over: Partial<TracedCall> = {}): TracedCall {
  return { service: 'AutoScaling', action, parameters: {}, answer: {}, states: [], status: 200, took: 'under 0.1 s', ...over }
}

/** A refresh as it is polled, once a state. */
function polls(...states: readonly string[]): readonly TracedCall[] {
  const member = 'InstanceRefreshes[].Status'
  return states.map((value) =>
    aCall('DescribeInstanceRefreshes', {
      answer: { InstanceRefreshes: ['list'], 'InstanceRefreshes[]': ['structure'], [member]: [`=${value}`] },
      states: [{ thing: 'instancerefresh-1', member, value }],
    }),
  )
}

const images = aCall('DescribeImages', {
  answer: {
    Images: ['list'],
    'Images[]': ['structure'],
    'Images[].State': ['=available'],
    'Images[].Tags': ['list'],
    'Images[].Tags[]': ['structure'],
    'Images[].Tags[].Key': ['string'],
  },
})

const compare = (aws: readonly TracedCall[], local: readonly TracedCall[]) =>
  compareTraces({ aws, local }, (_, member) => /Status|State|Tags/.test(member))
const found = (aws: readonly TracedCall[], local: readonly TracedCall[]) => compare(aws, local).differences

const without = (call: TracedCall, gone: string): TracedCall => ({
  ...call,
  answer: Object.fromEntries(Object.entries(call.answer).filter(([member]) => !member.startsWith(gone))),
})

describe('compareTraces', () => {
  test('a trace differs from itself in nothing', () => {
    const trace = [images, ...polls('Pending', 'InProgress', 'Successful')]
    expect(found(trace, trace)).toEqual([])
    expect(differs(compare(trace, trace))).toBe(false)
  })

  test('how often something was polled, and which states a poll missed, makes no difference', () => {
    const often = polls('Pending', 'Pending', 'InProgress', 'InProgress', 'Successful')
    const other = [...polls('Pending', 'Successful'), ...polls('InProgress').map((call) => ({ ...call, states: [] }))]
    expect(found(often, other)).toEqual([])
  })

  test('tells of states in another order, and of one that only one side knows', () => {
    expect(found(polls('Pending', 'InProgress', 'Successful'), polls('InProgress', 'Pending', 'Successful'))).toMatchObject([
      { kind: 'states', only: 'aws', sequence: ['Pending', 'InProgress', 'Successful'], matters: true },
      { kind: 'states', only: 'local', sequence: ['InProgress', 'Pending', 'Successful'], matters: true },
    ])
    expect(found(polls('Pending', 'Baking', 'Successful'), polls('Pending', 'Successful'))).toMatchObject([
      { kind: 'value', only: 'aws', value: 'Baking', matters: true },
    ])
  })

  test('tells of an action that was called on one side only', () => {
    expect(found([images], [images, aCall('RollbackInstanceRefresh')])).toEqual([
      { kind: 'action', action: 'AutoScaling RollbackInstanceRefresh', only: 'local', matters: true },
    ])
  })

  test('tells of a member that the local cloud leaves out once, and that it matters when drover reads it or what it holds', () => {
    expect(found([images], [without(images, 'Images[].Tags')])).toEqual([
      { kind: 'member', action: 'AutoScaling DescribeImages', only: 'aws', member: 'Images[].Tags', matters: true },
    ])
    const more: TracedCall = { ...images, answer: { ...images.answer, 'Images[].BootMode': ['string'] } }
    expect(found([more], [images])).toMatchObject([{ kind: 'member', member: 'Images[].BootMode', matters: false }])
    expect(differs(compare([more], [images]))).toBe(false)
  })

  test('does not mind a reason that a refresh gives only while it waits, and tells of it still', () => {
    const refreshes = (answer: TracedCall['answer']) => aCall('DescribeInstanceRefreshes', { answer })
    const waiting = refreshes({ 'InstanceRefreshes[]': ['structure'], 'InstanceRefreshes[].StatusReason': ['string'] })
    const member = 'InstanceRefreshes[].StatusReason'
    expect(found([refreshes({ 'InstanceRefreshes[]': ['structure'] })], [waiting])).toMatchObject([
      { kind: 'member', only: 'local', member, matters: false },
    ])
  })

  test('says of a list that was always empty that nothing can be said of what it holds', () => {
    expect(found([images], [without(images, 'Images[].Tags[]')])).toEqual([
      { kind: 'empty', action: 'AutoScaling DescribeImages', side: 'local', member: 'Images[].Tags', matters: false },
    ])
  })

  test('tells of another type, and takes an enumerated value for the string it is', () => {
    const numbered: TracedCall = { ...images, answer: { ...images.answer, 'Images[].State': ['number'] } }
    expect(found([numbered], [images])).toMatchObject([
      { kind: 'type', member: 'Images[].State', aws: ['number'], matters: true },
    ])
    const unlisted: TracedCall = { ...images, answer: { ...images.answer, 'Images[].State': ['=available', 'string'] } }
    expect(found([unlisted], [images])).toEqual([])
  })

  test('does not mind that a thing of another type was made', () => {
    const tags = (...types: string[]) =>
      aCall('DescribeTags', { service: 'EC2', answer: { 'Tags[].ResourceType': types.map((type) => `=${type}`) } })
    const told = compare([tags('image', 'key-pair')], [tags('image')])
    expect(told.differences).toMatchObject([{ kind: 'value', value: 'key-pair', matters: false }])
  })

  test('tells of another error, and does not mind that AWS turned a caller away', () => {
    const refused = (errorCode: string) => aCall('DescribeImages', { errorCode, status: 400 })
    expect(found([images, refused('InvalidAMIID.Unavailable')], [images, refused('InvalidAMIID.NotFound')])).toMatchObject([
      { kind: 'error', only: 'aws', code: 'InvalidAMIID.Unavailable', matters: true },
      { kind: 'error', only: 'local', code: 'InvalidAMIID.NotFound', matters: true },
    ])
    expect(differs(compare([images, refused('RequestLimitExceeded')], [images]))).toBe(false)
  })

  test('says it to a person, what matters first', () => {
    const more: TracedCall = { ...images, answer: { ...images.answer, 'Images[].BootMode': ['string'] } }
    expect(comparisonLines(compare([more, ...polls('Baking')], [images, ...polls('Pending')]))).toMatchInlineSnapshot(`
      [
        "2 actions compared: 2 calls of AWS, 2 of the local cloud",
        "1 of what drover reads differ:",
        "  AutoScaling DescribeInstanceRefreshes: InstanceRefreshes[].Status was Baking with AWS only",
        "2 differ that drover does not read, or that polls may miss:",
        "  AutoScaling DescribeImages: only AWS answers Images[].BootMode",
        "  AutoScaling DescribeInstanceRefreshes: InstanceRefreshes[].Status was Pending with the local cloud only",
      ]
    `)
  })
})

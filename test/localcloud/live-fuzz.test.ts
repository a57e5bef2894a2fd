// Requests about things that are there, right but for a few of their fields: answered, never with a failure of the cloud's own, now or later.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coverage } from '../../pipeline/localcloud/coverage.ts'
import { type Fields, type Live, type LiveCloud, liveCloud, liveRequests } from './live-requests.ts'

const ids = ['image', 'snapshot', 'instance', 'member', 'securityGroup', 'subnet', 'template', 'group'] as const
const nowhere = Object.fromEntries(ids.map((kind) => [kind, kind])) as Record<keyof Live, string>
const requests = liveRequests(nowhere)

describe('as it stands, each is answered', () => {
  test.each(requests.map(({ fields }, index) => [fields[0]?.[1], index]))('%s (%i)', async (_, index) => {
    const made = await liveCloud((line) => expect.unreachable(line))
    const asked = liveRequests(made.live)[Number(index)]
    const { status, text } = await made.form(asked?.service ?? 'ec2', asked?.fields ?? [])
    expect(status, text).toBe(200)
  })
})

const words = ['', 'x', '*', '$Latest', '$Default', 'true', '__proto__', '2026-13-45T00:00:00Z', '\u0000', 'x'.repeat(300), '=']
const numbers = ['0', '-1', '1', '1.5', '2.5', '3', '1e3', '1e999', '-0', '101', '65536', '4294967296', '9007199254740993']
type Value = { readonly live: keyof Live } | string
const number = fc.constantFrom(...numbers)
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom(...words),
  number,
  fc.constantFrom(...ids).map((live) => ({ live })),
)

type Spoil =
  | { readonly at: number; readonly value: Value }
  | { readonly without: number }
  | { readonly more: string; readonly value: Value }

const handled = new Map(coverage().map(({ action, handled: names }) => [action, names]))
const deeper = ['', '.1', '.member.1', '.1.Value', '.1.Key', '.Version', '.Value']

/** A request by its place in the list, and what is done to it. */
const spoiled = fc.nat({ max: requests.length - 1 }).chain((index) => {
  const fields = requests[index]?.fields ?? []
  const names = handled.get(fields[0]?.[1] ?? '') ?? []
  const at = fc.integer({ min: 1, max: fields.length - 1 })
  const counts = fields.flatMap(([, text], at) => (/^\d+$/.test(text) ? [at] : []))
  const counted = counts.length === 0 ? at : fc.constantFrom(...counts)
  const more = fc.tuple(fc.constantFrom(...names, 'DryRun'), fc.constantFrom(...deeper)).map((parts) => parts.join(''))
  const spoil: fc.Arbitrary<Spoil> = fc.oneof(
    // What is a number, mostly becomes another one.
    { weight: 4, arbitrary: fc.record({ at: counted, value: counts.length === 0 ? value : number }) },
    { weight: 2, arbitrary: fc.record({ at, value }) },
    { weight: 1, arbitrary: fc.record({ without: at }) },
    { weight: 1, arbitrary: fc.record({ more, value }) },
  )
  return fc.record({ index: fc.constant(index), spoils: fc.array(spoil, { maxLength: 3 }) })
})

function spoilt(fields: Fields, spoils: readonly Spoil[], live: Live): Fields {
  const text = (one: Value) => (typeof one === 'string' ? one : live[one.live])
  const spoilt = new Map(fields)
  for (const spoil of spoils) {
    if ('more' in spoil) spoilt.set(spoil.more, text(spoil.value))
    else if ('without' in spoil) spoilt.delete(fields[spoil.without]?.[0] ?? '')
    else spoilt.set(fields[spoil.at]?.[0] ?? '', text(spoil.value))
  }
  return [...spoilt]
}

/** Every group has whole numbers, in their order. */
async function hasSoundGroups(made: LiveCloud): Promise<void> {
  const { AutoScalingGroups } = await made.ask('autoscaling', 'DescribeAutoScalingGroups')
  for (const { MinSize, DesiredCapacity, MaxSize } of AutoScalingGroups) {
    for (const size of [MinSize, DesiredCapacity, MaxSize]) expect(Number.isSafeInteger(size)).toBe(true)
    expect(MinSize).toBeLessThanOrEqual(DesiredCapacity)
    expect(DesiredCapacity).toBeLessThanOrEqual(MaxSize)
  }
}

/** Every list is answered, and with words that were given. */
async function hasSoundLists(made: LiveCloud): Promise<void> {
  const reads = ['DescribeInstances', 'DescribeVolumes', 'DescribeImages', 'DescribeSecurityGroups', 'DescribeLaunchTemplates']
  for (const Action of reads) {
    const { status, text } = await made.form('ec2', [['Action', Action]])
    expect(status).toBe(200)
    expect(text).not.toMatch(/NaN|Infinity|undefined|\[object/)
  }
}

test('spoilt in any way, twenty after one another are answered, and what they leave goes on working', async () => {
  const answered = { well: 0, notFound: 0, all: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(spoiled, { minLength: 20, maxLength: 20 }), async (sequence) => {
      const complaints: string[] = []
      const made = await liveCloud((line) => complaints.push(line))
      for (const { index, spoils } of sequence) {
        const asked = liveRequests(made.live)[index]
        if (asked === undefined) continue
        const fields = spoilt(asked.fields, spoils, made.live)
        const { status, text } = await made.form(asked.service, fields)
        expect(status, `${JSON.stringify(fields)}: ${text}`).toBeLessThan(500)
        if (asked.service === 'autoscaling' && status === 200) await hasSoundGroups(made)
        answered.all++
        if (status === 200) answered.well++
        if (/NotFound/.test(text)) answered.notFound++
      }
      await made.advance(5 * 60_000, undefined, 20_000)
      await hasSoundLists(made)
      await hasSoundGroups(made)
      expect(complaints).toEqual([])
    }),
    { numRuns: 30, seed: 20_261_129 },
  )
  // Otherwise little of what is behind the look-ups was reached.
  expect(answered.well).toBeGreaterThan(answered.all / 5)
  expect(answered.notFound).toBeLessThan(answered.all / 10)
}, 120_000)

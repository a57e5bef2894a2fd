// Condition operators: what each means, what is missing, several values, and what is refused.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contextOf, type Facts, parsePolicy, ruling } from '../../../pipeline/localcloud/policies/index.ts'

type Found = string | readonly string[] | undefined

function holds(operator: string, wanted: unknown, found: Found, key = 'aws:Some'): boolean {
  const statement = { Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { [key]: wanted } } }
  const document = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'identity')
  const facts: Facts = { [key]: found }
  return ruling([document], { action: 'ec2:X', resource: '*', context: contextOf(facts) }) === 'allowed'
}

const session = 'arn:aws:iam::111122223333:role/ops/drover'

describe('an operator holds', () => {
  test.each<[string, unknown, string, boolean]>([
    ['StringEquals', 'web', 'web', true],
    ['StringEquals', 'web', 'Web', false],
    ['StringEquals', ['api', 'web'], 'web', true],
    ['StringEquals', 'w*', 'web', false],
    ['StringEquals', true, 'true', true],
    ['StringEqualsIgnoreCase', 'web', 'WEB', true],
    ['StringLike', 'w?b*', 'web-1', true],
    ['StringLike', 'w?b', 'web-1', false],
    ['ArnEquals', 'arn:aws:iam::*:role/*/drover', session, true],
    ['ArnLike', 'arn:aws:iam::111122223333:role/*', session, true],
    ['ArnLike', 'arn:*:role/ops/drover', session, true],
    ['ArnLike', 'arn:aws:*:role:x:ops/drover', session, false],
    ['Bool', 'true', 'true', true],
    ['Bool', false, 'true', false],
    ['BinaryEquals', 'AQI=', 'AQI=', true],
    ['NumericEquals', '10', '10.0', true],
    ['NumericLessThan', 10, '9', true],
    ['NumericLessThan', 10, '10', false],
    ['NumericLessThanEquals', 10, '10', true],
    ['NumericGreaterThan', 10, '11', true],
    ['NumericGreaterThanEquals', 10, '9', false],
    ['NumericEquals', 10, 'ten', false],
    ['DateEquals', '2026-11-22T06:00:00Z', '2026-11-22T07:00:00+01:00', true],
    ['DateLessThan', '2026-11-22T06:00:00Z', '2026-11-22T05:59:59Z', true],
    ['DateLessThanEquals', '2026-11-22', '2026-11-22T00:00:00Z', true],
    ['DateGreaterThan', 1_795_327_200, '2026-11-22T06:00:01Z', true],
    ['DateGreaterThanEquals', '2026-11-22T06:00:00Z', '2026-11-22T05:00:00Z', false],
    ['IpAddress', '10.0.0.0/8', '10.1.2.3', true],
    ['IpAddress', ['192.0.2.1', '2001:db8::/32'], '192.0.2.1', true],
    ['IpAddress', '2001:db8::/32', '2001:db8::1', true],
    ['IpAddress', '10.0.0.0/8', '11.0.0.1', false],
    ['IpAddress', '10.0.0.0/8', 'nowhere', false],
  ])('%s %j on %s: %s', (operator, wanted, found, expected) => expect(holds(operator, wanted, found)).toBe(expected))
})

const negations = [
  ['StringNotEquals', 'StringEquals', fc.constantFrom('a', 'b', 'A', 'a*')],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase', fc.constantFrom('a', 'b', 'A')],
  ['StringNotLike', 'StringLike', fc.constantFrom('a', 'ab', 'a*', '?')],
  ['ArnNotLike', 'ArnLike', fc.constantFrom('arn:aws:iam::1:role/a', 'arn:aws:iam::*:role/*', session)],
  ['ArnNotEquals', 'ArnEquals', fc.constantFrom('arn:aws:iam::1:role/a', 'arn:aws:iam::*:role/*', session)],
  ['NumericNotEquals', 'NumericEquals', fc.integer({ min: 0, max: 3 }).map(String)],
  ['DateNotEquals', 'DateEquals', fc.constantFrom('2026-11-22', '2026-11-22T00:00:00Z', '2026-11-23')],
  ['NotIpAddress', 'IpAddress', fc.constantFrom('10.0.0.1', '10.0.0.2')],
] as const

describe('a negation', () => {
  test.each(negations)('%s is what %s is not', (negated, positive, value) =>
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), value, (wanted, found) => {
        expect(holds(negated, wanted, found)).toBe(!holds(positive, wanted, found))
      }),
    ),
  )

  test.each(negations)('%s holds for a key that is not there, and %s does not', (negated, positive, value) =>
    fc.assert(
      fc.property(value, (wanted) => {
        expect([holds(negated, wanted, undefined), holds(positive, wanted, undefined)]).toEqual([true, false])
        expect(holds(`${positive}IfExists`, wanted, undefined)).toBe(true)
      }),
    ),
  )

  test.each(negations)('%sIfExists and %sIfExists are the plain ones where the key is there', (negated, positive, value) =>
    fc.assert(
      fc.property(value, value, (wanted, found) => {
        for (const operator of [negated, positive])
          expect(holds(`${operator}IfExists`, wanted, found)).toBe(holds(operator, wanted, found))
      }),
    ),
  )
})

test('all conditions must hold, every operator and every key', () => {
  const both = (StringEquals: object, Bool: object) => {
    const statement = { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEquals, Bool } }
    const facts = { 'aws:A': 'a', 'aws:B': 'b', 'aws:C': 'true' }
    const document = parsePolicy(JSON.stringify({ Statement: statement }), 'identity')
    return ruling([document], { action: 'ec2:X', resource: '*', context: contextOf(facts) })
  }
  expect(both({ 'aws:A': 'a', 'aws:B': 'b' }, { 'aws:C': 'true' })).toBe('allowed')
  expect(both({ 'aws:A': 'a', 'aws:B': 'x' }, { 'aws:C': 'true' })).toBe('unmentioned')
  expect(both({ 'aws:A': 'a', 'aws:B': 'b' }, { 'aws:C': 'false' })).toBe('unmentioned')
})

describe('a key of several values', () => {
  const values = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })
  const wanted = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })

  test('ForAllValues: none of them is another; ForAnyValue: one of them is one', () =>
    fc.assert(
      fc.property(wanted, values, (list, found) => {
        expect(holds('ForAllValues:StringEquals', list, found)).toBe(found.every((one) => list.includes(one)))
        expect(holds('ForAnyValue:StringEquals', list, found)).toBe(found.some((one) => list.includes(one)))
        expect(holds('ForAllValues:StringNotEquals', list, found)).toBe(found.every((one) => !list.includes(one)))
        expect(holds('ForAnyValue:StringNotEquals', list, found)).toBe(found.some((one) => !list.includes(one)))
      }),
    ))

  test('a key that is not there: ForAnyValue holds only with IfExists', () => {
    expect(holds('ForAnyValue:StringEquals', 'a', undefined)).toBe(false)
    expect(holds('ForAnyValue:StringNotEquals', 'a', undefined)).toBe(false)
    expect(holds('ForAnyValue:StringEqualsIfExists', 'a', undefined)).toBe(true)
    expect(holds('ForAllValues:StringEquals', 'a', undefined)).toBe(true)
  })
})

test('Null tells whether a key is there', () => {
  expect([holds('Null', 'true', undefined), holds('Null', 'true', 'a'), holds('Null', 'true', [])]).toEqual([true, false, true])
  expect([holds('Null', false, undefined), holds('Null', false, 'a')]).toEqual([false, true])
})

test('a value may be a policy variable', () => {
  const statement = {
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: {
      StringEquals: { 'aws:ResourceTag/team': `\${aws:PrincipalTag/team}` },
      NumericLessThan: { 'ec2:VolumeSize': `\${aws:PrincipalTag/gib}` },
    },
  }
  const document = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'identity')
  const ask = (facts: Facts) => ruling([document], { action: 'ec2:X', resource: '*', context: contextOf(facts) })
  const facts = {
    'aws:ResourceTag/team': 'web',
    'aws:PrincipalTag/team': 'web',
    'ec2:VolumeSize': '8',
    'aws:PrincipalTag/gib': '9',
  }
  expect(ask(facts)).toBe('allowed')
  expect(ask({ ...facts, 'aws:PrincipalTag/team': 'api' })).toBe('unmentioned')
  expect(ask({ ...facts, 'aws:PrincipalTag/gib': 'many' })).toBe('unmentioned')
  expect(ask({ ...facts, 'aws:PrincipalTag/team': undefined, 'aws:ResourceTag/team': undefined })).toBe('unmentioned')
})

describe('refused', () => {
  test.each([
    ['StringMatches', 'a', 'Invalid Condition type : StringMatches.'],
    ['NotStringEquals', 'a', 'Invalid Condition type : NotStringEquals.'],
    ['BoolNot', 'true', 'Invalid Condition type : BoolNot.'],
    ['NullIfExists', 'true', 'Invalid Condition type : NullIfExists.'],
    ['ForSomeValues:StringEquals', 'a', 'Invalid Condition type'],
    ['constructor', 'a', 'Invalid Condition type'],
    ['NumericEquals', 'ten', 'is not a number'],
    ['DateLessThan', 'yesterday', 'is not a date'],
    ['Bool', 'yes', 'is not a boolean'],
    ['IpAddress', '10.0.0.0/33', 'is not an IP address'],
    ['StringEquals', [], 'must be a text or a list of texts'],
    ['StringEquals', { a: 1 }, 'must be a text or a list of texts'],
    ['StringEquals', `\${aws:PrincipalTag/team`, 'not well formed'],
  ])('%s %j', (operator, wanted, message) => expect(() => holds(operator, wanted, 'a')).toThrow(message))

  test('a key of no vendor', () => expect(() => holds('StringEquals', 'a', 'a', 'team')).toThrow('must be prefaced by a vendor'))
})

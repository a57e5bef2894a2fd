// What policies allow: an explicit denial wins, nothing said is not allowed, wildcards and variables mean what IAM says they do.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contextOf, type Facts, parsePolicy, ruling } from '../../../pipeline/localcloud/policies/index.ts'

const version = '2012-10-17'

function policy(...statements: readonly object[]) {
  return parsePolicy(JSON.stringify({ Version: version, Statement: statements }), 'identity')
}

const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' }
const denyAll = { ...allowAll, Effect: 'Deny' }
const image = 'arn:aws:ec2:eu-central-1::image/ami-1'

function asked(statement: object, action = 'ec2:DeregisterImage', resource = image, facts: Facts = {}) {
  return ruling([policy({ ...allowAll, ...statement })], { action, resource, context: contextOf(facts) })
}

describe('an action', () => {
  test.each([
    ['ec2:DeregisterImage', 'allowed'],
    ['EC2:deregisterIMAGE', 'allowed'],
    ['ec2:Deregister*', 'allowed'],
    ['ec2:?eregisterImage', 'allowed'],
    ['ec2:Deregister', 'unmentioned'],
    ['ec2:DeregisterImages', 'unmentioned'],
    ['autoscaling:*', 'unmentioned'],
    [['s3:*', 'ec2:*'], 'allowed'],
  ])('%j', (Action, expected) => expect(asked({ Action })).toBe(expected))

  test('all but those', () => {
    const statement = { Effect: 'Allow', NotAction: 'ec2:Describe*', Resource: '*' }
    const ask = (action: string) => ruling([policy(statement)], { action, resource: '*', context: contextOf({}) })
    expect([ask('ec2:DescribeImages'), ask('ec2:RunInstances')]).toEqual(['unmentioned', 'allowed'])
  })
})

describe('a resource', () => {
  test.each([
    [image, 'allowed'],
    ['arn:aws:ec2:*::image/*', 'allowed'],
    ['arn:aws:ec2:*', 'allowed'],
    ['arn:aws:ec2:eu-central-1::image/ami-?', 'allowed'],
    ['arn:aws:ec2:eu-central-1::IMAGE/ami-1', 'unmentioned'],
    ['arn:aws:ec2:eu-west-1::image/*', 'unmentioned'],
  ])('%s', (Resource, expected) => expect(asked({ Resource })).toBe(expected))

  test('all but that', () => {
    const { Resource: _resource, ...statement } = allowAll
    const but = (NotResource: string) =>
      ruling([policy({ ...statement, NotResource })], { action: 'ec2:X', resource: image, context: contextOf({}) })
    expect([but(image), but('arn:aws:ec2:eu-west-1::image/*')]).toEqual(['unmentioned', 'allowed'])
  })
})

describe('a policy variable', () => {
  const Resource = `arn:aws:ec2:eu-central-1::image/\${aws:PrincipalTag/team}-*`
  const resource = 'arn:aws:ec2:eu-central-1::image/web-1'
  const ask = (text: string, facts: Facts) => asked({ Resource: text }, 'ec2:X', resource, facts)

  test('is the value of the request', () => expect(ask(Resource, { 'aws:principaltag/TEAM': 'web' })).toBe('allowed'))
  test('without a value matches nothing', () => expect(ask(Resource, {})).toBe('unmentioned'))
  test('of several values matches nothing', () =>
    expect(ask(Resource, { 'aws:PrincipalTag/team': ['web', 'api'] })).toBe('unmentioned'))
  test('brings no wildcards', () => expect(ask(Resource, { 'aws:PrincipalTag/team': '*' })).toBe('unmentioned'))
  test('has a default', () => expect(ask(Resource.replace('team}', `team, 'web'}`), {})).toBe('allowed'))
  test('is plain text before 2012-10-17', () => {
    const text = JSON.stringify({ Statement: { ...allowAll, Resource } })
    const facts = { 'aws:PrincipalTag/team': 'web' }
    const question = { action: 'ec2:X', resource, context: contextOf(facts) }
    expect(ruling([parsePolicy(text, 'identity')], question)).toBe('unmentioned')
    expect(ruling([parsePolicy(text, 'identity')], { ...question, resource: Resource })).toBe('allowed')
  })
  test('of a special character is that character', () => {
    const Condition = { StringLike: { 'aws:RequestTag/mark': `\${*}\${?}\${$}*` } }
    expect(asked({ Condition }, 'ec2:X', image, { 'aws:RequestTag/mark': '*?$ and more' })).toBe('allowed')
    expect(asked({ Condition }, 'ec2:X', image, { 'aws:RequestTag/mark': 'ab$ and more' })).toBe('unmentioned')
  })
})

describe('of any statements', () => {
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('*', 'ec2:*', 'ec2:Run*', 'ssm:*', 'ec2:RunInstances'),
    Resource: fc.constantFrom('*', image, 'arn:aws:ec2:*:*:instance/*'),
  })
  const question = fc.record({
    action: fc.constantFrom('ec2:RunInstances', 'ec2:DescribeImages', 'ssm:SendCommand'),
    resource: fc.constantFrom('*', image, 'arn:aws:ec2:eu-central-1:000000000001:instance/i-1'),
    context: fc.constant(contextOf({})),
  })
  const statements = fc.array(statement, { minLength: 1, maxLength: 6 })

  test('their order, and which document they are in, are nothing to it', () =>
    fc.assert(
      fc.property(statements, question, (list, ask) => {
        const whole = ruling([policy(...list)], ask)
        expect(ruling([policy(...[...list].reverse())], ask)).toBe(whole)
        expect(
          ruling(
            list.map((one) => policy(one)),
            ask,
          ),
        ).toBe(whole)
      }),
    ))

  test('a denial wins over all of them, and an allowance only over silence', () =>
    fc.assert(
      fc.property(statements, question, (list, ask) => {
        const before = ruling([policy(...list)], ask)
        expect(ruling([policy(...list, denyAll)], ask)).toBe('denied')
        expect(ruling([policy(...list, allowAll)], ask)).toBe(before === 'denied' ? 'denied' : 'allowed')
      }),
    ))

  test('no statement allows nothing', () =>
    fc.assert(
      fc.property(question, (ask) => {
        expect(ruling([], ask)).toBe('unmentioned')
      }),
    ))
})

test('wildcards match as a regular expression of the same meaning does', () => {
  const letter = fc.constantFrom('a', 'b', '/', ':', '*', '?')
  const written = fc.array(letter, { maxLength: 8 }).map((letters) => letters.join(''))
  const text = fc.array(fc.constantFrom('a', 'b', '/', ':'), { maxLength: 8 }).map((letters) => letters.join(''))
  fc.assert(
    fc.property(written, text, (pattern, name) => {
      const expression = new RegExp(`^${pattern.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 's')
      const resource = `arn:aws:ec2:::${name}`
      expect(asked({ Resource: `arn:aws:ec2:::x${pattern}` }, 'ec2:X', `arn:aws:ec2:::x${name}`)).toBe(
        expression.test(resource.slice('arn:aws:ec2:::'.length)) ? 'allowed' : 'unmentioned',
      )
    }),
    { numRuns: 1_000 },
  )
})

test('a pattern made to be slow is not', () => {
  const resource = `arn:aws:ec2:::${'a'.repeat(2_000)}`
  const began = performance.now()
  expect(asked({ Resource: `arn:aws:ec2:::${'*a'.repeat(200)}b` }, 'ec2:X', resource)).toBe('unmentioned')
  expect(performance.now() - began).toBeLessThan(1_000)
})

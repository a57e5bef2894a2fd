// Policy documents: read whole, or refused in IAM's words; nothing in them is ignored.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contextOf, PolicyFlaw, type PolicyKind, parsePolicy, ruling } from '../../../pipeline/localcloud/policies/index.ts'

const allow = { Effect: 'Allow', Action: 'ec2:*', Resource: '*' }
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } }

function read(statement: unknown, kind: PolicyKind = 'identity', more: object = {}) {
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement, ...more }), kind)
}

test('a statement alone is a list of one', () => expect(read(allow)).toHaveLength(1))

test('an identity and a version of before are read', () =>
  expect(read([allow, allow], 'identity', { Id: 'x', Version: '2008-10-17' })).toHaveLength(2))

describe('refused in an identity policy', () => {
  test.each([
    ['no statement', [], 'It has no statement'],
    ['an effect of another word', { ...allow, Effect: 'allow' }, 'Effect must be Allow or Deny'],
    ['an unknown element', { ...allow, Conditions: {} }, 'Unknown element Conditions'],
    ['an action without a service', { ...allow, Action: 'RunInstances' }, 'must be prefaced by a vendor'],
    ['no action', { Effect: 'Allow', Resource: '*' }, 'Policy statement must contain actions.'],
    ['actions that are none', { ...allow, Action: [] }, 'Policy statement must contain actions.'],
    ['an action and its opposite', { ...allow, NotAction: 'ec2:*' }, 'Both actions and their opposite'],
    ['no resource', { Effect: 'Allow', Action: '*' }, 'Policy statement must contain resources.'],
    ['a resource that is no ARN', { ...allow, Resource: 'ami-1' }, 'Resource ami-1 must be in ARN format or "*".'],
    ['a principal', { ...allow, Principal: '*' }, 'Policy document should not specify a principal.'],
    ['an odd statement ID', { ...allow, Sid: 'a b' }, 'Statement IDs (SID) must be alpha-numeric'],
    ['a condition that is no object', { ...allow, Condition: [] }, 'Condition must be an object'],
    ['a statement that is a text', 'allow', 'Syntax errors in policy.'],
  ])('%s', (_, statement, message) => expect(() => read(statement)).toThrow(message))

  test('two statements of one ID', () =>
    expect(() =>
      read([
        { ...allow, Sid: 'A' },
        { ...allow, Sid: 'A' },
      ]),
    ).toThrow('must be unique'))
  test('another version', () => expect(() => read(allow, 'identity', { Version: '2026-01-01' })).toThrow('version 2012-10-17'))
  test('an unknown element beside the statements', () =>
    expect(() => read(allow, 'identity', { Comment: 'x' })).toThrow('Comment'))
  test('what is no JSON', () => expect(() => parsePolicy('{', 'identity')).toThrow('invalid Json'))
  test('a key written twice, of which one would be lost', () => {
    const text = JSON.stringify({ Statement: { ...allow, Condition: { Bool: { 'aws:A': 'true' } } } })
    const twice = text.replace('"Condition":', '"Condition":{"Bool":{"aws:B":"true"}},"Condition":')
    expect(() => parsePolicy(twice, 'identity')).toThrow('A key is written twice')
  })
})

describe('refused in a trust policy', () => {
  test.each([
    ['a resource', { ...trust, Resource: '*' }, 'Policy document should not specify a resource.'],
    ['no principal', { Effect: 'Allow', Action: 'sts:AssumeRole' }, 'must contain principals'],
    ['another service’s action', { ...trust, Action: 'ec2:*' }, 'may only specify STS AssumeRole actions'],
    ['a part of a name', { ...trust, Principal: { AWS: 'arn:aws:iam::111122223333:role/web-*' } }, 'Invalid principal in policy'],
    ['an unknown kind of principal', { ...trust, Principal: { Azure: 'x' } }, 'Invalid principal in policy: "Azure"'],
    ['a service that is none', { ...trust, Principal: { Service: 'ec2' } }, 'Invalid principal in policy: "Service":"ec2"'],
    ['an allowance for all but some', { Effect: 'Allow', Action: 'sts:*', NotPrincipal: { AWS: '*' } }, 'NotPrincipal'],
  ])('%s', (_, statement, message) => expect(() => read(statement, 'trust')).toThrow(message))
})

test('a trust policy is about those it names; an account is its root', () => {
  const ask = (names: readonly string[], statement: object = trust) =>
    ruling([read(statement, 'trust')], {
      action: 'sts:AssumeRole',
      resource: 'arn:aws:iam::1:role/x',
      context: contextOf({}),
      principals: new Set(names),
    })
  expect(ask(['arn:aws:iam::111122223333:root'])).toBe('allowed')
  expect(ask(['arn:aws:iam::444455556666:root'])).toBe('unmentioned')
  expect(ask(['anyone'], { ...trust, Principal: '*' })).toBe('allowed')
  const others = { Effect: 'Deny', Action: 'sts:AssumeRole', NotPrincipal: { AWS: '111122223333' } }
  expect(ask(['arn:aws:iam::444455556666:root'], others)).toBe('denied')
  expect(ask(['arn:aws:iam::111122223333:root'], others)).toBe('unmentioned')
})

test('whatever is written, it is read or refused, never a failure of the reader', () => {
  const word = fc.constantFrom(
    'Effect',
    'Allow',
    'Action',
    '*',
    'ec2:*',
    'Resource',
    'Condition',
    'Bool',
    'aws:A',
    '__proto__',
    '${',
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.constantFrom(null, true, 1),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(word, tie('tree'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(tree, fc.constantFrom<PolicyKind>('identity', 'trust'), (statement, kind) => {
      try {
        expect(read(statement, kind).length).toBeGreaterThan(0)
      } catch (cause) {
        expect(cause).toBeInstanceOf(PolicyFlaw)
      }
    }),
    { numRuns: 2_000 },
  )
})

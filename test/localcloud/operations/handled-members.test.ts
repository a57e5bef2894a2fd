// What operations say they handle exists in the service's own model, and what they do not say is refused by name.

import type { NormalizedSchema } from '@smithy/core/schema'
import { expect, test } from 'vitest'
import { launchMembers } from '../../../pipeline/localcloud/operations/ec2/launch-request.ts'
import { operations } from '../../../pipeline/localcloud/operations/index.ts'
import { type AnyOperation, firstUnhandled, refuseUnhandled } from '../../../pipeline/localcloud/operations/operation.ts'
import { type ServiceName, serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'

const all = (Object.entries(operations) as [ServiceName, Record<string, AnyOperation>][]).flatMap(([service, actions]) =>
  Object.entries(actions).map(([action, operation]) => ({ service, action, operation })),
)

test.each(all)('$service $action handles only members of its model', ({ service, action, operation }) => {
  const input = serviceNamed(service)?.action(action)?.input
  for (const path of operation.handles) expect([path, exists(input, path.split('.'))]).toEqual([path, true])
})

test('every member a launch implements is one of RunInstances', () => {
  const input = serviceNamed('ec2')?.action('RunInstances')?.input
  for (const path of launchMembers) expect([path, exists(input, path.split('.'))]).toEqual([path, true])
})

function exists(schema: NormalizedSchema | undefined, path: readonly string[]): boolean {
  const [name, ...rest] = path
  if (schema === undefined) return false
  if (name === undefined) return true
  const item = schema.isListSchema() ? schema.getValueSchema() : schema
  if (!item.isStructSchema()) return false
  const member = new Map(item.structIterator()).get(name)
  return member !== undefined && exists(member, rest)
}

test.each([
  [{ A: 1 }, ['A'], undefined],
  [{ A: { B: 1 } }, ['A'], undefined],
  [{ A: { B: 1 } }, ['A.B'], undefined],
  [{ A: { B: 1, C: 2 } }, ['A.B'], 'A.C'],
  [{ A: [{ B: 1 }, { C: [2] }] }, ['A.B'], 'A.C'],
  [{ A: undefined }, [], undefined],
  [{ A: [] }, [], undefined],
  [{ A: false }, [], 'A'],
  [{ A: new Date(0) }, [], 'A'],
])('of %j with %j handled, %s is the first that is not', (input, handled, stray) => {
  expect(firstUnhandled(input, '', handled)).toBe(stray)
})

test('a parameter that is not handled is refused with its path and its action', () => {
  expect(() => refuseUnhandled('RunInstances', { CpuOptions: { CoreCount: 2 } }, ['ImageId'])).toThrow(
    'The local cloud does not implement the parameter CpuOptions.CoreCount of RunInstances.',
  )
})

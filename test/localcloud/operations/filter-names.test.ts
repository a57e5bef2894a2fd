// Filters that EC2 has and this cloud has not are refused as such: which those are is read off the SDK's own documentation.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import kept from '../../../pipeline/localcloud/operations/ec2-filters.json' with { type: 'json' }
import { operations } from '../../../pipeline/localcloud/operations/index.ts'
import type { AnyOperation } from '../../../pipeline/localcloud/operations/operation.ts'
import { simulateCloud } from '../simulated-cloud.ts'

const models = new URL('../../../node_modules/@aws-sdk/client-ec2/dist-types/models/', import.meta.url)
const documented = readdirSync(models)
  .map((name) => readFileSync(new URL(name, models), 'utf8'))
  .join('\n')

const filtering = Object.entries(operations.ec2 as Record<string, AnyOperation>).flatMap(([action, { handles, filters }]) =>
  handles.includes('Filters') ? [{ action, filters: Object.keys(filters ?? {}) }] : [],
)

/** The names in the comment above an action's `Filters`. */
function namesOf(action: string): readonly string[] {
  const [, members = ''] = new RegExp(`export interface ${action}Request \\{\\n(.*?)\\n\\}`, 's').exec(documented) ?? []
  const [, comment = ''] = /\/\*\*((?:(?!\*\/).)*)\*\/\s*Filters\?:/s.exec(members) ?? []
  return [...new Set([...comment.matchAll(/<p>[\s*]*<code>([a-z0-9.-]+)<\/code>/g)].map(([, name = '']) => name))].sort()
}

test('the names kept are those of the SDK’s documentation', () => {
  expect(kept).toEqual(Object.fromEntries(filtering.map(({ action }) => [action, namesOf(action)])))
})

test.each(filtering)('$action has filters', ({ filters }) => {
  expect(filters.length).toBeGreaterThan(0)
})

test.each([
  ['DescribeInstances', 'affinity'],
  ['DescribeInstanceStatus', 'event.code'],
  ['DescribeSecurityGroups', 'egress.ip-permission.user-id'],
])('%s refuses the filter %s as not implemented, and one that EC2 does not have as invalid', async (action, name) => {
  const { refusal } = await simulateCloud()
  expect(await refusal('ec2', action, { Filters: [{ Name: name, Values: ['x'] }] })).toEqual({
    code: 'UnsupportedOperation',
    message: `The local cloud does not implement the filter ${name} of ${action}.`,
  })
  expect(await refusal('ec2', action, { Filters: [{ Name: 'colour', Values: ['x'] }] })).toEqual({
    code: 'InvalidParameterValue',
    message: "The filter 'colour' is invalid",
  })
})

import { expect, it } from 'vitest'
import { rollCost } from '../../pipeline/roll/roll-cost.ts'
import { templateOwner } from '../../pipeline/roll/template-owner.ts'
import { aRollPolicy, hourMs, minuteMs } from '../support/factories.ts'
import { aGroup, anInstance } from './groups.ts'

it.each([
  [{ 'aws:cloudformation:stack-name': 'shop' }, { kind: 'CloudFormation', by: 'shop' }],
  [{ ManagedBy: 'terraform' }, { kind: 'Terraform', by: 'ManagedBy = terraform' }],
  [{ 'managed-by': 'Terraform Cloud' }, { kind: 'Terraform', by: 'managed-by = Terraform Cloud' }],
  [{ ManagedBy: 'ada' }, undefined],
  [{ terraform: 'no' }, undefined],
])('of %j is %j', (tags, owner) => expect(templateOwner(tags)).toEqual(owner))

const ten = aGroup({ desiredCapacity: 10, instances: Array.from({ length: 10 }, (_, index) => anInstance(index, 7)) })

it.each([
  ['all at once beside the old ones', {}, { extraMachines: 10, durationMs: 3.5 * minuteMs }],
  [
    "AWS's own defaults, one by one",
    { minHealthyPercentage: 90, maxHealthyPercentage: 100 },
    { extraMachines: 0, durationMs: 35 * minuteMs },
  ],
  [
    'a checkpoint, waited at between two batches',
    { checkpointPercentages: [10, 100], checkpointDelayMs: hourMs },
    { extraMachines: 10, durationMs: hourMs + 7 * minuteMs },
  ],
])('a roll of ten costs: %s', (_, policy, cost) => {
  const found = rollCost(ten, { roll: aRollPolicy(policy) })
  expect(found).toMatchObject({ machines: 10, ...cost })
  expect(found.extraMachineHours).toBeCloseTo((cost.extraMachines * cost.durationMs) / hourMs)
})

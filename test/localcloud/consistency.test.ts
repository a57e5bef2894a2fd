// EC2's reads may lag behind its writes: a new ID is unknown for a moment, and then it is not.

import { expect, test } from 'vitest'
import { second, simulateCloud } from './simulated-cloud.ts'

async function lagging(readLagMs: number) {
  const made = await simulateCloud()
  await made.cloud.admin.call('set-consistency', { readLagMs })
  await made.advance(2 * readLagMs)
  const { Instances } = await made.ask('ec2', 'RunInstances', { ImageId: made.imageId, MinCount: 1, MaxCount: 1 })
  const look = () =>
    made.ask('ec2', 'DescribeInstances', { InstanceIds: [Instances[0].InstanceId] }).then(
      () => 'seen',
      (fault) => fault.name,
    )
  return { ...made, look, id: Instances[0].InstanceId as string }
}

test('what was made is not found by some reads, and by every read once the lag has passed', async () => {
  const { look, advance } = await lagging(10 * second)
  expect(await look()).toBe('InvalidInstanceID.NotFound')
  await advance(5 * second)
  const soon = await Promise.all(Array.from({ length: 20 }, look))
  expect(new Set(soon)).toEqual(new Set(['InvalidInstanceID.NotFound', 'seen']))
  await advance(11 * second)
  expect(new Set(await Promise.all(Array.from({ length: 20 }, look)))).toEqual(new Set(['seen']))
})

test('writes see every write', async () => {
  const { ask, id } = await lagging(10 * second)
  await ask('ec2', 'CreateTags', { Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] })
  await ask('ec2', 'TerminateInstances', { InstanceIds: [id] })
})

test('the first look at a region makes its network for good', async () => {
  const made = await simulateCloud()
  await made.cloud.admin.call('set-consistency', { readLagMs: 10 * second })
  const first = await made.ask('ec2', 'DescribeSubnets')
  await made.advance(11 * second)
  expect(await made.ask('ec2', 'DescribeSubnets')).toEqual(expect.objectContaining({ Subnets: first.Subnets }))
  expect(first.Subnets).toHaveLength(3)
})

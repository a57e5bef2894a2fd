// Text that is kept says what would be written anew, whatever changes in between.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeOutput } from '../../../pipeline/localcloud/wire/encode-answer.ts'
import { keeper } from '../../../pipeline/localcloud/wire/kept.ts'
import { serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'
import { simulateCloud } from '../simulated-cloud.ts'

interface View {
  readonly GroupId: string
  readonly Description: string
}

function written(views: readonly View[], protocol: 'ec2Query' | 'json-1.1' = 'ec2Query'): string {
  const service = serviceNamed('ec2')
  if (service === undefined) throw new Error('there is EC2')
  const { body } = encodeOutput({ service, protocol, action: 'DescribeSecurityGroups' }, { SecurityGroups: views }, 'r')
  return Buffer.from(body as string).toString()
}

test('the same row with the same sources is made once, and any other anew', () => {
  const row = fc.constantFrom(...Array.from('abc', (id) => ({ id })))
  const source = fc.constantFrom(...Array.from('x<é\0', (text) => ({ text })))
  const asked = fc.array(fc.record({ row, sources: fc.tuple(source, source) }), { maxLength: 20 })
  fc.assert(
    fc.property(asked, (all) => {
      const kept = keeper<View>()
      for (const { row, sources } of all) {
        const view = { GroupId: row.id, Description: sources.map(({ text }) => text).join('') }
        expect(written([kept(row, sources, () => view)])).toBe(written([view]))
        expect(written([view, kept(row, sources, () => view), view])).toBe(written([view, view, view]))
        expect(written([kept(row, sources, () => expect.unreachable('it was made a moment ago'))])).toBe(written([view]))
      }
    }),
  )
})

test('an encoder that keeps nothing writes the same', () => {
  const view = { GroupId: 'sg-1', Description: 'web' }
  expect(written([keeper<View>()({}, [], () => view)], 'json-1.1')).toBe(written([view], 'json-1.1'))
})

test('what changes of an instance, its volumes or its group is in the next answer', async () => {
  const { ask, advance, imageId } = await simulateCloud()
  const { Instances } = await ask('ec2', 'RunInstances', { ImageId: imageId, MinCount: 1, MaxCount: 1 })
  const { InstanceId } = Instances[0]
  const seen = async () => (await ask('ec2', 'DescribeInstances')).Reservations[0].Instances[0]
  expect(await seen()).toMatchObject({ State: { Name: 'pending' }, BlockDeviceMappings: [{}] })
  await advance(30_000)
  expect(await seen()).toMatchObject({ State: { Name: 'running' } })
  await ask('ec2', 'CreateTags', { Resources: [InstanceId], Tags: [{ Key: 'Name', Value: 'web & <co>' }] })
  expect(await seen()).toMatchObject({ Tags: [{ Key: 'Name', Value: 'web & <co>' }] })
  await ask('ec2', 'TerminateInstances', { InstanceIds: [InstanceId] })
  await advance(30_000)
  const ended = await seen()
  expect(ended.State.Name).toBe('terminated')
  expect(ended.BlockDeviceMappings ?? []).toEqual([])
})

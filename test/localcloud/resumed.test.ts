// What a new process makes of the state the last one left.

import { expect, test } from 'vitest'
import { resumed } from '../../pipeline/localcloud/resumed.ts'
import type { Image } from '../../pipeline/localcloud/store/image.ts'
import type { Instance } from '../../pipeline/localcloud/store/instance.ts'
import type { LaunchTemplate } from '../../pipeline/localcloud/store/launch-template.ts'
import type { ShellCommand } from '../../pipeline/localcloud/store/shell-command.ts'
import { Draft, emptyState, everywhere } from '../../pipeline/localcloud/store/state.ts'
import { versionsOf } from '../../pipeline/localcloud/store/template-versions.ts'
import type { Snapshot } from '../../pipeline/localcloud/store/volume.ts'

const place = '111111111111/eu-central-1'

test('machines are off, whatever their instances are', () => {
  const draft = new Draft(emptyState('seed'))
  for (const machine of ['none', 'off', 'booted', 'answering', 'gone'] as const) {
    draft.put(place, 'instances', machine, { id: machine, state: 'running', machine } as Instance)
  }
  const instances = new Draft(resumed(draft.state)).rows(place, 'instances')
  expect(instances.map(({ machine }) => machine)).toEqual(['none', 'off', 'off', 'off', 'gone'])
})

test('a capture starts over with a layer of its own, and the doubtful one is left to be removed', () => {
  const draft = new Draft(emptyState('seed'))
  draft.put(place, 'images', 'ami-1', {
    id: 'ami-1',
    layers: ['base', 'layer-1'],
    blockDevices: [{ deviceName: '/dev/xvda', snapshotId: 'snap-1' }],
    making: { kind: 'capture', instanceId: 'i-1', layerId: 'layer-1' },
  } as unknown as Image)
  draft.put(place, 'snapshots', 'snap-1', { id: 'snap-1', layers: ['base', 'layer-1'] } as unknown as Snapshot)
  const after = new Draft(resumed(draft.state))
  const image = after.get(place, 'images', 'ami-1')
  const layerId = image?.making?.kind === 'capture' ? image.making.layerId : undefined
  expect(layerId).not.toBe('layer-1')
  expect(image?.layers).toEqual(['base', layerId])
  expect(after.get(place, 'snapshots', 'snap-1')?.layers).toEqual(['base', layerId])
  expect(after.rows(everywhere, 'layers')).toEqual([{ id: 'layer-1' }])
})

test('a script that was cut off has failed; one that ended stays as it ended', () => {
  const draft = new Draft(emptyState('seed'))
  const invocations = [
    { instanceId: 'i-1', status: 'Success', stdout: 'done', stderr: '' },
    { instanceId: 'i-2', status: 'InProgress', stdout: '', stderr: '' },
  ]
  draft.put(place, 'shellCommands', 'c', { id: 'c', invocations } as unknown as ShellCommand)
  expect(new Draft(resumed(draft.state)).get(place, 'shellCommands', 'c')?.invocations).toEqual([
    invocations[0],
    { instanceId: 'i-2', status: 'Failed', stdout: '', stderr: 'the machine was powered off' },
  ])
})

test('versions of launch templates that were part of their template become rows of their own', () => {
  const draft = new Draft(emptyState('seed'))
  const template = { id: 'lt-1', name: 'web', defaultVersion: 1, latestVersion: 3 }
  const versions = [1, 3].map((number) => ({ number, createdAt: 0, createdBy: 'me', data: { ImageId: `ami-${number}` } }))
  draft.put(place, 'launchTemplates', 'lt-1', { ...template, versions } as unknown as LaunchTemplate)
  const after = new Draft(resumed(draft.state))
  expect(after.rows(place, 'launchTemplates')).toEqual([template])
  expect(versionsOf(after, place, template as LaunchTemplate)).toEqual(versions)
})

test('a state in which nothing was under way is left as it is', () => {
  const state = emptyState('seed')
  expect(resumed(state)).toBe(state)
})

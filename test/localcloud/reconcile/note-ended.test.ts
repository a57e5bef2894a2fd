// Machines that end by themselves, and those that only seem to have.

import { expect, test } from 'vitest'
import { noteEnded } from '../../../pipeline/localcloud/reconcile/machine-results.ts'
import type { Instance } from '../../../pipeline/localcloud/store/instance.ts'
import { type CloudState, Draft, emptyState } from '../../../pipeline/localcloud/store/state.ts'

const place = '111111111111/eu-central-1'

function stateWith(changes: Partial<Instance>): CloudState {
  const draft = new Draft(emptyState('seed'))
  const running = { id: 'i-1', state: 'running', machine: 'answering', bootedAt: 1_000, shutdownBehavior: 'stop' } as Instance
  draft.put(place, 'instances', 'i-1', { ...running, ...changes })
  return draft.state
}

function afterwards(before: CloudState, after: CloudState, atWork: readonly string[] = []): Instance | undefined {
  const draft = new Draft(after)
  noteEnded(draft, { before, isRunning: () => false, isAtWork: (id) => atWork.includes(id) }, 5_000)
  return draft.get(place, 'instances', 'i-1')
}

test.each<[Partial<Instance>, Partial<Instance>]>([
  [
    {},
    {
      state: 'stopped',
      machine: 'off',
      stateReason: {
        code: 'Client.InstanceInitiatedShutdown',
        message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
      },
    },
  ],
  [{ shutdownBehavior: 'terminate' }, { state: 'shutting-down', machine: 'off' }],
  [
    { state: 'pending', machine: 'booted' },
    { state: 'shutting-down', machine: 'off' },
  ],
  [{ state: 'stopping' }, { state: 'stopping', machine: 'off' }],
  [
    { state: 'stopped', machine: 'off' },
    { state: 'stopped', machine: 'off' },
  ],
])('an instance %j whose machine has ended becomes %j', (changes, expected) => {
  const state = stateWith(changes)
  expect(afterwards(state, state)).toMatchObject(expected)
})

test('a machine that was started while the looking went on was not seen, so it has not ended', () => {
  expect(
    afterwards(stateWith({ machine: 'none', state: 'pending' }), stateWith({ machine: 'booted', state: 'pending' })),
  ).toMatchObject({ machine: 'booted' })
  expect(afterwards(stateWith({ bootedAt: 1_000 }), stateWith({ bootedAt: 2_000 }))).toMatchObject({ machine: 'answering' })
})

test('a machine that is being worked on is left to that work', () => {
  const state = stateWith({})
  expect(afterwards(state, state, ['i-1'])).toMatchObject({ machine: 'answering' })
})

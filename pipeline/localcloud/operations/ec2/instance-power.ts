// StartInstances, StopInstances, RebootInstances and TerminateInstances: they ask; the reconciler does.

import type {
  InstanceStateChange,
  RebootInstancesRequest,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from '@aws-sdk/client-ec2'
import type { Instance } from '../../store/instance.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { instancesById, stateView } from './instance-view.ts'

export const startInstances = operation<StartInstancesRequest, StartInstancesResult>({
  handles: ['InstanceIds'],
  run({ input, draft, place, now }) {
    const instances = instancesById(draft, place, required(input.InstanceIds, 'InstanceId'))
    for (const instance of instances) {
      if (instance.state === 'running' || instance.state === 'pending') continue
      if (instance.state !== 'stopped') throw wrongState(instance, 'started')
      const { stateReason: _reason, ...rest } = instance
      draft.put(place, 'instances', instance.id, {
        ...rest,
        state: 'pending',
        stateTransitionReason: '',
        launchedAt: now,
        isImpaired: false,
      })
    }
    return { StartingInstances: changes(draft, place, instances) }
  },
})

export const stopInstances = operation<StopInstancesRequest, StopInstancesResult>({
  handles: ['InstanceIds', 'Force'],
  run({ input, draft, place, now }) {
    const instances = instancesById(draft, place, required(input.InstanceIds, 'InstanceId'))
    for (const instance of instances) {
      if (instance.state === 'stopped' || instance.state === 'stopping') continue
      if (instance.state !== 'running') throw wrongState(instance, 'stopped')
      draft.change(place, 'instances', instance.id, {
        state: 'stopping',
        stateReason: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
        stateTransitionReason: userInitiated(now),
      })
    }
    return { StoppingInstances: changes(draft, place, instances) }
  },
})

export const rebootInstances = operation<RebootInstancesRequest, object>({
  handles: ['InstanceIds'],
  run({ input, draft, place }) {
    for (const instance of instancesById(draft, place, required(input.InstanceIds, 'InstanceId'))) {
      if (instance.state !== 'running') throw wrongState(instance, 'rebooted')
      draft.change(place, 'instances', instance.id, { rebootRequested: true })
    }
    return {}
  },
})

export const terminateInstances = operation<TerminateInstancesRequest, TerminateInstancesResult>({
  handles: ['InstanceIds'],
  run({ input, draft, place, now }) {
    const instances = instancesById(draft, place, required(input.InstanceIds, 'InstanceId'))
    const guarded = instances.find((instance) => instance.disableApiTermination)
    if (guarded !== undefined) {
      throw new ApiFault(
        'OperationNotPermitted',
        `The instance '${guarded.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      )
    }
    for (const instance of instances)
      terminate(draft, place, instance, 'Client.UserInitiatedShutdown: User initiated shutdown', now)
    return { TerminatingInstances: changes(draft, place, instances) }
  },
})

/** Asks for the end of an instance, whoever asks; the reason is AWS's code and words. */
export function terminate(draft: Draft, place: PlaceKey, instance: Instance, reason: string, now: number): void {
  if (instance.state === 'terminated' || instance.state === 'shutting-down') return
  draft.change(place, 'instances', instance.id, {
    state: 'shutting-down',
    stateReason: { code: reason.split(':')[0] ?? reason, message: reason },
    stateTransitionReason: userInitiated(now),
  })
}

function userInitiated(now: number): string {
  return `User initiated (${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} GMT)`
}

function changes(draft: Draft, place: PlaceKey, before: readonly Instance[]): InstanceStateChange[] {
  return before.map((instance) => ({
    InstanceId: instance.id,
    PreviousState: stateView(instance.state),
    CurrentState: stateView(draft.get(place, 'instances', instance.id)?.state ?? instance.state),
  }))
}

function wrongState(instance: Instance, verb: string): ApiFault {
  return new ApiFault(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be ${verb}. (${instance.state})`,
  )
}

// DescribeInstanceAttribute, ModifyInstanceAttribute and GetConsoleOutput.

import type {
  DescribeInstanceAttributeRequest,
  GetConsoleOutputRequest,
  GetConsoleOutputResult,
  InstanceAttribute,
  ModifyInstanceAttributeRequest,
} from '@aws-sdk/client-ec2'
import type { Instance } from '../../store/instance.ts'
import { type Draft, type PlaceKey, rowIn } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { instancesById } from './instance-view.ts'
import { findGroup } from './security-groups.ts'

export const describeInstanceAttribute = operation<DescribeInstanceAttributeRequest, InstanceAttribute>({
  handles: ['InstanceId', 'Attribute'],
  run({ input, draft, place }) {
    const instance = one(draft, place, input.InstanceId)
    return { InstanceId: instance.id, ...attribute(instance, required(input.Attribute, 'Attribute')) }
  },
})

function attribute(instance: Instance, name: string): InstanceAttribute {
  switch (name) {
    case 'disableApiTermination':
      return { DisableApiTermination: { Value: instance.disableApiTermination } }
    case 'ebsOptimized':
      return { EbsOptimized: { Value: instance.ebsOptimized } }
    case 'enaSupport':
      return { EnaSupport: { Value: true } }
    case 'groupSet':
      return { Groups: instance.securityGroupIds.map((GroupId) => ({ GroupId })) }
    case 'instanceInitiatedShutdownBehavior':
      return { InstanceInitiatedShutdownBehavior: { Value: instance.shutdownBehavior } }
    case 'instanceType':
      return { InstanceType: { Value: instance.instanceType } }
    case 'rootDeviceName':
      return { RootDeviceName: { Value: instance.rootDeviceName } }
    case 'sourceDestCheck':
      return { SourceDestCheck: { Value: true } }
    case 'sriovNetSupport':
      return { SriovNetSupport: { Value: 'simple' } }
    case 'userData':
      return { UserData: instance.userData === undefined ? {} : { Value: instance.userData } }
    default:
      throw unsupported(`the attribute ${name} in DescribeInstanceAttribute`)
  }
}

export const modifyInstanceAttribute = operation<ModifyInstanceAttributeRequest, object>({
  handles: ['InstanceId', 'DisableApiTermination', 'InstanceInitiatedShutdownBehavior', 'Groups'],
  run({ input, draft, place }) {
    const instance = one(draft, place, input.InstanceId)
    const { DisableApiTermination: guard, InstanceInitiatedShutdownBehavior: behavior, Groups: groups } = input
    for (const group of groups ?? []) findGroup(draft, place, group)
    draft.change(place, 'instances', instance.id, {
      ...(guard?.Value === undefined ? {} : { disableApiTermination: guard.Value }),
      ...(behavior?.Value === undefined ? {} : { shutdownBehavior: behavior.Value === 'terminate' ? 'terminate' : 'stop' }),
      ...(groups === undefined ? {} : { securityGroupIds: groups }),
    })
    return {}
  },
})

export const getConsoleOutput = operation<GetConsoleOutputRequest, GetConsoleOutputResult, string>({
  handles: ['InstanceId', 'Latest'],
  observe: async (input, place, state, machines) => {
    const id = input.InstanceId ?? ''
    return rowIn(state, place, 'instances', id) === undefined ? '' : machines.console(id)
  },
  run({ input, draft, place, now, observed }) {
    const instance = one(draft, place, input.InstanceId)
    return { InstanceId: instance.id, Timestamp: new Date(now), Output: Buffer.from(observed).toString('base64') }
  },
})

function one(draft: Draft, place: PlaceKey, id: string | undefined): Instance {
  const [instance] = instancesById(draft, place, [required(id, 'InstanceId')])
  if (instance === undefined) throw new ApiFault('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
  return instance
}

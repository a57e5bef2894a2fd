// RunInstances, idempotent by its client token.

import type { Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { Instance } from '../../store/instance.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Call, operation } from '../operation.ts'
import { madeWith, requestKept } from './client-token.ts'
import { instanceView } from './instance-view.ts'
import { launch } from './launch.ts'
import { launchMembers, launchRequest } from './launch-request.ts'
import { doomed, hasItsKeys } from './volume-keys.ts'

export const runInstances = operation<RunInstancesRequest, Reservation>({
  handles: [...launchMembers, 'MaxCount', 'MinCount', 'SubnetId', 'ClientToken', 'LaunchTemplate'],
  run(call) {
    const { input, draft, place } = call
    const earlier = madeWith('instances', draft, place, input)
    if (earlier.length > 0) return reservation(call, earlier)
    const count = { least: input.MinCount ?? 1, most: input.MaxCount ?? 1 }
    if (count.least < 1) throw invalidCount(count.least, 'minCount', 'at least 1')
    if (count.least > count.most) throw invalidCount(count.least, 'minCount', 'no greater than maxCount')
    const { MaxCount: _max, MinCount: _min, ...members } = input
    const { caller, network, now } = call
    const launched = launch(draft, place, launchRequest(draft, place, members), count, network, now)
    const kept = requestKept(input)
    const marked = launched.map((one) => ({ ...one, ...kept }))
    for (const one of marked) draft.put(place, 'instances', one.id, one)
    return reservation(
      call,
      marked.map((one) => (hasItsKeys(draft, place, one, caller) ? one : doomed(draft, place, one, now))),
    )
  },
})

function invalidCount(value: number, name: string, wanted: string): ApiFault {
  return new ApiFault('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid. It must be ${wanted}.`)
}

function reservation({ draft, place, account }: Call<RunInstancesRequest>, instances: readonly Instance[]): Reservation {
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: account,
    Groups: [],
    Instances: instances.map((instance) => instanceView(draft, place, instance)),
  }
}
